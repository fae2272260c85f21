"""Which clearing files were taken in."""

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from host_sim.store.base import Base, Fen


class ClearingFile(Base):
    """One channel's file of one clearing day. digest: SHA-256 of its bytes, hex.

    items, amount_fen, fee_fen: what it comes to; amount_fen - fee_fen is what the channel paid for it. matched: how
    many of its items were ours, with our amount.
    """

    __tablename__ = "clearing_file"
    __table_args__ = (UniqueConstraint("channel", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    items: Mapped[int]
    matched: Mapped[int]
    amount_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    taken_at: Mapped[datetime]
