"""Towns by number: each follows from the seed and its number alone. Two processes share them."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tools.simulate.judge import KINDS, Verdict
from tools.simulate.play import Outcome, play, town_seed
from tools.simulate.schedule import Step, draw
from tools.simulate.shrink import shrink
from tools.simulate.town import Prepared, prepare

TILLS, DAYS, ACTS = 3, 2, 8
TERMINAL_DAYS = TILLS * DAYS
PROCESSES = 2
SHRINK_TRIES = 40


class Report(NamedTuple):
    """What came of one town: its number, tills, days. shortest: the steps that still show its first verdict."""

    town: tuple[int, int, int]
    days: int
    faults: int
    verdicts: tuple[Verdict, ...]
    shortest: tuple[Step, ...]


class Figures(NamedTuple):
    """Of a run: terminal-days, faults, and how many verdicts there were of each of KINDS."""

    days: int
    faults: int
    counts: dict[str, int]

    def line(self) -> str:
        told = " ".join(f"{kind} {self.counts[kind]}" for kind in KINDS[:3])
        return f"terminal-days {self.days} faults {self.faults} {told}"


def towns_of(days: int) -> list[tuple[int, int, int]]:
    """(number, tills, days) of the towns that make so many terminal-days; the last may be a smaller one."""
    whole, rest = divmod(days, TERMINAL_DAYS)
    towns = [(number, TILLS, DAYS) for number in range(whole)]
    if rest >= TILLS:
        towns.append((whole, TILLS, 1))
        rest -= TILLS
    return towns + ([(len(towns), rest, 1)] if rest else [])


def schedule_of(seed: int, town: tuple[int, int, int]) -> tuple[int, list[Step]]:
    """The town's own seed and its schedule."""
    number, tills, days = town
    own = town_seed(seed, number)
    return own, draw(own, tills, days, ACTS)


async def one(prepared: Prepared, seed: int, town: tuple[int, int, int], shrinking: bool = True) -> Report:
    """Plays one town, and shrinks what it shows."""
    own, steps = schedule_of(seed, town)
    outcome = await play(prepared, own, steps)
    shortest: list[Step] = []
    if outcome.verdicts and shrinking:
        shortest = await shortest_of(prepared, own, steps, outcome)
    return Report(town, outcome.days, outcome.faults, tuple(outcome.verdicts), tuple(shortest))


async def shortest_of(prepared: Prepared, own: int, steps: Sequence[Step], outcome: Outcome) -> list[Step]:
    """What comes before the failure is tried alone first, then less and less of it."""
    kind, till, _ = outcome.verdicts[0]

    async def fails(some: Sequence[Step]) -> bool:
        if not some:
            return False
        again = await play(prepared, own, some)
        return any(verdict.kind == kind for verdict in again.verdicts)

    alone = [step for step in steps if step.till == till]
    left = alone if await fails(alone) else list(steps)
    return await shrink(left, fails, SHRINK_TRIES)


def work(job: tuple[Prepared, int, tuple[int, int, int], bool]) -> Report:
    """One town in a process of its own choosing; only its copy of what is prepared is written to."""
    logging.disable(logging.CRITICAL)  # a spoiled message is the host's daily bread here
    prepared, seed, town, shrinking = job
    return asyncio.run(one(prepared, seed, town, shrinking))


def simulate(
    days: int, seed: int, processes: int = PROCESSES, shrinking: bool = True, part: tuple[int, int] = (1, 1)
) -> Iterator[Report]:
    """Reports of the towns that make so many terminal-days, as they come. part: (which, of how many); no town is in
    two."""
    folder = Path(tempfile.mkdtemp(prefix="picotill-prepared-"))
    try:
        prepared = asyncio.run(prepare(folder, TILLS))
        jobs = [(prepared, seed, town, shrinking) for town in towns_of(days)[part[0] - 1 :: part[1]]]
        if processes == 1:
            yield from map(work, jobs)
            return
        with get_context("spawn").Pool(min(processes, len(jobs))) as pool:
            yield from pool.imap_unordered(work, jobs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def figures(reports: Sequence[Report]) -> Figures:
    kinds = [verdict.kind for report in reports for verdict in report.verdicts]
    return Figures(
        sum(report.days for report in reports),
        sum(report.faults for report in reports),
        {kind: kinds.count(kind) for kind in KINDS},
    )
