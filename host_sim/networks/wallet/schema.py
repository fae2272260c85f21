"""The wallets' tables. A customer's code is here only as a token."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from host_sim.store.base import UtcDateTime

ORDER_STATES = ("open", "asking", "paid", "declined", "closed")


class Base(DeclarativeBase):
    """Base of the wallets' tables."""

    type_annotation_map = {datetime: UtcDateTime()}


class Purse(Base):
    """A customer's account. wallet: code. password_over_fen: above it the customer confirms on the phone. conduct: how
    its payments go, see house.CONDUCTS."""

    __tablename__ = "purse"

    id: Mapped[int] = mapped_column(primary_key=True)
    wallet: Mapped[str] = mapped_column(String(3))
    name: Mapped[str] = mapped_column(String(40))
    balance_fen: Mapped[int] = mapped_column(BigInteger)
    limit_fen: Mapped[int] = mapped_column(BigInteger)
    password_over_fen: Mapped[int] = mapped_column(BigInteger)
    conduct: Mapped[str] = mapped_column(String(8))


class PayCode(Base):
    """A code that a phone has shown. used: by the first payment that names it, whatever becomes of that."""

    __tablename__ = "pay_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    purse_id: Mapped[int] = mapped_column(ForeignKey("purse.id"), index=True)
    ends_at: Mapped[datetime]
    used: Mapped[bool] = mapped_column(default=False)
    purse: Mapped[Purse] = relationship()


class WalletOrder(Base):
    """One reference of the acquirer's and what has become of it. kind: sale, void or refund. state: open (shown, nobody
    has scanned it), asking (the customer, or the wallet itself, has yet to say), paid (of a void or refund: done),
    declined, closed (undone, or undone before it came). settles_at: when an asking one is paid without anybody."""

    __tablename__ = "wallet_order"
    __table_args__ = (Index("ix_wallet_order_original", "original"),)

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    purse_id: Mapped[int | None] = mapped_column(ForeignKey("purse.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    response: Mapped[str] = mapped_column(String(2))
    auth_code: Mapped[str | None] = mapped_column(String(6))
    original: Mapped[str | None] = mapped_column(String(12))
    settles_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    at: Mapped[datetime]
    purse: Mapped[Purse | None] = relationship()


class PurseMovement(Base):
    """Money to (positive) or from a purse. Its sum and the opening balance are the balance."""

    __tablename__ = "purse_movement"

    id: Mapped[int] = mapped_column(primary_key=True)
    purse_id: Mapped[int] = mapped_column(ForeignKey("purse.id"), index=True)
    reference: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(9))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    purse: Mapped[Purse] = relationship()
