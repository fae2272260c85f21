"""`picotill simulate`: terminal-days of a town in which everything fails, judged by issuer, cards and paper."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import ToolError
from tools.parts import part_of
from tools.simulate.run import TILLS, Report, figures, simulate, work
from tools.simulate.town import prepare


def command(
    days: Annotated[int, typer.Option(min=1, help="Terminal-days: one till's business day each.")] = 1000,
    seed: Annotated[int, typer.Option(min=1, help="Of people, faults, everything.")] = 1,
    replay: Annotated[str, typer.Option(help="SEED:TOWN:TILLS:DAYS of one town, as a failure prints it.")] = "",
    processes: Annotated[int, typer.Option(min=1, max=16)] = 2,
    part: Annotated[str, typer.Option(help="K/N: only the K-th of N equal parts of it.")] = "1/1",
    shrink: Annotated[bool, typer.Option(help="Look for the shortest schedule that shows a failure.")] = True,
) -> int:
    """Run tills, host, lines, flash and clock under one seed while all of them fail, and balance every evening."""
    if replay:
        return _replay(replay, shrink)
    reports = []
    for report in simulate(days, seed, processes, shrink, part_of(part)):
        reports.append(report)
        _tell(report, seed)
    told = figures(reports)
    print(told.line())
    return 1 if any(told.counts.values()) else 0


def _tell(report: Report, seed: int) -> None:
    for verdict in report.verdicts:
        print(f"{verdict.kind}: till {verdict.till}: {verdict.what}")
    if report.verdicts:
        print(f"  again: make simulate REPLAY={seed}:{report.town[0]}:{report.town[1]}:{report.town[2]}")
        for step in report.shortest:
            print(f"  {step}")


def _replay(name: str, shrinking: bool) -> int:
    parts = name.split(":")
    if len(parts) != 4 or not all(part.isdigit() for part in parts) or not 1 <= int(parts[2]) <= TILLS:
        raise ToolError(f"{name} names no town", "give it as it was printed: REPLAY=SEED:TOWN:TILLS:DAYS")
    seed, *town = map(int, parts)
    with tempfile.TemporaryDirectory() as folder:
        prepared = asyncio.run(prepare(Path(folder), TILLS))
        report = work((prepared, seed, (town[0], town[1], town[2]), shrinking))
    _tell(report, seed)
    print("found again" if report.verdicts else "nothing found")
    return 1 if report.verdicts else 0
