"""0800/0810, F60.3 365: what the merchant asks at the till about its money.

F62 `T`: the business day's takings and the balance. `Q`, batch n6, trace n6: a question about that payment of this
terminal; `A`, number n10: about that payment of the merchant's. `U`, batch n6, trace n6: what became of that payment,
whose reversal was given up. `D`, the same, amount n12, response an2: that refused sale is kept as a debt. `S`, `L`,
`P`: payouts, see payout_enquiry.py.
"""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.handlers.payout_enquiry import NOT_FOUND, pay_out, payout_lines, payout_told
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.till_left import fate, keep_debt
from host_sim.ledger.merchant_money import available, owed
from host_sim.merchant.questions import QuestionError, ask
from host_sim.merchant.statements.book import balances
from host_sim.merchant.takings import today
from host_sim.store.schema import Payment

_ABOUT = re.compile(r"([QU])(\d{6})(\d{6})|D(\d{6})(\d{6})(\d{12})([0-9A-Z]{2})")
_PAYOUTS = re.compile(r"A(\d{10})|S(\d{8})|L(\d{8})(\d{4})|P(\d{12})")


async def enquiry(request: Request, desk: Desk) -> Reply:
    """Say what was asked for. Nothing of money moves; a question about the same payment is one while it is open."""
    what = (request.data(62) or b"").decode("ascii", "replace")
    if what == "T":
        return await desk.store.read(lambda session: _takings(session, request))
    if (of_payouts := _PAYOUTS.fullmatch(what)) is not None:
        numbers = [int(number) for number in of_payouts.groups() if number is not None]
        return await _about_payouts(request, desk, what[0], numbers)
    asked = _ABOUT.fullmatch(what)
    if asked is None:
        return Reply("30")
    if asked[1] is None:
        batch, trace, amount_fen = (int(asked[at]) for at in (4, 5, 6))
        await desk.store.write(lambda session: keep_debt(session, request, batch, trace, amount_fen, asked[7]))
        return Reply(APPROVED, {62: b"D"})
    batch, trace = int(asked[2]), int(asked[3])
    if asked[1] == "U":
        word = await desk.store.write(lambda session: fate(session, request, batch, trace))
        return Reply(APPROVED, {62: f"U{word}".encode()})
    return await desk.store.write(lambda session: _question(session, request, batch, trace))


async def _about_payouts(request: Request, desk: Desk, letter: str, numbers: list[int]) -> Reply:
    if letter == "S":
        return await desk.store.read(lambda session: payout_told(session, request, numbers[0]))
    if letter == "L":
        return await desk.store.read(lambda session: payout_lines(session, request, *numbers))
    if letter == "A":
        return await desk.store.write(lambda session: _question(session, request, numbers[0]))
    digest = desk.vault.digest(request.mti, request.fields)
    reply = await desk.store.write(lambda session: pay_out(session, request, numbers[0], digest))
    if reply.response == APPROVED:
        desk.notices_due()
    return reply


def _takings(session: Session, request: Request) -> Reply:
    merchant_id = request.till.merchant_id
    count, taken_fen = today(session, merchant_id, request.till.business_date(request.at))
    sums = (
        abs(taken_fen),
        max(0, available(session, merchant_id)),
        max(0, balances(session, merchant_id).pending_fen),
        max(0, owed(session, merchant_id)),
    )
    told = f"T{min(count, 99_999):05d}{'D' if taken_fen < 0 else 'C'}" + "".join(f"{fen:012d}" for fen in sums)
    return Reply(APPROVED, {62: told.encode()})


def _question(session: Session, request: Request, *which: int) -> Reply:
    """which: batch and trace of a payment of this terminal, or the number of any of the merchant's."""
    payments = select(Payment).where(Payment.merchant_id == request.till.merchant_id)
    if len(which) == 1:
        payments = payments.where(Payment.id == which[0])
    else:
        payments = payments.where(
            Payment.terminal_id == request.till.id, Payment.batch_number == which[0], Payment.trace == which[1]
        )
    payment = session.scalar(payments.limit(1))
    if payment is None:
        return Reply(NOT_FOUND)
    text = f"{payment.terminal.number} {payment.trace:06d}"
    try:
        asked = ask(session, payment.merchant_id, f"payment/{payment.id}", text, "till", request.at)
    except QuestionError:
        return Reply(NOT_FOUND)
    return Reply(APPROVED, {62: f"Q{asked.id:08d}".encode()})
