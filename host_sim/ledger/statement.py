"""A merchant's statement: what came in, what was refunded, what was paid out, counted without the book."""

from collections import Counter as Tally
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.store.schema import Chargeback, Difference, Hold, Payment, Payout


def closing_balances(session: Session) -> dict[str, int]:
    """Each merchant's closing balance in fen: what may be paid out, or, negative, what it owes.

    Matured sales less fees, less refunds (with the fee given back), less payouts on their way or paid and their fees
    for paying early, less what is held, less chargebacks that are not won, and differences that were cleared to it.
    """
    balances: Tally[str] = Tally()
    fee_fen = func.coalesce(Payment.fee_fen, 0)
    matured = select(Payment.merchant_id, func.sum(Payment.amount_fen - fee_fen)).where(
        Payment.kind.in_(("sale", "offline")), Payment.state == "approved", Payment.matured_at.is_not(None)
    )
    refunded = select(Payment.merchant_id, func.sum(-Payment.amount_fen - fee_fen)).where(
        Payment.kind == "refund", Payment.state == "approved"
    )
    for statement in (matured, refunded):
        for merchant_id, total in session.execute(statement.group_by(Payment.merchant_id)):
            balances[Key("merchant_available", merchant_id).name] += int(total)
    for statement, sign in _others():
        for merchant_id, total in session.execute(statement):
            balances[Key("merchant_available", merchant_id).name] += sign * int(total)
    return dict(balances)


def _others() -> list[tuple[Select[Any, Any], int]]:
    """What moved a merchant's balance beside its payments: each sum by merchant, and its sign."""
    left = func.sum(Payout.amount_fen + Payout.d0_fee_fen)
    held, contested, differed = func.sum(Hold.amount_fen), func.sum(Chargeback.amount_fen), func.sum(_signed())
    return [
        (select(Payout.merchant_id, left).where(Payout.state != "returned").group_by(Payout.merchant_id), -1),
        (select(Hold.merchant_id, held).where(Hold.released_at.is_(None)).group_by(Hold.merchant_id), -1),
        (
            select(Chargeback.merchant_id, contested).where(Chargeback.state != "won").group_by(Chargeback.merchant_id),
            -1,
        ),
        (
            select(Difference.merchant_id, differed)
            .where(Difference.cleared_to == "merchant")
            .group_by(Difference.merchant_id),
            1,
        ),
    ]


def _signed() -> ColumnElement[int]:
    """What a difference cleared to the merchant gave it: a long one its amount, a short one less."""
    return case((Difference.side == "long", Difference.amount_fen), else_=-Difference.amount_fen)
