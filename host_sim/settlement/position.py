"""What closed batches leave to be paid to a merchant, after all that is already on its way."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from host_sim.ledger.merchant_money import available, owed
from host_sim.settlement.payable import SALES, net_column
from host_sim.store.schema import Batch, Payment, Terminal


def position_fen(session: Session, merchant_id: int) -> int:
    """What may be promised to the merchant, in fen; negative is a debt carried on.

    Available less owed, plus what closed batches have sold that has not matured, less what open
    batches have moved in the book already.
    """
    session.flush()
    total = available(session, merchant_id) - owed(session, merchant_id)
    total += _sum(session, merchant_id, Payment.kind.in_(SALES), Payment.matured_at.is_(None), Batch.state == "CLOSED")
    moved = (Payment.kind == "refund") | (Payment.kind.in_(SALES) & Payment.matured_at.is_not(None))
    total -= _sum(session, merchant_id, moved, Batch.state != "CLOSED")
    return total


def _sum(session: Session, merchant_id: int, *conditions: ColumnElement[bool]) -> int:
    statement = (
        select(func.coalesce(func.sum(net_column()), 0))
        .select_from(Batch)
        .join(Terminal, Terminal.id == Batch.terminal_id)
        .join(Payment, (Payment.terminal_id == Batch.terminal_id) & (Payment.filed_batch == Batch.number))
        .where(Terminal.merchant_id == merchant_id, Payment.state == "approved", *conditions)
    )
    return int(session.scalar(statement) or 0)
