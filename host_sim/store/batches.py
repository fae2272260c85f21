"""A terminal's batches, what settlement found in them, and what they come to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, Fen, one_of
from host_sim.store.merchants import Merchant, Terminal

BATCH_STATES = ("OPEN", "TOTALS", "UPLOADING", "CLOSED")
FINDINGS = ("matched", "repaired", "unknown", "amount_differs", "not_uploaded")


class Batch(Base):
    """A terminal's batch. States only go forward. flags: one digit a scheme, domestic then foreign.

    till_totals and host_totals: {"domestic": {"debit_fen", "debit_count", "credit_fen",
    "credit_count"}, "foreign": the same}.
    """

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("terminal_id", "number"), one_of("state", BATCH_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(9), default="OPEN")
    till_totals: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    host_totals: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    flags: Mapped[str | None] = mapped_column(String(2))
    opened_at: Mapped[datetime]
    totals_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    business_date: Mapped[date | None]
    terminal: Mapped[Terminal] = relationship()


class BatchItem(Base):
    """What settlement's detail showed about one item of a batch. batch_number, trace: of the payment, which may have
    been made in an earlier batch and waited.

    finding: matched, repaired (the host had it under no or another batch and moved it), unknown
    (the till has it, the host does not), amount_differs, not_uploaded (the host has it, the till
    does not). amount_fen is the till's, None where the till did not send the item.
    """

    __tablename__ = "batch_item"
    __table_args__ = (UniqueConstraint("batch_id", "batch_number", "trace"), one_of("finding", FINDINGS))

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    batch_number: Mapped[int]
    trace: Mapped[int]
    finding: Mapped[str] = mapped_column(String(14))
    amount_fen: Mapped[Fen | None]
    detail: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime | None]


class BatchSettlement(Base):
    """What a closed batch comes to, when its money is paid by the day's rules, and why. One a batch.

    amount_fen = max(0, net_fen + brought_fen): brought_fen is a debt from before (negative) or 0. It is what the
    merchant is told at the close; what is paid is a Payout. explanation: {"zh": ..., "en": ...}.
    """

    __tablename__ = "batch_settlement"

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), index=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), unique=True)
    gross_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    net_fen: Mapped[Fen]
    brought_fen: Mapped[Fen] = mapped_column(default=0)
    amount_fen: Mapped[Fen]
    due_date: Mapped[date]
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    merchant: Mapped[Merchant] = relationship()
    batch: Mapped[Batch] = relationship()
