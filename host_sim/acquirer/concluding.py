"""How a payment that is authorising ends, by what the network has decided. One unit of work, for whoever learns it:
the message that asked, its resend, or the recovery."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.batches import ADVICES, current_batch, find_batch
from host_sim.acquirer.booking import book
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.profiles import Fields
from host_sim.acquirer.request import APPROVED, Reply, local_time
from host_sim.acquirer.undoing import open_undo
from host_sim.networks.issuer import Decision
from host_sim.networks.switch import Route
from host_sim.settlement.dates import date_payment
from host_sim.store.schema import Batch, Merchant, Message, Payment

FAULT = "96"


class Ended(NamedTuple):
    """reply: None where the end must wait for a batch that takes payments. undo: the network must take it back."""

    reply: Reply | None
    undo: bool


def message_of(session: Session, payment: Payment) -> Message:
    """The question that opened the payment."""
    return session.scalars(select(Message).where(Message.payment_id == payment.id)).one()


def conclude(session: Session, desk: Desk, route: Route, payment_id: int, decision: Decision | None) -> Ended:
    """decision: None where the network's result is unknown; only a payment that can be reversed comes here without.

    An approval counts on the business day of this commit. An advice counts in the terminal's batch of now, which need
    not be the one in which it was first sent.
    """
    now = desk.clock.now()
    payment = session.get_one(Payment, payment_id, with_for_update=True)
    message = message_of(session, payment)
    gone = decision is not None and not decision.approved
    if payment.state != "authorising":
        # Reversed or given up meanwhile, or ended by another who asked the same.
        undo = payment.state in ("reversed", "declined") and not gone
        if undo:
            open_undo(session, payment, now)
        if message.answer is None:
            message.answer = Reply("12", said(session, desk, route, payment, decision)).stored()
            payment.response = "12"
        return Ended(Reply.restored(message.answer), undo)
    if decision is None:
        response, undo = FAULT, True
        payment.state = "declined"
    elif not decision.approved:
        response, undo = decision.response, False
        payment.state = "refused" if payment.kind == "offline" else "declined"
    elif (batch := _batch_for(session, payment)) is None:
        if payment.kind in ADVICES:
            return Ended(None, False)
        response, undo = "90", True
        payment.state = "reversed"
    else:
        response, undo = APPROVED, False
        payment.state, payment.auth_code, payment.filed_batch = "approved", decision.auth_code, batch.number
        date_payment(session, session.get_one(Merchant, payment.merchant_id), payment, now)
        book(session, payment, now)
    payment.response = response
    if undo:
        open_undo(session, payment, now)
    reply = Reply(response, said(session, desk, route, payment, decision))
    message.answer = reply.stored()
    return Ended(reply, undo)


def said(session: Session, desk: Desk, route: Route, payment: Payment, decision: Decision | None) -> Fields:
    """What of the answer must be the same on every resend. F12 and F13 are those by which the payment is found."""
    local = local_time(payment.at, session.get_one(Merchant, payment.merchant_id).zone)
    fields: Fields = {
        12: f"{local:%H%M%S}",
        13: f"{local:%m%d}",
        15: f"{payment.business_date:%m%d}",
        37: payment.rrn or "",
        44: desk.institutions(route),
    }
    if payment.state == "approved":
        fields[38] = payment.auth_code or ""
        fields[63] = route.organisation
    if decision is not None and decision.issuer_data and payment.state != "reversed":
        fields[55] = b"\x91" + bytes([len(decision.issuer_data)]) + decision.issuer_data
    return fields


def _batch_for(session: Session, payment: Payment) -> Batch | None:
    """The batch to file the payment in, None where it takes no payments now."""
    if payment.kind in ADVICES or payment.filed_batch is None:
        return current_batch(session, payment.terminal_id)
    batch = find_batch(session, payment.terminal_id, payment.filed_batch)
    return batch if batch is not None and batch.state == "OPEN" else None
