"""`make simulate-defects`: plants one defect after another and says how soon the simulation finds it."""

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from tools.simulate.defects import DEFECTS, Defect, planted
from tools.simulate.judge import Verdict
from tools.simulate.play import play
from tools.simulate.run import TILLS, schedule_of
from tools.simulate.town import Prepared, prepare

TOWNS_MOST = 20


class Hunt(NamedTuple):
    """town: of the seed, in which it was found; -1 where it was not. days: terminal-days played until then."""

    town: int
    days: int
    verdict: Verdict | None


async def hunt(prepared: Prepared, defect: Defect, seed: int, first: int, last: int, folder: Path) -> Hunt:
    """Plays the towns first..last-1 of a seed, of one day each, until one shows the defect."""
    days = 0
    with planted(defect, folder, prepared.firmware) as firmware:
        for number in range(first, last):
            own, steps = schedule_of(seed, (number, TILLS, 1))
            outcome = await play(prepared, own, steps, firmware, defect.database)
            days += outcome.days
            if outcome.verdicts:
                return Hunt(number, days, outcome.verdicts[0])
    return Hunt(-1, days, None)


def command(
    seed: Annotated[int, typer.Option(min=1, help="Of people, faults, everything.")] = 1,
    only: Annotated[str, typer.Option(help="Words of one defect's name.")] = "",
    towns: Annotated[int, typer.Option(min=1, help="At most so many for a defect.")] = TOWNS_MOST,
) -> int:
    """Plant defects and see the simulation find each."""
    logging.disable(logging.CRITICAL)
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "prepared").mkdir()
        prepared = asyncio.run(prepare(folder / "prepared", TILLS))
        for defect in DEFECTS:
            if only not in defect.name:
                continue
            found = asyncio.run(hunt(prepared, defect, seed, 0, towns, folder))
            missed += found.verdict is None
            what = f"{found.verdict.kind} in town {found.town}: {found.verdict.what}" if found.verdict else "NOT FOUND"
            print(f"{defect.name}: after {found.days} terminal-days: {what}", flush=True)
    return 1 if missed else 0
