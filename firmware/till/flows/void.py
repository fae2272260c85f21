"""Void: takes back a sale of the batch that is still open, under the manager's password."""

from till.flows.approved import show_approved
from till.flows.ask import ask_host
from till.flows.errors import Stopped
from till.flows.guard import manager, may_pay
from till.flows.kept import Kept
from till.flows.original import original_of
from till.flows.paper import print_payment
from till.flows.waiting import send_one
from till.journal.payment import APPROVED, OFFLINE
from till.link.errors import NotSent, NotSignedOn


async def void(till):
    await may_pay(till)
    await manager(till, "void")
    trace = int(await till.ui.ask_digits("void", "enter-trace", 6))
    sale = _voidable(till, trace)
    await till.ui.confirm("details", "void", sale.amount_fen, sale.trace)
    sale = _voidable(till, trace)  # anew: the background may have sent it meanwhile
    if sale.state == OFFLINE:
        if not sale.sent:
            till.book.cancelled(sale)  # no byte of it left: it ends here, number and record stay
            raise Stopped("offline-cancelled")
        sale = await send_one(till, sale)
    payment = till.book.create(
        "void", sale.amount_fen, till.clock.epoch(), till.settings["operator"], card=Kept(sale), original=sale
    )
    till.ui.show("processing", "void", sale.amount_fen)
    try:
        await ask_host(till, payment)
    except (NotSent, NotSignedOn):
        till.book.abandoned(payment)  # a void is never offline
        raise Stopped("no-link")
    await show_approved(till, payment)
    await print_payment(till, payment)


def _voidable(till, trace):
    sale = original_of(till, trace)
    if sale.batch != till.book.batch:
        raise Stopped("other-batch")
    if till.book.voided(sale):
        raise Stopped("already-voided")
    if sale.state not in (APPROVED, OFFLINE) and not sale.acknowledged:
        raise Stopped("not-voidable")
    if till.book.refunded_fen(sale):
        raise Stopped("not-voidable")
    return sale
