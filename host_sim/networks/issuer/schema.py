"""The issuer's tables. No card number and no PIN is in any column."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from host_sim.store.base import UtcDateTime

ACCOUNT_STATES = ("active", "lost", "stolen", "restricted", "closed", "referral")


class Base(DeclarativeBase):
    """Base of the issuer's tables."""

    type_annotation_map = {datetime: UtcDateTime()}


class Account(Base):
    """One card and its account. psn: card sequence number, two digits. expiry: YYMM.

    pvv: one PIN verification value of four digits for each window of the PIN. atc: the highest
    application transaction counter that came with a genuine cryptogram; -1 before the first. numbers: the latest
    unpredictable numbers that came with one, hex, the newest first. scripts_wait: whether an order may be open.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    pan_token: Mapped[str] = mapped_column(String(64), unique=True)
    pan_masked: Mapped[str] = mapped_column(String(23))
    psn: Mapped[str] = mapped_column(String(2))
    expiry: Mapped[str] = mapped_column(String(4))
    label: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(10), default="active")
    balance_fen: Mapped[int] = mapped_column(BigInteger)
    limit_fen: Mapped[int] = mapped_column(BigInteger)
    cvm_limit_fen: Mapped[int] = mapped_column(BigInteger)
    pvki: Mapped[str] = mapped_column(String(1))
    pvv: Mapped[str] = mapped_column(String(12))
    pin_length: Mapped[int]
    tries: Mapped[int]
    atc: Mapped[int] = mapped_column(default=-1)
    numbers: Mapped[str] = mapped_column(String(128), default="", server_default="")
    scripts_wait: Mapped[bool] = mapped_column(default=False, server_default=false())


class Authorisation(Base):
    """One reference and what was decided for it: a repeat gets the same answer.

    state: answered, reversed (taken back, or taken back before it ever came).
    """

    __tablename__ = "authorisation"
    __table_args__ = (UniqueConstraint("account_id", "atc"),)

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    response: Mapped[str] = mapped_column(String(2))
    auth_code: Mapped[str | None] = mapped_column(String(6))
    issuer_data: Mapped[bytes | None] = mapped_column(LargeBinary)
    atc: Mapped[int | None]
    original: Mapped[str | None] = mapped_column(String(12), index=True)
    at: Mapped[datetime]


class Promise(Base):
    """An approval by telephone. It is kept once, by the advice with its code; the money moves then."""

    __tablename__ = "promise"
    __table_args__ = (UniqueConstraint("account_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code: Mapped[str] = mapped_column(String(6))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str | None] = mapped_column(String(12))
    at: Mapped[datetime]


class Order(Base):
    """A command for a card. head: CLA INS P1 P2, data: what follows without MAC, both hex; a PIN as a block under the
    ZPK. state: open, done, failed, given up. sent: how often. reference: of the latest answer that held it.
    result: the card's, five bytes in hex."""

    __tablename__ = "script_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    command: Mapped[str] = mapped_column(String(20))
    head: Mapped[str] = mapped_column(String(8))
    data: Mapped[str] = mapped_column(String(180))
    before: Mapped[bool]
    corrupt: Mapped[bool]
    state: Mapped[str] = mapped_column(String(8), default="open")
    sent: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str | None] = mapped_column(String(12))
    result: Mapped[str | None] = mapped_column(String(10))
    account: Mapped[Account] = relationship()


class Movement(Base):
    """Money to (positive) or from an account. Its sum is the balance."""

    __tablename__ = "movement"
    __table_args__ = (UniqueConstraint("reference", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    reference: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(9))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    account: Mapped[Account] = relationship()
