"""The issuer's tables. No card number and no PIN is in any column."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from host_sim.store.base import UtcDateTime

ACCOUNT_STATES = ("active", "lost", "stolen", "restricted", "closed")


class Base(DeclarativeBase):
    """Base of the issuer's tables."""

    type_annotation_map = {datetime: UtcDateTime()}


class Account(Base):
    """One card and its account. psn: card sequence number, two digits. expiry: YYMM.

    pvv: one PIN verification value of four digits for each window of the PIN. atc: the highest
    application transaction counter that came with a genuine cryptogram; -1 before the first.
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
