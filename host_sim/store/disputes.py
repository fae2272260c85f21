"""Money that is held back or contested: holds, chargebacks, and differences with a channel."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, Fen, one_of
from host_sim.store.merchants import Merchant
from host_sim.store.payments import Payment

CHARGEBACK_STATES = ("open", "contested", "won", "lost")
DIFFERENCE_SIDES = ("long", "short")
DIFFERENCE_KINDS = ("long", "short", "amount", "duplicate", "late", "till")
CLEARED_TO = ("merchant", "channel", "loss", "till")


class Hold(Base):
    """Money of a merchant that risk holds back: amount_fen in merchant_held until it is released.

    whole: beside the amount (which may be 0), no payout leaves at all while it stands. reason: {"zh", "en"}.
    """

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_standing", "merchant_id", "released_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    amount_fen: Mapped[Fen]
    whole: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    merchant: Mapped[Merchant] = relationship()


class Chargeback(Base):
    """A payment that its cardholder contests through the channel; amount_fen may be a part of it.

    open: the merchant may hand in evidence until evidence_due (the end of that day in its zone); contested: it has;
    won, lost. case_number: the channel's number. reason: the channel's code. day: whose channel_receivable carries it.
    cleared_at: when the channel has taken a lost one off what it paid us.
    """

    __tablename__ = "chargeback"
    __table_args__ = (Index("ix_chargeback_due", "state", "evidence_due"), one_of("state", CHARGEBACK_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), index=True)
    case_number: Mapped[str] = mapped_column(String(32), unique=True)
    reason: Mapped[str] = mapped_column(String(8))
    amount_fen: Mapped[Fen]
    state: Mapped[str] = mapped_column(String(9))
    channel: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    opened_at: Mapped[datetime]
    evidence_due: Mapped[date]
    contested_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    explanation: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    payment: Mapped[Payment] = relationship()
    merchant: Mapped[Merchant] = relationship()


class Evidence(Base):
    """A document that a merchant hands in against a chargeback. digest: SHA-256 of content, in hex."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("chargeback_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chargeback_id: Mapped[int] = mapped_column(ForeignKey("chargeback.id"))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Difference(Base):
    """One line of reconciliation's work list: an item that one side has and the other has not, or has otherwise.

    side: long, the channel has amount_fen more than we; short, less. It stands in suspense until it is cleared to the
    merchant, the channel or loss. kind till: only a till has it, channel and book have not; it has no money and is
    cleared to the till. channel and day: of the channel_receivable it was found in. reference: the item's, as
    the channel or we know it. payment_id: ours, where we have one. paid_at: when the channel's money for a long one
    came. explanation, resolution: {"zh", "en"}.
    """

    __tablename__ = "difference"
    __table_args__ = (
        UniqueConstraint("channel", "day", "reference", "kind"),
        Index("ix_difference_open", "cleared_at", "found_at"),
        one_of("side", DIFFERENCE_SIDES),
        one_of("kind", DIFFERENCE_KINDS),
        one_of("cleared_to", CLEARED_TO, nullable=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    reference: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(9))
    side: Mapped[str] = mapped_column(String(5))
    amount_fen: Mapped[Fen]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchant.id"))
    found_at: Mapped[datetime]
    owner: Mapped[str | None] = mapped_column(String(40))
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    cleared_to: Mapped[str | None] = mapped_column(String(8))
    cleared_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    resolution: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    payment: Mapped[Payment | None] = relationship()
