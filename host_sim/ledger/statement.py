"""A merchant's statement: what came in, what was refunded, what was paid out, counted without the book."""

from collections import Counter as Tally

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.store.schema import Payment, Payout


def closing_balances(session: Session) -> dict[str, int]:
    """Each merchant's closing balance in fen: what may be paid out, or, negative, what it owes.

    Matured sales less fees, less refunds (with the fee given back), less payouts on their way or paid.
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
    paid = select(Payout.merchant_id, func.sum(Payout.amount_fen)).where(Payout.state.in_(("instructed", "paid")))
    for merchant_id, total in session.execute(paid.group_by(Payout.merchant_id)):
        balances[Key("merchant_available", merchant_id).name] -= int(total)
    return dict(balances)
