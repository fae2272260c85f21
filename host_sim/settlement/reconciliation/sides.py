"""Our side and the till's, out of the store, row by row; see relations.py for their columns."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from host_sim.store.schema import Batch, BatchItem, Chargeback, Difference, Payment, Terminal

HISTORY = timedelta(days=12)
"""How far back a line of a file is looked for among what is cleared already; what is not cleared yet has no age."""
AFTER_DECISION = timedelta(days=2)
"""From when on a file must have a chargeback that is lost."""
ROWS_AT_ONCE = 10_000
DEBITS = ("sale", "offline")
Row = tuple[Any, ...]


def our_rows(session: Session, channel: str, day: date) -> Iterator[Row]:
    """Payments and chargebacks of a channel, for the file of a clearing day."""
    shorts = select(Difference.payment_id, Difference.cleared_to).where(
        Difference.channel == channel, Difference.kind == "short", Difference.payment_id.is_not(None)
    )
    missed: dict[int | None, str | None] = {payment_id: to for payment_id, to in session.execute(shorts)}  # noqa: C416
    statement = (
        select(
            Payment.rrn, Payment.kind, Payment.state, Payment.amount_fen, Payment.business_date, Payment.cleared_at,
            Payment.id, Payment.merchant_id, Terminal.number, Payment.filed_batch, Payment.batch_number,
            Payment.trace, Payment.scheme,
        )
        .join(Terminal, Terminal.id == Payment.terminal_id)
        .where(
            Payment.channel == channel,
            Payment.rrn.is_not(None),
            or_(
                Payment.business_date >= day - HISTORY,
                and_(Payment.cleared_at.is_(None), Payment.state.in_(("approved", "voided"))),
            ),
        )
        .execution_options(yield_per=ROWS_AT_ONCE)
    )  # fmt: skip
    for rrn, kind, state, amount_fen, of, cleared_at, payment_id, *rest in session.execute(statement):
        credit = kind not in DEBITS
        signed_fen = -amount_fen if credit else amount_fen
        name = "sale" if kind == "offline" else kind
        due = "due" if of <= day else "later"
        standing = _standing(state, cleared_at is not None, missed.get(payment_id, "")) or due
        yield (rrn, name, signed_fen, of, standing, payment_id, *rest, credit)
        if state == "reversed" and cleared_at is not None:
            yield (rrn, "reversal", -signed_fen, of, "later", payment_id, *rest, credit)
    yield from _chargebacks(session, channel, day)


def _standing(state: str, cleared: bool, missed: str | None) -> str | None:
    """None: it is to be cleared. missed: what a short difference of the payment was cleared to, None while it is open,
    "" where there is none."""
    if cleared:
        return "cleared"
    if state not in ("approved", "voided"):
        return "gone"
    if missed is None:
        return "short"
    # Given up: the merchant or we have borne it, and if it is paid after all that is money of nobody.
    return "gone" if missed in ("merchant", "loss") else None


def _chargebacks(session: Session, channel: str, day: date) -> Iterator[Row]:
    """Those that are lost: the channel takes them off what it pays."""
    lost = select(Chargeback).where(Chargeback.channel == channel, Chargeback.state == "lost")
    for case in session.scalars(lost.where(Chargeback.cleared_at.is_(None))):
        assert case.decided_at is not None
        expected = case.decided_at.date() + AFTER_DECISION
        standing = "due" if expected <= day else "later"
        row = (case.case_number, "chargeback", -case.amount_fen, expected, standing, case.id, case.merchant_id)
        yield (*row, None, None, None, None, None, True)


def till_rows(session: Session, day: date) -> Iterator[Row]:
    """What tills uploaded item by item of batches closed lately."""
    statement = (
        select(Terminal.number, BatchItem.batch_number, BatchItem.trace, BatchItem.amount_fen)
        .join(Batch, Batch.id == BatchItem.batch_id)
        .join(Terminal, Terminal.id == Batch.terminal_id)
        .where(Batch.business_date >= day - HISTORY)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for row in session.execute(statement):
        yield tuple(row)


def total_rows(session: Session, day: date) -> Iterator[Row]:
    """What tills said that batches closed lately came to."""
    statement = (
        select(Terminal.number, Batch.number, Batch.till_totals)
        .join(Terminal, Terminal.id == Batch.terminal_id)
        .where(Batch.business_date >= day - HISTORY, Batch.till_totals.is_not(None))
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    names = ("debit_fen", "debit_count", "credit_fen", "credit_count")
    for terminal, batch, totals in session.execute(statement):
        for scheme, sums in (totals or {}).items():
            yield (terminal, batch, scheme, *(sums[name] for name in names))
