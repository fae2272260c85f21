"""What closed batches leave to be paid to a merchant, after all that is already on its way."""

from sqlalchemy import bindparam, func, select
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
    connection = session.connection()
    total += int(connection.scalar(_COMING, {"merchant_id": merchant_id}) or 0)
    # One by one, each by its index: joined, a database without statistics reads every payment there is.
    for terminal_id, number in connection.execute(_OPEN, {"merchant_id": merchant_id}).all():
        total -= int(connection.scalar(_MOVED, {"terminal_id": terminal_id, "number": number}) or 0)
    return total


# Made once: a statement put together anew costs more than the database's work for it.
_COMING = (
    select(func.coalesce(func.sum(net_column()), 0))
    .join(Batch, (Payment.terminal_id == Batch.terminal_id) & (Payment.filed_batch == Batch.number))
    .where(
        Payment.merchant_id == bindparam("merchant_id"),
        Payment.matured_at.is_(None),
        Payment.state == "approved",
        Payment.kind.in_(SALES),
        Batch.state == "CLOSED",
    )
)
_OPEN = (
    select(Batch.terminal_id, Batch.number)
    .join(Terminal, Terminal.id == Batch.terminal_id)
    .where(Terminal.merchant_id == bindparam("merchant_id"), Batch.state != "CLOSED")
)
_MOVED = select(func.coalesce(func.sum(net_column()), 0)).where(
    Payment.terminal_id == bindparam("terminal_id"),
    Payment.filed_batch == bindparam("number"),
    Payment.state == "approved",
    (Payment.kind == "refund") | (Payment.kind.in_(SALES) & Payment.matured_at.is_not(None)),
)
