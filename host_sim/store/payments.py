"""What was asked of the host and what became of it: payments, answered messages, tombstones, alarms."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, Fen, one_of
from host_sim.store.merchants import CARD_CLASSES, Merchant, Terminal

PAYMENT_KINDS = ("sale", "void", "refund", "offline")
PAYMENT_STATES = ("authorising", "approved", "declined", "reversed", "voided", "refused")


class Payment(Base):
    """One financial record. amount_fen is always positive; the kind gives the direction.

    batch_number and trace are those of the till's message (an offline payment: of its sale);
    filed_batch is the batch it counts in, None while in none. A void or refund names its
    original. voided is the state of a sale whose void stands. fee_fen is what the merchant pays;
    a refund's is zero or negative, the part given back. cost_fen is the channel's cost.
    The card number is only here as token, mask and cipher text.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("terminal_id", "batch_number", "trace", "kind"),
        Index("ix_payment_filed", "terminal_id", "filed_batch"),
        Index("ix_payment_maturity", "settlement_date", "matured_at"),
        Index("ix_payment_day", "merchant_id", "business_date"),
        Index("ix_payment_unmatured", "merchant_id", "matured_at", "state", "kind"),
        one_of("kind", PAYMENT_KINDS),
        one_of("state", PAYMENT_STATES),
        one_of("scheme", ("domestic", "foreign")),
        one_of("card_class", CARD_CLASSES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    batch_number: Mapped[int]
    filed_batch: Mapped[int | None]
    trace: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[Fen]
    currency: Mapped[str] = mapped_column(String(3), default="156")
    channel: Mapped[str] = mapped_column(String(20), default="unionpay")
    scheme: Mapped[str] = mapped_column(String(8), default="domestic")
    card_class: Mapped[str] = mapped_column(String(10), default="debit")
    entry: Mapped[str | None] = mapped_column(String(3))
    pan_token: Mapped[str | None] = mapped_column(String(64), index=True)
    pan_masked: Mapped[str | None] = mapped_column(String(23))
    pan_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    rrn: Mapped[str | None] = mapped_column(String(12), unique=True)
    auth_code: Mapped[str | None] = mapped_column(String(6))
    response: Mapped[str | None] = mapped_column(String(2))
    original_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    original_batch: Mapped[int | None]
    original_trace: Mapped[int | None]
    original_date: Mapped[str | None] = mapped_column(String(4))
    fee_fen: Mapped[Fen | None]
    cost_fen: Mapped[Fen] = mapped_column(default=0)
    business_date: Mapped[date]
    settlement_date: Mapped[date | None]
    matured_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    at: Mapped[datetime]
    terminal: Mapped[Terminal] = relationship()
    merchant: Mapped[Merchant] = relationship()
    original: Mapped["Payment | None"] = relationship(remote_side=[id])


class Message(Base):
    """A message taken once. digest is of the content that matters; answer is what was answered.

    answer is None from the first unit (taken) to the second (answered). It holds no card data.
    """

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("terminal_id", "batch_number", "trace", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    batch_number: Mapped[int]
    trace: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    at: Mapped[datetime]


class Tombstone(Base):
    """A reversal that came before its original: the original with this key is refused when it comes."""

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("terminal_id", "batch_number", "trace", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    batch_number: Mapped[int]
    trace: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]


class Undo(Base):
    """What a network must take back of a payment. Written with what makes it due, done when the network says so.

    next_at: when it is tried again. last_error: why it is still open, None before the first try.
    """

    __tablename__ = "undo"
    __table_args__ = (Index("ix_undo_due", "done_at", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), unique=True)
    opened_at: Mapped[datetime]
    next_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(100))
    done_at: Mapped[datetime | None]
    payment: Mapped[Payment] = relationship()


class Alarm(Base):
    """Something a person must look at. text says what and where, and nothing secret."""

    __tablename__ = "alarm"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)


class Counter(Base):
    """A number that only rises, taken in ranges, so that no two hosts give out the same reference."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
