"""0400/0410: undo a sale or void whose answer the terminal never got, or did not honour.

00: undone, or there was nothing to undo. 25: the original is not here; if it still comes, it is refused with 12.
12: cannot be undone (another amount or card, voided or refunded since, settled since): an alarm, and the
reconciliation resolves it.
"""

from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.batches import find_batch
from host_sim.acquirer.booking import unbook
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import Key, key_of
from host_sim.acquirer.original import given_back, same_card
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.standing import lock_terminal
from host_sim.acquirer.undoing import open_undo, undo_now
from host_sim.store.schema import Payment


async def reversal(request: Request, desk: Desk) -> Reply:
    """Undo on the host and note what the network must undo, in one unit; then have the network do it. A resend has
    it asked again."""
    digest = desk.vault.digest(request.mti, request.fields)
    reply, payment_id = await desk.store.write(lambda session: _reverse(session, request, desk, digest))
    if payment_id is not None:
        await undo_now(desk, payment_id)
    return reply


def _reverse(session: Session, request: Request, desk: Desk, digest: str) -> tuple[Reply, int | None]:
    """The reply, and the payment that the network must undo, None where there is nothing."""
    lock_terminal(session, request.till.id)
    key, original_key = key_of(request), key_of(request, kind=request.original_kind)
    message = exactly_once.find(session, key)
    original = exactly_once.find(session, original_key)
    payment = None
    if original is not None and original.payment_id is not None:
        payment = session.get_one(Payment, original.payment_id, with_for_update=True)
    if message is not None:
        reply = exactly_once.repeated(session, message, request, digest)
        assert reply is not None, "a reversal is taken and answered in one unit"
        return reply, payment.id if payment is not None else None
    reply = _judge(session, request, desk, original_key, payment, known=original is not None)
    exactly_once.take(session, key, digest, request.at, reply)
    if payment is not None and payment.state == "reversed":
        open_undo(session, payment, desk.clock.now())
    return reply, payment.id if payment is not None else None


def _judge(
    session: Session, request: Request, desk: Desk, original_key: Key, payment: Payment | None, known: bool
) -> Reply:
    if payment is None:
        if known:
            return Reply(APPROVED)
        exactly_once.bury(session, original_key, request.at)
        return Reply("25")
    said: dict[int, str | bytes] = {37: payment.rrn or "", 15: f"{payment.business_date:%m%d}"}
    why_not = _obstacle(session, request, desk, payment)
    if why_not is not None:
        exactly_once.alarm(session, request, "reversal refused", f"payment {payment.id}: {why_not}")
        return Reply("12", said)
    if payment.state == "approved":
        payment.state = "reversed"
        unbook(session, payment, desk.clock.now())
    elif payment.state == "authorising":
        payment.state = "reversed"
    return Reply(APPROVED, said)


def _obstacle(session: Session, request: Request, desk: Desk, payment: Payment) -> str | None:
    if payment.amount_fen != request.amount_fen or not same_card(request, desk, payment):
        return "amount or card differs"
    if payment.state == "voided" or given_back(session, payment)[1]:
        return "voided or refunded since"
    if payment.state == "approved" and payment.filed_batch is not None:
        batch = find_batch(session, payment.terminal_id, payment.filed_batch)
        if batch is not None and batch.state == "CLOSED":
            return "settled since"
    return None
