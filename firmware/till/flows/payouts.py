"""Payouts at the till: the last one, its slip, its lines and a question about each, and one started by hand."""

from till.flows.asked import asked
from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.manage import look
from till.flows.paper import print_lines
from till.link import payouts as host
from till.slip.payout import payout_slip
from till.ui.money import yuan

PAGES_MOST = 1_250  # of LINES_MOST lines: more than a payout lists
KINDS = {"S": "sale", "O": "offline", "R": "refund"}
WHY_NOT = {"25": "no-payout", "51": "nothing-due", "57": "payouts-rest"}


async def last(till):
    """What was paid out last and how far it is; confirm prints its slip."""
    await _show(till, await _asked(till, "payout", lambda: host.last_payout(till.session)))


async def lines(till):
    """The payments of the last payout; the acquirer is asked about the one that is chosen."""
    payout = await _asked(till, "payout-lines", lambda: host.last_payout(till.session))
    first = 0
    for _ in range(PAGES_MOST):
        rows = await _page(till, payout, first)
        texts = [_text(row) for row in rows]
        if first + len(rows) < payout.lines:
            texts.append(till.ui.strings["more-lines"])
        at = await till.ui.pick("payout-lines", texts)
        if at < len(rows):
            await _ask_about(till, rows[at])
            return
        first += len(rows)


async def _page(till, payout, first):
    rows = await _asked(till, "payout-lines", lambda: host.payout_lines(till.session, payout.number, first))
    if not rows:
        raise Stopped("not-found")
    return rows


async def start(till):
    """All that can be paid out, or a part of it, to the merchant's account; under the manager's password."""
    await manager(till, "pay-out")
    amount_fen = 0
    if await till.ui.choose("pay-out", ("pay-all", "pay-part")):
        amount_fen = await till.ui.ask_amount("pay-out")
    await till.ui.confirm("question", "pay-out", "pay-out-now", amount_fen or None)
    await _show(till, await _asked(till, "pay-out", lambda: host.start_payout(till.session, amount_fen)))


async def _show(till, payout):
    strings = till.ui.strings
    date = "%s-%s" % (payout.date[4:6], payout.date[6:])
    rows = [
        (strings["payout-" + payout.state], payout.amount_fen),
        (date, "%d %s" % (payout.lines, strings["payments"])), (strings["ok-prints"], "*" + payout.account),
    ]  # fmt: skip
    if await look(till, "payout", rows) == "confirm":
        settings = till.settings
        await print_lines(till, payout_slip(payout, till.paper, settings["language"], till.clock.local()), "step-print")


async def _ask_about(till, row):
    payment, kind, _, trace, amount_fen = row
    number = await _asked(till, "ask-line", lambda: host.question_about(till.session, payment))
    strings = till.ui.strings
    rows = [
        (strings[KINDS.get(kind, "sale")], abs(amount_fen)), (strings["trace"], "%06d" % trace),
        (strings["question"], "%08d" % number),
    ]  # fmt: skip
    await look(till, "ask-line", rows)


def _text(row):
    """A line of the menu, 14 columns: the voucher's number, and as much of the amount as fits."""
    _, _, _, trace, amount_fen = row
    amount = yuan(amount_fen)
    text = "%06d %s" % (trace, amount)
    return text if len(text) <= 14 else ("%d %s" % (trace, amount[:-3]))[:14]


async def _asked(till, title, ask):
    try:
        return await asked(till, ask, "processing", title, None, "sending")
    except Stopped as error:
        raise Stopped(WHY_NOT.get(error.args[0], error.args[0]))
