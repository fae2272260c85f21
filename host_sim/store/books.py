"""The double-entry book: accounts, entries and their lines. Entries and lines are only ever added."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, Fen, one_of

ACCOUNT_KINDS = ("asset", "liability", "income", "expense")


class Account(Base):
    """One account. title is its row in the chart of accounts; owner and day say whose and which day's.

    name is title, owner and day joined by "/", for example "merchant_pending/7/2026-11-23".
    """

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_title", "title", "owner", "day"), one_of("kind", ACCOUNT_KINDS))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(24))
    owner: Mapped[str | None] = mapped_column(String(40))
    day: Mapped[date | None]


class JournalEntry(Base):
    """One event of the book. reference names what it is about: "payment/12" or "payout/3".

    An event happens to a thing once: the second entry of the same event and reference is refused.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("reference", "event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    business_date: Mapped[date] = mapped_column(index=True)
    lines: Mapped[list["Line"]] = relationship(back_populates="entry", order_by="Line.id")


class Line(Base):
    """One side of an entry. amount_fen is signed: debit positive, credit negative; never zero."""

    __tablename__ = "journal_line"
    __table_args__ = (CheckConstraint("amount_fen <> 0", name="amount_fen"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_fen: Mapped[Fen]
    entry: Mapped[JournalEntry] = relationship(back_populates="lines")
    account: Mapped[Account] = relationship()
