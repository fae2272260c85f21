"""What the book's other balances stand for, counted one by one: holds, chargebacks, differences, the bank."""

from collections import Counter as Tally

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.store.schema import Chargeback, Difference, Hold, Payment, Payout

UNDECIDED = ("open", "contested")


def contested(session: Session) -> int:
    """Chargebacks that are not decided, in fen."""
    total = select(func.coalesce(func.sum(Chargeback.amount_fen), 0)).where(Chargeback.state.in_(UNDECIDED))
    return int(session.scalar(total) or 0)


def held_back(session: Session) -> dict[str, int]:
    """What each merchant has in merchant_held: holds that stand and chargebacks that are not decided."""
    held: Tally[str] = Tally()
    holds = select(Hold.merchant_id, func.sum(Hold.amount_fen)).where(Hold.released_at.is_(None))
    disputes = select(Chargeback.merchant_id, func.sum(Chargeback.amount_fen)).where(Chargeback.state.in_(UNDECIDED))
    for statement, column in ((holds, Hold.merchant_id), (disputes, Chargeback.merchant_id)):
        for merchant_id, total in session.execute(statement.group_by(column)):
            held[Key("merchant_held", merchant_id).name] += int(total)
    return dict(held)


def work_list(session: Session) -> dict[str, int]:
    """Differences that are not cleared yet, in fen: name of the suspense account -> sum."""
    rows = session.execute(
        select(Difference.side, func.sum(Difference.amount_fen))
        .where(Difference.cleared_at.is_(None), Difference.kind != "till")
        .group_by(Difference.side)
    )
    return {Key(f"suspense_{side}").name: int(total) for side, total in rows}


def bank_fen(session: Session) -> int:
    """What channels have paid us, item by item, less what they took and what was paid out."""
    credit = Payment.kind.in_(("refund", "void"))
    signed = case((credit, -Payment.amount_fen), else_=Payment.amount_fen) - Payment.cost_fen
    differed = case((Difference.side == "long", Difference.amount_fen), else_=-Difference.amount_fen)
    sums = (
        (1, select(func.sum(signed)).where(Payment.cleared_at.is_not(None))),
        (-1, select(func.sum(Chargeback.amount_fen)).where(Chargeback.cleared_at.is_not(None))),
        (1, select(func.sum(differed)).where(Difference.paid_at.is_not(None))),
        (-1, select(func.sum(Payout.amount_fen)).where(Payout.state == "paid")),
    )
    return sum(sign * int(session.scalar(statement) or 0) for sign, statement in sums)
