"""What a merchant asks of us beside paying: how it is told, its sign-ins, its questions, statements by post."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, one_of
from host_sim.store.merchants import Merchant
from host_sim.store.outbox import NOTICE_STATES

GATEWAYS = ("sms", "webhook")
QUESTION_STATES = ("open", "answered")
PAPER_STATES = ("ordered", "printed", "posted", "delivered", "returned", "cancelled")


class Contact(Base):
    """Where a merchant is told through a gateway, beside its mail. address: a phone number (E.164) or a URL.

    secret_cipher: a webhook's signing key, sealed in the vault for the merchant's number.
    """

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("merchant_id", "channel"), one_of("channel", GATEWAYS))

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(300))
    secret_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    merchant: Mapped[Merchant] = relationship()


class GatewayNotice(Base):
    """One notice to a merchant through a gateway. notice_id stays the same over every try: who gets it twice knows it.

    body: what is sent, as it will be sent every time: JSON of a webhook, the text of an SMS.
    """

    __tablename__ = "gateway_notice"
    __table_args__ = (
        UniqueConstraint("channel", "notice_id"),
        Index("ix_gateway_notice_due", "state", "next_at"),
        one_of("channel", GATEWAYS),
        one_of("state", NOTICE_STATES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    channel: Mapped[str] = mapped_column(String(8))
    notice_id: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    contact: Mapped[Contact] = relationship()


class SignIn(Base):
    """A merchant at its page: a code sent to it, and, once it was entered, a token. Of both only digests are kept.

    until: when the code, or after it the signed-in time, ends. tries: wrong codes so far.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), index=True)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    until: Mapped[datetime]
    merchant: Mapped[Merchant] = relationship()


class Question(Base):
    """A merchant's question about one line: a payment, a payout or a batch. asked_on: till or page."""

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_line", "merchant_id", "reference"),
        one_of("state", QUESTION_STATES),
        one_of("asked_on", ("till", "page")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    reference: Mapped[str] = mapped_column(String(40))
    asked_on: Mapped[str] = mapped_column(String(4))
    state: Mapped[str] = mapped_column(String(8), default="open")
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    merchant: Mapped[Merchant] = relationship()


class PaperOrder(Base):
    """A statement by post. Ordered, then printed, posted, delivered or returned; cancelled only before it is posted."""

    __tablename__ = "paper_order"
    __table_args__ = (Index("ix_paper_order_state", "state", "id"), one_of("state", PAPER_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    recipient: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(9), default="ordered")
    tracking: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    ordered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    merchant: Mapped[Merchant] = relationship()
