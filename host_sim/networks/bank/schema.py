"""The simulated bank's tables. An account number is here only as a digest."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from host_sim.store.base import UtcDateTime


class Base(DeclarativeBase):
    """Base of the bank's tables."""

    type_annotation_map = {datetime: UtcDateTime()}


class BankOrder(Base):
    """An order taken. digest: of its content: the same reference with another is refused. state: accepted, paid or
    returned. conduct: how it goes."""

    __tablename__ = "bank_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    conduct: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(12), default="")
    taken_at: Mapped[datetime]


class BankEvent(Base):
    """Something that becomes of an order at due_at, and is called back until it is acknowledged."""

    __tablename__ = "bank_event"
    __table_args__ = (Index("ix_bank_event_due", "acknowledged", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("bank_order.id"))
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(12), default="")
    due_at: Mapped[datetime]
    called: Mapped[bool] = mapped_column(default=True)
    acknowledged: Mapped[bool] = mapped_column(default=False)
    order: Mapped[BankOrder] = relationship()


class BankConduct(Base):
    """How orders to an account will go, instead of the usual. account: a digest of its number."""

    __tablename__ = "bank_conduct"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    conduct: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(12), default="")
