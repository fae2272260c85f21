"""Money whose settlement date has come becomes available."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.postings import maturity
from host_sim.settlement.calendar import DAY
from host_sim.settlement.dates import commit_day
from host_sim.store.schema import Merchant, Payment

PAYMENTS_PER_RUN = 5_000


def mature(session: Session, now: datetime) -> int:
    """Mature sales whose settlement date has come in their merchant's zone. Gives how many.

    One entry for each merchant and business day. At most PAYMENTS_PER_RUN a run, oldest first: a
    caller repeats it until it gives 0.
    """
    payments = session.scalars(
        select(Payment)
        .where(
            Payment.matured_at.is_(None),
            Payment.settlement_date <= now.date() + DAY,
            Payment.kind.in_(("sale", "offline")),
            Payment.state == "approved",
        )
        .order_by(Payment.settlement_date, Payment.id)
        .limit(PAYMENTS_PER_RUN)
        .with_for_update(skip_locked=True)
    ).all()
    groups: dict[tuple[int, date], list[Payment]] = defaultdict(list)
    for payment in payments:
        groups[payment.merchant_id, payment.business_date].append(payment)
    count = 0
    for (merchant_id, day), group in sorted(groups.items(), key=lambda item: item[0]):
        merchant = session.get_one(Merchant, merchant_id)
        today = now.astimezone(ZoneInfo(merchant.zone)).date()
        ripe = [
            payment for payment in group if payment.settlement_date is not None and payment.settlement_date <= today
        ]
        if ripe:
            _post(session, merchant, day, ripe, now)
            count += len(ripe)
    session.flush()
    return count


def settle_at_once(session: Session, merchant: Merchant, payment: Payment, now: datetime) -> None:
    """A booked sale of a terminal that settles in real time: its money is available with the approval."""
    payment.settlement_date = payment.business_date
    _post(session, merchant, payment.business_date, [payment], now)


def mature_early(session: Session, merchant: Merchant, payments: Sequence[Payment], now: datetime) -> None:
    """Booked sales whose money the merchant has before its settlement date, on its D0 terms."""
    groups: dict[date, list[Payment]] = defaultdict(list)
    for payment in payments:
        payment.settlement_date = payment.business_date
        groups[payment.business_date].append(payment)
    for day, group in sorted(groups.items()):
        _post(session, merchant, day, group, now)
    session.flush()


def _post(session: Session, merchant: Merchant, day: date, ripe: list[Payment], now: datetime) -> None:
    net_fen = sum(payment.amount_fen - (payment.fee_fen or 0) for payment in ripe)
    # A payment matures once, so the first of the group names the entry once.
    reference = f"payment/{min(payment.id for payment in ripe)}"
    posted_on = commit_day(session, merchant, now)
    maturity(session, merchant.id, day, net_fen, reference, now, business_date=posted_on)
    for payment in ripe:
        payment.matured_at = now
