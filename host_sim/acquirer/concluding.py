"""How a payment that is authorising ends, by what the network has decided. One unit of work, for whoever learns it:
the message that asked, its resend, or the recovery."""

from typing import NamedTuple

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from host_sim.acquirer.batches import ADVICES, DEBITS, current_batch, takes_payments
from host_sim.acquirer.booking import book
from host_sim.acquirer.codes import masked
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.profiles import Fields
from host_sim.acquirer.request import APPROVED, Reply, local_time
from host_sim.acquirer.undoing import open_undo
from host_sim.networks.issuer import Decision
from host_sim.networks.switch import Route
from host_sim.networks.wallet.routes import NO_WALLET
from host_sim.settlement.dates import date_payment
from host_sim.settlement.maturity import settle_at_once
from host_sim.store.schema import AdvanceTerms, Base, Merchant, Message, Payment, SettlementMode, SettlementPlan

FAULT = "96"
REAL_TIME = "R"
SETTLED = "SETTLED"
"""In F63 behind the scheme, with the date: the merchant has the money of this payment already."""


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
    payment, message, merchant, mode, product = session.execute(_OPENED, {"payment_id": payment_id}).one()
    # Both are written by a statement at the end: a third of what a flush costs, at the host's busiest place.
    session.expunge(payment)
    session.expunge(message)
    gone = decision is not None and not decision.approved
    if payment.state != "authorising":
        # Reversed or given up meanwhile, or ended by another who asked the same.
        undo = payment.state in ("reversed", "declined") and not gone
        if undo:
            open_undo(session, payment, now)
        if message.answer is None:
            message.answer = Reply("12", said(session, desk, route, payment, decision)).stored()
            payment.response = "12"
            _keep(session, payment, message)
        return Ended(Reply.restored(message.answer), undo)
    if decision is None:
        response, undo = FAULT, True
        payment.state = "declined"
    elif not decision.approved:
        response, undo = decision.response, False
        payment.state = "refused" if payment.kind == "offline" else "declined"
    elif (batch_number := _batch_for(session, payment)) is None and not _handed_over(payment):
        if payment.kind in ADVICES:
            return Ended(None, False)
        response, undo = "90", True
        payment.state = "reversed"
    else:
        response, undo = APPROVED, False
        if decision.wallet and payment.pan_masked == masked(NO_WALLET):
            payment.pan_masked = masked(decision.wallet)  # the wallet that scanned the till's code
        payment.state, payment.auth_code, payment.filed_batch = "approved", decision.auth_code, batch_number
        date_payment(session, merchant, payment, now, product)
        book(session, payment, now)
        if (mode or "").startswith(REAL_TIME) and payment.kind in DEBITS and _at_once(session, payment):
            settle_at_once(session, merchant, payment, now)
    payment.response = response
    if undo:
        open_undo(session, payment, now)
    reply = Reply(response, said(session, desk, route, payment, decision))
    message.answer = reply.stored()
    _keep(session, payment, message)
    return Ended(reply, undo)


def _at_once(session: Session, payment: Payment) -> bool:
    """A wallet's money may be had at once; a card's before T+1 is our own money, which needs D0 terms."""
    return payment.card_class == "wallet" or session.get(AdvanceTerms, payment.merchant_id) is not None


def _keep(session: Session, payment: Payment, message: Message) -> None:
    """Write down how the payment has ended."""
    connection = session.connection()
    ended = {f"new_{name}": getattr(payment, name) for name in _ENDS}
    connection.execute(_ENDED, {"payment_id": payment.id, **ended})
    connection.execute(_ANSWERED, {"message_id": message.id, "new_answer": message.answer})


_ENDS = "state response auth_code filed_batch business_date settlement_date matured_at fee_fen pan_masked".split()
"""What an end changes of a payment."""
_PAYMENT, _MESSAGE = (Base.metadata.tables[one.__tablename__] for one in (Payment, Message))
_ENDED = (
    update(_PAYMENT)
    .where(_PAYMENT.c.id == bindparam("payment_id"))
    .values({name: bindparam(f"new_{name}") for name in _ENDS})
)
_ANSWERED = update(_MESSAGE).where(_MESSAGE.c.id == bindparam("message_id")).values(answer=bindparam("new_answer"))
_OPENED = (
    select(Payment, Message, Merchant, SettlementMode.mode, SettlementPlan.product)
    .join(Message, Message.payment_id == Payment.id)
    .outerjoin(SettlementMode, SettlementMode.terminal_id == Payment.terminal_id)
    .join(Merchant, Merchant.id == Payment.merchant_id)
    .outerjoin(
        SettlementPlan,
        (SettlementPlan.merchant_id == Payment.merchant_id)
        & (SettlementPlan.family == case((Payment.card_class == "wallet", "wallet"), else_="card")),
    )
    .where(Payment.id == bindparam("payment_id"))
    .with_for_update(of=(Payment, Message))
)
"""A payment with the question that opened it, locked where the database has row locks, its merchant, how its
terminal settles, and the merchant's product for this card."""


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
        if payment.matured_at is not None:
            fields[63] += f"{SETTLED} {payment.settlement_date:%m%d}"
    if decision is not None and decision.issuer_data and payment.state != "reversed":
        fields[55] = b"\x91" + bytes([len(decision.issuer_data)]) + decision.issuer_data + decision.scripts
    return fields


def _handed_over(payment: Payment) -> bool:
    """It came in a file: it was opened in no batch and goes into none."""
    return payment.kind in ADVICES and payment.filed_batch is None


def _batch_for(session: Session, payment: Payment) -> int | None:
    """The number of the batch to file the payment in, None where it takes no payments now."""
    if _handed_over(payment):
        return None
    if payment.kind in ADVICES or payment.filed_batch is None:
        batch = current_batch(session, payment.terminal_id)
        return batch.number if batch is not None else None
    return payment.filed_batch if takes_payments(session, payment.terminal_id, payment.filed_batch) else None
