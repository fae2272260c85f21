"""Reconciliation's work list: differences opened, given to somebody, and cleared, each with its balanced postings."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger import dispute_postings
from host_sim.settlement.dates import commit_day
from host_sim.settlement.stopping import Words
from host_sim.store.disputes import CLEARED_TO
from host_sim.store.schema import Difference, Merchant, Payment


class DifferenceError(Exception):
    """A difference that cannot be opened or cleared so. args: which, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def open_difference(
    session: Session,
    *,
    channel: str,
    day: date,
    reference: str,
    kind: str,
    side: str,
    amount_fen: int,
    explanation: Words,
    now: datetime,
    business_date: date,
    payment_id: int | None = None,
) -> Difference:
    """Put a difference on the work list and its amount into suspense. Found again, it is the same one.

    kind: long, short, amount, duplicate, late; side: long, the channel has more, or short. Raises DifferenceError.
    """
    known = session.scalar(
        select(Difference).where(
            Difference.channel == channel,
            Difference.day == day,
            Difference.reference == reference,
            Difference.kind == kind,
        )
    )
    if known is not None:
        return known
    if amount_fen <= 0:
        raise DifferenceError(f"{kind} {reference}", "an amount is positive: side says which way it differs")
    merchant_id = None if payment_id is None else session.get_one(Payment, payment_id).merchant_id
    one = Difference(
        channel=channel,
        day=day,
        reference=reference,
        kind=kind,
        side=side,
        amount_fen=amount_fen,
        payment_id=payment_id,
        merchant_id=merchant_id,
        found_at=now,
        explanation=dict(explanation),
    )
    session.add(one)
    session.flush()
    dispute_postings.difference_found(session, one, now, business_date=business_date)
    return one


def clear_difference(
    session: Session,
    difference_id: int,
    cleared_to: str,
    resolution: Words,
    now: datetime,
    business_date: date,
    *,
    merchant_id: int | None = None,
) -> Difference:
    """Clear a difference to the merchant, the channel or loss. The same again changes nothing. Raises DifferenceError.

    merchant_id: whose it is where no payment says so.
    """
    one = session.get_one(Difference, difference_id, with_for_update=True)
    where = f"difference {difference_id}"
    if cleared_to not in CLEARED_TO:
        raise DifferenceError(where, "is cleared to one of " + ", ".join(CLEARED_TO))
    if one.cleared_at is not None:
        if one.cleared_to != cleared_to:
            raise DifferenceError(where, f"was cleared to {one.cleared_to}: open a new one to put that right")
        return one
    one.merchant_id = one.merchant_id or merchant_id
    if cleared_to == "merchant":
        if one.merchant_id is None:
            raise DifferenceError(where, "belongs to no merchant: say which, or clear it to the channel or to loss")
        merchant = session.get_one(Merchant, one.merchant_id, with_for_update=True)
        business_date = commit_day(session, merchant, now)
    one.cleared_to, one.cleared_at, one.resolution = cleared_to, now, dict(resolution)
    session.flush()
    dispute_postings.difference_cleared(session, one, now, business_date=business_date)
    return one


def pay_difference(session: Session, difference_id: int, now: datetime, business_date: date) -> None:
    """The channel's clearing had the difference in what it paid. Repeated, it changes nothing."""
    one = session.get_one(Difference, difference_id, with_for_update=True)
    if one.paid_at is None:
        dispute_postings.difference_paid(session, one, now, business_date=business_date)
        one.paid_at = now
        session.flush()


def open_differences(session: Session, most: int = 500) -> Sequence[Difference]:
    """The work list, oldest first."""
    return session.scalars(
        select(Difference)
        .where(Difference.cleared_at.is_(None))
        .order_by(Difference.found_at, Difference.id)
        .limit(most)
    ).all()
