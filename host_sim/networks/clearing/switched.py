"""A channel's own book of what it has switched: one row a movement of money, in a database of its own.

A wallet keeps one, and any network that has no accounts to read its clearing from.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import BigInteger, Engine, Index, String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from host_sim.networks.clearing.item import ClearingItem
from host_sim.store.base import UtcDateTime

ROWS_AT_ONCE = 5_000


class Base(DeclarativeBase):
    """Base of the channel's tables."""

    type_annotation_map = {datetime: UtcDateTime()}


class Switched(Base):
    """Money that the channel owes the acquirer (positive) or takes back, and its fee. One a reference and kind."""

    __tablename__ = "switched"
    __table_args__ = (Index("ix_switched_at", "at"),)

    reference: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    fee_fen: Mapped[int] = mapped_column(BigInteger)
    auth_code: Mapped[str] = mapped_column(String(6), default="")
    terminal: Mapped[str] = mapped_column(String(8), default="")
    trace: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


def switched_items(engine: Engine, first: datetime, end: datetime) -> Iterator[ClearingItem]:
    """What was switched from first (included) to end, by reference. What was taken back within it is left out."""
    row = Switched
    amount = func.sum(row.amount_fen)
    # A reference is one payment: of its rows a window has the first, or what took it back, or both, which is nothing.
    statement = (
        select(
            row.reference,
            func.min(row.kind),
            amount,
            func.sum(row.fee_fen),
            func.min(row.auth_code),
            func.min(row.terminal),
            func.min(row.trace),
            func.min(row.at),
        )
        .where(row.at >= first, row.at < end)
        .group_by(row.reference)
        .having(amount != 0)
        .order_by(row.reference)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with Session(engine) as session:
        for reference, kind, amount_fen, fee_fen, code, terminal, trace, at in session.execute(statement):
            yield ClearingItem(reference, kind, int(amount_fen), int(fee_fen), code, terminal, trace, at)
