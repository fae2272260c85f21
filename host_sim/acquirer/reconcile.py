"""A batch whose totals differ, item by item: what the terminal shows against what the host has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.batches import ADVICES, COUNTED, find_batch
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import alarm
from host_sim.acquirer.original import Original
from host_sim.acquirer.request import Request
from host_sim.acquirer.totals import MISMATCH
from host_sim.store.schema import Batch, BatchItem, Payment


def reconcile_item(session: Session, request: Request, desk: Desk, batch: Batch, made: Original | None) -> None:
    """Record the finding of one uploaded item. made: what its F61 says.

    matched: filed here, same amount. repaired: filed elsewhere or nowhere, moved here. amount_differs: filed
    here with another amount, the host's stands. unknown: not on the host; for the reconciliation to resolve.
    """
    payment = _find(session, request, desk, batch, made)
    if payment is None:
        finding, detail = "unknown", "not on the host"
    elif payment.amount_fen != request.amount_fen:
        finding, detail = "amount_differs", f"host {payment.amount_fen} fen"
        payment.filed_batch = batch.number
    elif payment.filed_batch == batch.number:
        finding, detail = "matched", ""
    else:
        finding, detail = "repaired", f"was in batch {payment.filed_batch or 'none'}"
        payment.filed_batch = batch.number
    if finding in ("unknown", "amount_differs"):
        alarm(session, request, "settlement difference", f"{finding}, terminal {request.amount_fen} fen {detail}")
    session.add(
        BatchItem(
            batch_id=batch.id,
            batch_number=made.batch if made else payment.batch_number if payment else batch.number,
            trace=request.trace,
            finding=finding,
            amount_fen=request.amount_fen,
            detail=detail,
            at=request.at,
        )
    )


def record_missing(session: Session, request: Request, batch: Batch) -> None:
    """At the end: items of a mismatched scheme that the host has and the terminal did not upload, and a count
    that is not what arrived.

    An approved advice that was not uploaded is no difference: its answer was lost, it is sent again in a later batch
    and counts there.
    """
    session.flush()
    items = items_of(session, batch)
    said = int(request.text(48) or "0")
    if said != len(items):
        alarm(session, request, "settlement difference", f"terminal says {said} items, {len(items)} came")
    flags = batch.flags or ""
    schemes = [scheme for scheme, flag in zip(("domestic", "foreign"), flags, strict=False) if flag == MISMATCH]
    payments = session.scalars(
        select(Payment).where(
            Payment.terminal_id == batch.terminal_id,
            Payment.filed_batch == batch.number,
            Payment.state.in_(COUNTED),
            Payment.scheme.in_(schemes),
        )
    )
    for payment in payments:
        item = (payment.batch_number, payment.trace)
        if item in items:
            continue
        if payment.kind in ADVICES and payment.state == "approved":
            payment.filed_batch = None
            text = f"{payment.kind} trace {payment.trace:06d} of {payment.amount_fen} fen was not uploaded"
            alarm(session, request, "advice not uploaded", f"{text}: it waits for its resend")
        else:
            items.add(item)
            session.add(
                BatchItem(
                    batch_id=batch.id,
                    batch_number=payment.batch_number,
                    trace=payment.trace,
                    finding="not_uploaded",
                    amount_fen=None,
                    detail=f"host {payment.amount_fen} fen",
                    at=request.at,
                )
            )


def items_of(session: Session, batch: Batch) -> set[tuple[int, int]]:
    """Batch and trace of each payment that settlement's detail has shown."""
    rows = session.execute(select(BatchItem.batch_number, BatchItem.trace).where(BatchItem.batch_id == batch.id))
    return {(number, trace) for number, trace in rows}


def _find(session: Session, request: Request, desk: Desk, batch: Batch, made: Original | None) -> Payment | None:
    """The terminal's payment with this trace and card, made in that batch where F61 says it; best filed here and,
    without F61, made here, else anywhere not settled yet."""
    # A payment by code has no card: its reference tells it.
    same = (
        Payment.pan_token == desk.vault.token(request.pan) if 2 in request.fields else Payment.rrn == request.text(37)
    )
    payments = session.scalars(
        select(Payment)
        .where(
            Payment.terminal_id == batch.terminal_id,
            Payment.trace == request.trace,
            same,
            Payment.state.in_(COUNTED),
            *((Payment.batch_number == made.batch,) if made else ()),
        )
        .order_by(Payment.id.desc())
        .with_for_update()
    ).all()
    here = [payment for payment in payments if payment.filed_batch == batch.number]
    if here:
        return next((payment for payment in here if payment.batch_number == batch.number), here[0])
    for payment in payments:
        if not _settled(session, payment):
            return payment
    return None


def _settled(session: Session, payment: Payment) -> bool:
    if payment.filed_batch is None:
        return False
    batch = find_batch(session, payment.terminal_id, payment.filed_batch)
    return batch is not None and batch.state == "CLOSED"
