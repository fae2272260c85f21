"""What a payment costs the merchant: basis points of the amount, half up to the fen, floor and cap."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from host_sim.store.schema import Base, FeePlanLine, Merchant, Payment


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


_LINE = Base.metadata.tables[FeePlanLine.__tablename__].c
_PRICE = select(_LINE.basis_points, _LINE.cap_fen, _LINE.floor_fen).where(
    _LINE.fee_plan_id == bindparam("plan"), _LINE.card_class == bindparam("card_class")
)


def _price(session: Session, merchant: Merchant, payment: Payment) -> tuple[int, int | None, int]:
    card_class = "foreign" if payment.scheme == "foreign" else payment.card_class or "debit"
    price = session.connection().execute(_PRICE, {"plan": merchant.fee_plan_id, "card_class": card_class}).first()
    if price is None:
        raise FeeError(f"merchant {merchant.number}", f"its fee plan has no price for {card_class} cards: add a line")
    return price.basis_points, price.cap_fen, price.floor_fen


def _given_back(session: Session, merchant: Merchant, refund: Payment, original: Payment) -> int:
    """What this refund gives back on top of what earlier approved refunds of the same sale gave back."""
    policy = merchant.fee_plan.refund_fee
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
