"""`make quarter`: ninety days of twenty merchants and sixty tills, and what is left at their end."""

import asyncio
import tempfile
import time as wall
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import NamedTuple

from host_sim.settlement.reconciliation.engine import open_engine
from tools.quarter.acquirer import open_acquirer
from tools.quarter.business import Business
from tools.quarter.clearing import Clearing
from tools.quarter.count import Money, Score, money, score, table_lines

FIRST = date(2026, 8, 24)
"""So that Mid-Autumn, National Day and three make-up working days are in it."""
DAYS, MERCHANTS, TILLS, SALES, EACH, SEED = 90, 20, 60, 4, 1, 7
TAIL_DAYS = 12
"""Days without sales at the end, until everything has matured, been paid and been cleared."""
DAY = timedelta(days=1)
NIGHT = (time(0, 30),)
MORNING = (time(6, 1), time(6, 5), time(9, 0))


class Ended(NamedTuple):
    """again: differences found and repaired by a second run. seconds: it took."""

    money: Money
    score: Score
    again: tuple[int, int]
    counts: dict[str, int]
    seconds: float

    @property
    def line(self) -> str:
        """The line that a whole quarter ends with."""
        found, books = self.score, self.money
        proved = "ok" if not books.wrong else "wrong"
        each = "each in one payout" if books.payments == books.listed else f"{books.listed} in a payout"
        differences = f"injected {found.injected} found {found.found} false {found.false} repaired {found.repaired}"
        return (
            f"ledger sum {books.ledger_fen}, proofs {proved}, payments {books.payments}, {each},"
            f" differences {differences}"
        )

    @property
    def whole(self) -> bool:
        """Whether all of it is as it must be."""
        found, books = self.score, self.money
        counted = found.injected == found.found == found.repaired and found.false == 0
        return (
            counted
            and not books.wrong
            and books.ledger_fen == 0
            and books.payments == books.listed
            and not any(self.again)
        )


def play(
    days: int = DAYS,
    merchants: int = MERCHANTS,
    tills: int = TILLS,
    sales: int = SALES,
    each: int = EACH,
    seed: int = SEED,
    first: date = FIRST,
    engine: str = "duckdb://",
    say: Callable[[str], None] = lambda _line: None,
) -> Ended:
    """A quarter, or a part of one. each: faults of every kind in each file."""
    with tempfile.TemporaryDirectory(prefix="picotill-quarter-") as folder:
        return asyncio.run(_play(Path(folder), days, merchants, tills, sales, each, seed, first, engine, say))


async def _play(
    folder: Path, days: int, merchants: int, tills: int, sales: int, each: int, seed: int, first: date, url: str,
    say: Callable[[str], None],
) -> Ended:  # fmt: skip
    began = wall.monotonic()
    acquirer = await open_acquirer(folder, first, merchants, tills, seed)
    engine = open_engine(url)
    clearing = Clearing(acquirer, folder, engine, seed, each)
    business = Business(acquirer, sales)
    try:
        for number in range(days + TAIL_DAYS):
            day = first + number * DAY
            await acquirer.jobs(day, *NIGHT)
            if number:
                # A file that waits for something late is followed by one that brings it.
                await clearing.day(day - DAY, spoil=number <= days, last=number == days)
            await acquirer.jobs(day, *MORNING)
            if number % 10 == 0:
                acquirer.moods()
            await business.disputes(day)
            if number < days:
                await business.day(day)
            elif number == days:
                acquirer.clock.time = acquirer.clock.now() + timedelta(hours=1)
                for till in acquirer.tills:
                    await till.settle(acquirer.desks[0])
            await business.by_hand(day, everything=number >= days)
            if number % 10 == 9:
                say(f"{day}: {wall.monotonic() - began:.0f} s")
        end = first + (days + TAIL_DAYS) * DAY
        again = await clearing.again(end)
        store = acquirer.host.store
        books = await store.read(lambda session: money(session, end))
        result = await store.read(lambda session: score(session, clearing.answers))
        counts = {"declined": business.declines, "voids": business.voids, "refunds": business.refunds}
        counts |= {"chargebacks": business.cases, **{f"lines {name}": n for name, n in clearing.findings.items()}}
        return Ended(books, result, again, counts, wall.monotonic() - began)
    finally:
        clearing.close()
        engine.close()
        await acquirer.close()


def main() -> int:
    """The whole quarter; 0 where all of it is as it must be."""
    ended = play(say=lambda line: print(line, flush=True))
    for name, count in ended.counts.items():
        print(f"{name:18}{count:>11}")
    for kind, count in ended.money.alarms.items():
        print(f"alarm {kind:30}{count}")
    for line in table_lines(ended.score.table):
        print(line)
    for wrong in ended.money.wrong:
        print(f"wrong: {wrong}")
    print(f"second run: differences found {ended.again[0]}, repaired {ended.again[1]}")
    print(f"{ended.seconds:.0f} s")
    print(ended.line)
    return 0 if ended.whole else 1
