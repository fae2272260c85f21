"""Notices to merchants, written in the same transaction as what they tell about."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, one_of
from host_sim.store.merchants import Merchant

NOTICE_STATES = ("waiting", "sent", "failed")


class Notice(Base):
    """One message to a merchant. message_id stays the same over every try.

    body is the whole mail as it goes out (RFC 5322 text, ASCII), so that a retry is the same mail.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_due", "state", "next_at"),
        one_of("channel", ("email",)),
        one_of("state", NOTICE_STATES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    channel: Mapped[str] = mapped_column(String(8), default="email")
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    merchant: Mapped[Merchant] = relationship()
