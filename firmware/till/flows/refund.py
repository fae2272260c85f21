"""Refund: gives back all or part of a sale, of this batch or an earlier one, under the manager's password.

A sale that the journal has no more is named by what its slip says, and the customer presents the card: the host checks.
"""

from till.flows.approved import show_approved
from till.flows.ask import ask_host
from till.flows.errors import Stopped
from till.flows.guard import manager, may_pay
from till.flows.kept import Kept
from till.flows.original import original_of
from till.flows.paper import print_payment
from till.flows.present import present
from till.journal.payment import APPROVED
from till.link.errors import NotSent, NotSignedOn

QUESTION_MS = 60_000


async def refund(till):
    await may_pay(till)
    await manager(till, "refund")
    trace = int(await till.ui.ask_digits("refund", "enter-trace", 6))
    if till.book.find(trace) is None:
        await _older(till, trace)
        return
    sale = _refundable(till, trace)
    left_fen = sale.amount_fen - till.book.refunded_fen(sale)
    if not left_fen:
        raise Stopped("already-refunded")
    amount_fen = await till.ui.ask_amount("refund", "", left_fen, "refund-over")
    await till.ui.confirm("details", "refund", amount_fen, sale.trace)
    await _give_back(till, amount_fen, Kept(sale), sale)


async def _older(till, trace):
    """trace: as typed; the journal has no such voucher."""
    till.ui.show("question", "older-sale", "enter-slip")
    if await till.ui.key(QUESTION_MS) != "confirm":
        raise Stopped("not-found")
    original = {"batch": None, "trace": None}
    original["rrn"] = await till.ui.ask_digits("refund", "enter-reference", 12, least=12)
    original["date"] = await till.ui.ask_digits("refund", "enter-date", 4, least=4)
    original["auth"] = await till.ui.ask_digits("refund", "enter-auth-code", 6, least=6)
    amount_fen = await till.ui.ask_amount("refund", "", till.settings["most_fen"])
    card = await present(till, "refund", amount_fen)
    await till.ui.confirm("details", "refund", amount_fen, trace)
    kept = Kept(card)
    card.wipe()
    await _give_back(till, amount_fen, kept, original)


async def _give_back(till, amount_fen, card, original):
    payment = till.book.create(
        "refund", amount_fen, till.clock.epoch(), till.settings["operator"], card=card, original=original
    )
    till.ui.show("processing", "refund", amount_fen)
    try:
        await ask_host(till, payment)
    except (NotSent, NotSignedOn):
        till.book.abandoned(payment)  # a refund is never offline
        raise Stopped("no-link")
    await show_approved(till, payment)
    await print_payment(till, payment)


async def tell(till, sequence):
    """A refund that was unknown has its answer: the result and the slip, or why it was refused."""
    payment = till.book.get(sequence)
    if payment.state != APPROVED:
        raise Stopped(payment.response)
    await show_approved(till, payment)
    await print_payment(till, payment)


def _refundable(till, trace):
    sale = original_of(till, trace)
    if till.book.voided(sale):
        raise Stopped("already-voided")
    if sale.state != APPROVED and not sale.acknowledged:
        raise Stopped("not-refundable")  # also what waits in the queue: a refund never goes before its sale
    return sale
