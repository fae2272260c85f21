"""Plays a schedule: every till follows its steps, every evening all faults end, everything is sent and settled, and
the judge looks. Payments must go on: a till that does not take a sale then is stuck."""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from host_sim.rig import bus
from host_sim.rig.nor import PowerCut
from host_sim.rig.world import StandStill
from tools.simulate.clerk import Clerk, Stuck, Wish
from tools.simulate.judge import STUCK, Verdict, judge
from tools.simulate.schedule import ACTS, LATE, NIGHT, Step
from tools.simulate.town import FIRST_DAY, SECOND_US, Prepared, Town

BETWEEN_US = 8 * SECOND_US
LATE_OPENING = timedelta(hours=13, minutes=57)  # after the usual one: the business day ends at 23:00
APART_US = 7_000_013  # tills open one after another: two never do the same thing at the same instant
TRIES = 10
WAIT_US = 75 * SECOND_US
CLOSING_FEN = 888
SKEW_MOST_S = 900
SETTLE_ON = "T56"  # the answer that says that a settlement stands half way


class Outcome:
    """verdicts: what was found, of the first bad evening. days: terminal-days played. faults: that took place.
    codes: what became of what people wanted, by act and code."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self.days = self.faults = 0
        self.codes: Counter[tuple[str, str]] = Counter()


async def play(
    prepared: Prepared, seed: int, steps: Sequence[Step], firmware: Path | None = None,
    database: Callable[[Path], None] | None = None,
) -> Outcome:  # fmt: skip
    """Tills without steps stay dark. firmware, database: see Town."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="picotill-town-") as folder:
        async with Town(Path(folder), seed, prepared, firmware, database) as town:
            numbers = sorted({step.till for step in steps})
            clerks = [Clerk(town.tills[number]) for number in numbers]
            for day in range(1, max((step.day for step in steps), default=0) + 1):
                await _open_up(town, day, any((step.day, step.what) == (day, LATE) for step in steps))
                open_over_night = {step.till for step in steps if (step.day, step.what) == (day, NIGHT)}
                rounds = [
                    _day(town, clerk, [step for step in steps if (step.day, step.till) == (day, clerk.till.number)],
                         outcome, day)
                    for clerk in clerks
                ]  # fmt: skip
                try:
                    await asyncio.gather(*(town.world.act(one) for one in rounds))
                    closed = [clerk for clerk in clerks if clerk.till.number not in open_over_night]
                    async with town.spared():
                        outcome.verdicts += await judge(town, closed)
                except StandStill as error:
                    outcome.verdicts.append(Verdict(STUCK, -1, str(error)))
                outcome.days += len(clerks)
                if outcome.verdicts:
                    break
            outcome.faults += town.kills + sum(clerk.boots for clerk in clerks)
            outcome.faults += sum(clerk.till.storm.happened for clerk in clerks)
    return outcome


async def _open_up(town: Town, day: int, late: bool) -> None:
    """The night is over: it had no power. late: the shops open when the business day has but a few minutes left."""
    for till in town.tills:
        till.counter.power_cut()

    async def sleep() -> None:
        morning = FIRST_DAY + timedelta(days=day - 1) + (LATE_OPENING if late else timedelta())
        left_us = (morning - town.world.now()) // timedelta(microseconds=1)
        await town.world.sleep(max(0, left_us))

    await town.world.act(sleep())


async def _day(town: Town, clerk: Clerk, steps: Sequence[Step], outcome: Outcome, day: int) -> None:
    try:
        await town.world.sleep(clerk.till.number * APART_US)
        clerk.boots -= 1  # the morning's is no fault
        await clerk.do(Wish())
        for step in steps:
            if step.what in ACTS:
                wish = _wish(clerk, step)
                if wish is not None:
                    outcome.codes[step.what, await clerk.do(wish)] += 1
                await town.world.sleep(BETWEEN_US)
            else:
                outcome.faults += _fault(town, clerk, step)
        if all(step.what != NIGHT for step in steps):
            await _evening(town, clerk, outcome, day)
    except Stuck as error:
        wanted, shown = error.args
        outcome.verdicts.append(Verdict(STUCK, clerk.till.number, f"wanted {wanted}, the screen shows {shown}"))


def _wish(clerk: Clerk, step: Step) -> Wish | None:
    """What somebody wants, None where there is nothing to want it of."""
    if step.what == "sale":
        card, fen = step.given
        return Wish("sale", int(fen), int(card))
    if step.what in ("void", "refund"):
        sales = [slip for slip in clerk.slips() if slip.kind in ("sale", "offline")]
        back = int(step.given[0]) + 1
        if len(sales) < back:
            return None
        sale = sales[-back]
        fen = min(int(step.given[1]), sale.amount_fen) if step.what == "refund" else sale.amount_fen
        last4s = [card.last4 for card in clerk.till.cards]
        return Wish(step.what, fen, last4s.index(sale.card[:19][-4:]), sale.trace)
    return Wish(step.what)


def _fault(town: Town, clerk: Clerk, step: Step) -> int:
    """Arms it. Returns how many faults took place by that already."""
    till, given = clerk.till, step.given
    counter, link = till.counter, till.counter.link
    if step.what in (LATE, NIGHT):
        return 0
    if step.what in ("line_down", "line_up"):
        link.up = step.what == "line_up"
        return int(not link.up)
    if step.what in ("lose", "delay", "double", "hold", "truncate", "corrupt"):
        direction, skip, *more = given
        till.storm.arm(step.what, str(direction), int(skip), *(int(one) for one in more))
        return 0
    if step.what == "slow":
        link.latency_us = int(given[0]) * 1000
    elif step.what == "cut_flash":
        counter.nor.cut(int(given[0]), str(given[1]))
        return 0
    elif step.what in ("cut_link", "cut_print"):
        counter.before = _pull(clerk, int(given[0]), bus.LINK if step.what == "cut_link" else bus.UART1)
        return 0
    elif step.what == "kill_host":
        town.kill_host_at(int(given[0]), str(given[1]), int(given[2]))
        return 0
    elif step.what == "clock":
        town.clock.offset_s = max(-SKEW_MOST_S, min(SKEW_MOST_S, town.clock.offset_s + int(given[0])))
    elif step.what == "wrong_keys":
        clerk.wrong_keys.append((int(given[0]), tuple(str(key) for key in given[1:])))
    return 1


def _pull(clerk: Clerk, number: int, device: int) -> Callable[[bus.Message], None]:
    """The plug, at the number-th message between the till and that device."""
    left = number

    def look(message: bus.Message) -> None:
        nonlocal left
        left -= message.device == device
        if not left:
            clerk.counter.before = None
            raise PowerCut("plug", 0)

    return look


async def _evening(town: Town, clerk: Clerk, outcome: Outcome, day: int) -> None:
    """Nothing fails any more: what waits is sent, a sale is taken, the batch is settled. Raises Stuck."""
    clerk.till.storm.calm()
    clerk.counter.nor.cut(0, "after")
    clerk.counter.before = None
    clerk.wrong_keys.clear()
    await town.host_stands()
    await _insist(town, clerk, Wish("send_now"))
    await _insist(town, clerk, Wish("sale", CLOSING_FEN + 1000 * day, 0))
    await _insist(town, clerk, Wish("settle"))


async def _insist(town: Town, clerk: Clerk, wish: Wish) -> None:
    code = ""
    for _ in range(TRIES):
        code = await clerk.do(wish)
        if not code:
            return
        if code == SETTLE_ON:
            await clerk.do(Wish("settle"))
        await town.world.sleep(WAIT_US)
    raise Stuck(wish.what, f"code {code} after {TRIES} tries")


def town_seed(seed: int, number: int) -> int:
    """The seed of the number-th town of a run."""
    return random.Random(f"town {seed} {number}").randrange(1 << 31)
