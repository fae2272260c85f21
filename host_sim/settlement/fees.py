"""What a payment costs the merchant: basis points of the amount, half up to the fen, floor and cap."""

from datetime import date

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from host_sim.store.merchants import ANY_CHANNEL
from host_sim.store.schema import Base, FeeAgreement, FeePlan, FeePlanLine, Merchant, Payment

CHANNEL = "unionpay"


class FeeError(Exception):
    """A fee that cannot be worked out. args: merchant or payment, reason and what to do."""


def price_fen(amount_fen: int, basis_points: int, cap_fen: int | None = None, floor_fen: int = 0) -> int:
    """basis_points of amount_fen, rounded half up, at least floor_fen, at most cap_fen, never above the amount."""
    if amount_fen < 0 or basis_points < 0 or floor_fen < 0 or (cap_fen is not None and cap_fen < floor_fen):
        raise FeeError("price", "negative, or the cap is below the floor: correct the fee plan")
    fee = max((amount_fen * basis_points + 5_000) // 10_000, floor_fen)
    if cap_fen is not None:
        fee = min(fee, cap_fen)
    return min(fee, amount_fen)


def share_fen(fee_fen: int, part_fen: int, whole_fen: int) -> int:
    """The part of a fee that belongs to part_fen of whole_fen, rounded half up."""
    return (2 * fee_fen * part_fen + whole_fen) // (2 * whole_fen)


def fee_fen(session: Session, merchant: Merchant, payment: Payment) -> int:
    """What payment costs merchant, in fen. A refund's fee is zero or negative: what it gives back.

    sale, offline: by the merchant's plan. void: all of its sale's fee back. refund: by the plan's
    refund_fee, cumulatively, so that partial refunds give back exactly the whole. A void or refund
    must know its original (payment.original_id). Raises FeeError.
    """
    if payment.kind in ("sale", "offline"):
        return price_fen(payment.amount_fen, *_price(session, merchant, payment))
    original = session.get(Payment, payment.original_id) if payment.original_id is not None else None
    if original is None or original.fee_fen is None:
        raise FeeError(f"payment {payment.id}", f"a {payment.kind} needs an original with a fee: set original_id")
    if payment.kind == "void":
        return -original.fee_fen
    return -_given_back(session, merchant, payment, original)


_LINE, _AGREED = (Base.metadata.tables[one.__tablename__].c for one in (FeePlanLine, FeeAgreement))
_PLAN = func.coalesce(
    select(_AGREED.fee_plan_id)
    .where(_AGREED.merchant_id == bindparam("merchant"), _AGREED.first_day <= bindparam("day"))
    .order_by(_AGREED.first_day.desc())
    .limit(1)
    .scalar_subquery(),
    bindparam("plan"),
)
# The latest promotion first, then the channel's own price, then the highest tier.
_PRICE = (
    select(_LINE.basis_points, _LINE.cap_fen, _LINE.floor_fen)
    .where(
        _LINE.fee_plan_id == _PLAN,
        _LINE.card_class == bindparam("card_class"),
        _LINE.channel.in_((bindparam("channel"), ANY_CHANNEL)),
        _LINE.from_fen <= bindparam("amount_fen"),
        _LINE.first_day <= bindparam("day"),
        _LINE.last_day >= bindparam("day"),
    )
    .order_by(_LINE.first_day.desc(), case((_LINE.channel == ANY_CHANNEL, 1), else_=0), _LINE.from_fen.desc())
    .limit(1)
)


def plan_id(session: Session, merchant: Merchant, day: date) -> int:
    """The plan that a merchant pays by on a business day."""
    asked = {"merchant": merchant.id, "plan": merchant.fee_plan_id, "day": day}
    return int(session.connection().scalar(select(_PLAN), asked) or 0)


def _price(session: Session, merchant: Merchant, payment: Payment) -> tuple[int, int | None, int]:
    card_class = "foreign" if payment.scheme == "foreign" else payment.card_class or "debit"
    asked = {
        "merchant": merchant.id,
        "plan": merchant.fee_plan_id,
        "day": payment.business_date,
        "card_class": card_class,
        "channel": payment.channel or CHANNEL,
        "amount_fen": payment.amount_fen,
    }
    price = session.connection().execute(_PRICE, asked).first()
    if price is None:
        raise FeeError(f"merchant {merchant.number}", f"its fee plan has no price for {card_class} cards: add a line")
    return price.basis_points, price.cap_fen, price.floor_fen


def _given_back(session: Session, merchant: Merchant, refund: Payment, original: Payment) -> int:
    """What this refund gives back on top of what earlier approved refunds of the same sale gave back."""
    policy = session.get_one(FeePlan, plan_id(session, merchant, original.business_date)).refund_fee
    if policy == "none" or not original.fee_fen:
        return 0
    earlier = session.execute(
        select(func.sum(Payment.amount_fen), func.sum(Payment.fee_fen)).where(
            Payment.original_id == original.id,
            Payment.kind == "refund",
            Payment.state == "approved",
            Payment.id != (refund.id or 0),
        )
    ).one()
    earlier_fen, earlier_fee_fen = (int(total or 0) for total in earlier)
    refunded_fen = earlier_fen + refund.amount_fen
    if refunded_fen > original.amount_fen:
        raise FeeError(f"payment {original.id}", "refunds would pass the sale: refuse this one")
    due = original.fee_fen if policy == "full" else share_fen(original.fee_fen, refunded_fen, original.amount_fen)
    return due + earlier_fee_fen
