"""What is paid out to merchants: how and when each wishes it, the payouts themselves, and what each pays for."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, Fen, one_of
from host_sim.store.merchants import Merchant
from host_sim.store.payments import Payment

FAMILIES = ("card", "wallet")
"""What a merchant chooses a mode for: bank cards of every class, and wallets."""
MODES = ("daily", "weekly", "manual", "real_time")
PRODUCTS = ("T+1", "D+1", "D0")
ORIGINS = (*MODES, "early")
PAYOUT_STATES = ("instructed", "accepted", "paid", "returned")
ACCOUNT_KINDS = ("bank", "payment")
ACCOUNT_STATES = ("proposed", "active", "replaced", "withdrawn")


class SettlementPlan(Base):
    """How one family of a merchant's payments settles, and when it is paid out by itself.

    product: when money matures. mode: daily or weekly at the local time `at` (weekly: on weekday, 1 Monday to 7
    Sunday), manual, or real_time. next_at: when the next automatic payout is due; None where none is.
    """

    __tablename__ = "settlement_plan"
    __table_args__ = (
        Index("ix_settlement_plan_next_at", "next_at"),
        one_of("family", FAMILIES),
        one_of("product", PRODUCTS),
        one_of("mode", MODES),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), primary_key=True)
    family: Mapped[str] = mapped_column(String(6), primary_key=True)
    product: Mapped[str] = mapped_column(String(3))
    mode: Mapped[str] = mapped_column(String(9))
    weekday: Mapped[int | None]
    at: Mapped[time]
    next_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime]
    merchant: Mapped[Merchant] = relationship()


class AdvanceTerms(Base):
    """On what terms a merchant's money is paid before it matures by T+1 (D0). Without terms it is not.

    Between the local times opens and closes; at most payout_most_fen at once, day_most_fen on a business day, and
    exposure_most_fen of what channels have not cleared yet. Fee: basis points of what is paid, half up, and fixed_fen.
    """

    __tablename__ = "advance_terms"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), primary_key=True)
    opens: Mapped[time]
    closes: Mapped[time]
    payout_most_fen: Mapped[Fen]
    day_most_fen: Mapped[Fen]
    exposure_most_fen: Mapped[Fen]
    basis_points: Mapped[int]
    fixed_fen: Mapped[Fen] = mapped_column(default=0)


class SettlementAccount(Base):
    """An account that a merchant is, was or wishes to be paid to. The number is only here as cipher text and mask.

    kind: bank, with the name of bank and branch and the branch's 12-digit CNAPS code; or payment, an account with a
    payment institution. A proposed account waits for its confirmation until expires_at, by a code of which code_digest
    is kept; tries counts wrong ones. held_until: no payout leaves before, from an account's confirmation on.
    """

    __tablename__ = "settlement_account"
    __table_args__ = (
        Index("ix_settlement_account_standing", "merchant_id", "state"),
        one_of("kind", ACCOUNT_KINDS),
        one_of("state", ACCOUNT_STATES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    kind: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(9))
    holder: Mapped[str] = mapped_column(String(80))
    institution: Mapped[str] = mapped_column(String(80))
    branch: Mapped[str | None] = mapped_column(String(80))
    cnaps: Mapped[str | None] = mapped_column(String(12))
    masked: Mapped[str] = mapped_column(String(40))
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]


class Payout(Base):
    """One transfer to a merchant. It leaves merchant_available when it is instructed.

    gross_fen, fee_fen: of the payments it lists. brought_fen: what was left over from before, or owed; negative where
    something of the listed payments is carried on. d0_fee_fen: for paying early.
    amount_fen = gross_fen - fee_fen + brought_fen - d0_fee_fen is what the bank is told to pay.

    reference: what the bank knows it by; the same on every try. bank_reference: the bank's own. next_at: when the bank
    is told or asked again; tries: how often it has been. explanation: {"zh", "en"}, why this much and why now;
    return_reason: the same, why it came back.
    """

    __tablename__ = "payout"
    __table_args__ = (
        Index("ix_payout_due", "state", "next_at"),
        one_of("origin", ORIGINS),
        one_of("family", FAMILIES, nullable=True),
        one_of("state", PAYOUT_STATES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_account.id"))
    origin: Mapped[str] = mapped_column(String(9))
    family: Mapped[str | None] = mapped_column(String(6))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    bank_reference: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10))
    gross_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    brought_fen: Mapped[Fen] = mapped_column(default=0)
    d0_fee_fen: Mapped[Fen] = mapped_column(default=0)
    amount_fen: Mapped[Fen]
    business_date: Mapped[date]
    instructed_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(100))
    accepted_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    return_reason: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    merchant: Mapped[Merchant] = relationship()
    account: Mapped[SettlementAccount | None] = relationship()


class PayoutItem(Base):
    """A payment that a payout lists. Each payment is listed once, so it is in one payout only; what a returned payout
    paid for is brought forward by the next one as a sum. net_fen: what the payment brought the merchant."""

    __tablename__ = "payout_item"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"), index=True)
    net_fen: Mapped[Fen]
    payment: Mapped[Payment] = relationship()
    payout: Mapped[Payout] = relationship()
