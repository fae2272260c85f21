"""`picotill torture`: power cuts by the hundred thousand, in two processes, judged by what shop and issuer know."""

import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import ToolError
from tools.parts import part_of

ROOT = Path(__file__).parents[2]
PROCESSES = 2
SLICE = 500
KINDS = ("lost", "duplicated", "corrupt-accepted")
STUCK = "stuck"  # told only where it happens: the line of figures names what is lost or wrong
SHOWN = 10


def _paths() -> None:
    for entry in (ROOT, ROOT / "firmware", ROOT / "tests" / "shims"):
        if str(entry) not in sys.path:
            sys.path.insert(0, str(entry))


def slice_of(work: tuple[int, int, int, bool]) -> tuple[int, list[tuple[int, str, str]]]:
    """One slice of tries: (how many, [(number, verdict, what), ...])."""
    _paths()
    from tools.torture.run import tries

    seed, first, last, once = work
    done, failures = 0, []
    for number, verdict in tries(seed, first, last, once):
        done += 1
        if verdict is not None:
            failures.append((number, *verdict.args))
    return done, failures


def torture(
    cuts: int, seed: int, once: bool, processes: int = PROCESSES, part: tuple[int, int] = (1, 1)
) -> tuple[str, list[tuple[int, str, str]]]:
    """The line of figures, and what was found. part: (which, of how many): its slices are no other part's."""
    _paths()
    from tools.torture.run import plan

    total = plan(cuts)
    work = [(seed, first, min(first + SLICE, total), once) for first in range(0, total, SLICE)][part[0] - 1 :: part[1]]
    if not work:
        raise ToolError(f"{total} cuts have no {part[1]} parts", f"choose at most {-(-total // SLICE)} parts")
    begun = time.monotonic()
    done, found = 0, []
    for count, failures in _shared(work, min(processes, len(work))):
        done += count
        found += failures
    counts = {kind: sum(1 for _, verdict, _ in found if verdict == kind) for kind in (*KINDS, STUCK)}
    told = " ".join(f"{kind} {counts[kind]}" for kind in counts if kind != STUCK or counts[kind])
    line = f"cuts {done} {told} cuts/s {done / (time.monotonic() - begun):.0f}"
    return line, sorted(found)


def _shared(work: list[tuple[int, int, int, bool]], processes: int) -> Iterator[tuple[int, list[tuple[int, str, str]]]]:
    """What slice_of() says of each, as it comes."""
    if processes == 1:
        yield from map(slice_of, work)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(slice_of, work)


def replay(name: str) -> list[tuple[int, str, str]]:
    """name: SEED:NUMBER or SEED:NUMBER:once, as a failure prints it."""
    parts = name.split(":")
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts[:2]) or parts[2:] not in ([], ["once"]):
        raise ToolError(f"{name} names no cut", "give it as it was printed: REPLAY=SEED:NUMBER or SEED:NUMBER:once")
    seed, number = int(parts[0]), int(parts[1])
    return slice_of((seed, number, number + 1, len(parts) == 3))[1]


def command(
    cuts: Annotated[int, typer.Option(min=5, help="Single cuts; a fifth as many double ones come on top.")] = 100_000,
    seed: Annotated[int, typer.Option(min=1, help="Of the days, the tears, everything.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="On flash whose pages are programmed once.")] = False,
    replay_cut: Annotated[str, typer.Option("--replay", help="SEED:NUMBER of one cut, as a failure prints it.")] = "",
    micropython: Annotated[bool, typer.Option("--micropython", help="Under MicroPython, in one process.")] = False,
    part: Annotated[str, typer.Option(help="K/N: only the K-th of N equal parts of it.")] = "1/1",
    processes: Annotated[int, typer.Option(min=1, max=16)] = PROCESSES,
) -> int:
    """Cut the power at every operation of a shop's days, and say what was lost, doubled or wrongly believed."""
    if replay_cut:
        found = replay(replay_cut)
        for _, verdict, what in found:
            print(f"{verdict}: {what}")
        print("found again" if found else "nothing found")
        return 1 if found else 0
    if micropython:
        binary = Path(sys.executable).parent / "micropython"
        arguments = [str(binary), "-X", "heapsize=4m", "tools/torture/run.py", str(cuts), str(seed)]
        return subprocess.run(arguments + ["once"] * once, cwd=ROOT, check=False).returncode
    line, found = torture(cuts, seed, once, processes, part_of(part))
    for number, verdict, what in found[:SHOWN]:
        print(f"{verdict}: {what}\n  again: make torture REPLAY={seed}:{number}{':once' * once}")
    print(line)
    return 1 if found else 0
