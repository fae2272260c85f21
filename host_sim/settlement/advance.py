"""Money paid before it matures (D0): within the window, up to the caps, for a fee, and never beyond the exposure.

Exposure is what was paid early and no channel has cleared yet: our own money at risk.
"""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.settlement.dates import commit_day
from host_sim.settlement.fees import price_fen
from host_sim.settlement.payable import SALES
from host_sim.settlement.stopping import Words
from host_sim.store.schema import AdvanceTerms, Merchant, Payment, Payout, PayoutItem

SALES_MOST = 500


class Allowance(NamedTuple):
    """What may be paid early now. most_fen: 0 where nothing may; words: why no more, {"zh", "en"}."""

    most_fen: int
    words: Words


def allowance(session: Session, merchant: Merchant, now: datetime) -> Allowance:
    """By the merchant's terms, the time of day, what was paid early today, and what is not cleared."""
    terms = session.get(AdvanceTerms, merchant.id)
    if terms is None:
        return Allowance(0, {"zh": "尚未开通D0提前到账。", "en": "Paying early (D0) is not agreed: ask the acquirer."})
    local = now.astimezone(ZoneInfo(merchant.zone)).time()
    if not terms.opens <= local < terms.closes:
        hours = f"{terms.opens:%H:%M}-{terms.closes:%H:%M}"
        words = {"zh": f"D0提前到账时间为{hours}。", "en": f"Paying early (D0) is possible from {hours}."}
        return Allowance(0, words)
    day = commit_day(session, merchant, now)
    limits = [
        (terms.payout_most_fen, "单笔D0限额", "the limit of one early payout"),
        (terms.day_most_fen - paid_early_fen(session, merchant.id, day), "当日D0限额", "today's limit of paying early"),
        (
            terms.exposure_most_fen - exposure_fen(session, merchant.id),
            "未清算资金限额",
            "the limit of what channels have not cleared yet",
        ),
    ]
    most_fen, zh, en = min(limits)
    yuan = f"{max(0, most_fen) // 100}.{max(0, most_fen) % 100:02d}"
    return Allowance(max(0, most_fen), {"zh": f"{zh}：最多{yuan}元。", "en": f"At most {yuan} yuan, by {en}."})


def early_fee_fen(terms: AdvanceTerms, taken_fen: int) -> int:
    """The fee of paying taken_fen early, never above it."""
    return min(taken_fen, price_fen(taken_fen, terms.basis_points) + terms.fixed_fen)


def exposure_fen(session: Session, merchant_id: int) -> int:
    """Paid early and not cleared yet, in fen."""
    return _early_fen(session, merchant_id, Payment.cleared_at.is_(None))


def paid_early_fen(session: Session, merchant_id: int, day: date) -> int:
    """Paid early on a business day, in fen."""
    return _early_fen(session, merchant_id, Payout.business_date == day)


def _early_fen(session: Session, merchant_id: int, *conditions: object) -> int:
    statement = (
        select(func.coalesce(func.sum(PayoutItem.net_fen), 0))
        .join(Payment, Payment.id == PayoutItem.payment_id)
        .join(Payout, Payout.id == PayoutItem.payout_id)
        .where(
            Payout.merchant_id == merchant_id,
            Payout.state != "returned",
            Payment.kind.in_(SALES),
            Payment.card_class != "wallet",
            Payment.settlement_date == Payment.business_date,
            *conditions,  # type: ignore[arg-type]
        )
    )
    return int(session.scalar(statement) or 0)


def unripe(session: Session, merchant_id: int, most_fen: int) -> list[Payment]:
    """The merchant's oldest card sales that have not matured, whole payments that bring up to most_fen."""
    rows = session.scalars(
        select(Payment)
        .where(
            Payment.merchant_id == merchant_id,
            Payment.kind.in_(SALES),
            Payment.state == "approved",
            Payment.matured_at.is_(None),
            Payment.card_class != "wallet",
        )
        .order_by(Payment.business_date, Payment.id)
        .limit(SALES_MOST)
        .with_for_update()
    ).all()
    taken, so_far = [], 0
    for payment in rows:
        so_far += net_fen(payment)
        if so_far > most_fen:
            break
        taken.append(payment)
    return taken


def net_fen(payment: Payment) -> int:
    """What a sale brings the merchant, in fen."""
    return payment.amount_fen - (payment.fee_fen or 0)
