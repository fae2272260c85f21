"""Who sells: merchants, what they pay for it, and their terminals."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host_sim.store.base import Base, Fen, one_of

CARD_CLASSES = ("debit", "credit", "prepaid", "wallet", "foreign")
REFUND_FEES = ("none", "proportional", "full")
ANY_CHANNEL = "*"
ALWAYS, FOR_EVER = date(2000, 1, 1), date(9999, 12, 31)


class FeePlan(Base):
    """A price list in one version. A new price is a new version; a used version never changes.

    refund_fee: what of the fee a refund gives back. none, proportional (to the part refunded,
    cumulatively) or full (all of it with the first refund).
    """

    __tablename__ = "fee_plan"
    __table_args__ = (UniqueConstraint("name", "version"), one_of("refund_fee", REFUND_FEES))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    refund_fee: Mapped[str] = mapped_column(String(12), default="none")
    lines: Mapped[list["FeePlanLine"]] = relationship(back_populates="plan", cascade="all, delete-orphan")


class FeePlanLine(Base):
    """One price: basis points of the amount, at least the floor, at most the cap.

    It is for a card class, in one channel or in any ("*"), for payments of at least from_fen (a tier), on business days
    from first_day to last_day (a promotion; else always). settlement/fees.py says which line wins where several fit.
    """

    __tablename__ = "fee_plan_line"
    __table_args__ = (
        UniqueConstraint(
            "fee_plan_id", "card_class", "channel", "from_fen", "first_day", name="uq_fee_plan_line_price"
        ),
        one_of("card_class", CARD_CLASSES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fee_plan_id: Mapped[int] = mapped_column(ForeignKey("fee_plan.id"))
    card_class: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20), default=ANY_CHANNEL)
    from_fen: Mapped[Fen] = mapped_column(default=0)
    first_day: Mapped[date] = mapped_column(default=ALWAYS)
    last_day: Mapped[date] = mapped_column(default=FOR_EVER)
    basis_points: Mapped[int]
    cap_fen: Mapped[Fen | None]
    floor_fen: Mapped[Fen] = mapped_column(default=0)
    plan: Mapped[FeePlan] = relationship(back_populates="lines")


class FeePlanLock(Base):
    """A plan that merchants pay by: from now on it cannot change. digest: of all its lines, in hex."""

    __tablename__ = "fee_plan_lock"

    fee_plan_id: Mapped[int] = mapped_column(ForeignKey("fee_plan.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    locked_at: Mapped[datetime]


class FeeAgreement(Base):
    """From business day first_day on, a merchant pays by this plan. Before its first one, by merchant.fee_plan_id."""

    __tablename__ = "fee_agreement"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), primary_key=True)
    first_day: Mapped[date] = mapped_column(primary_key=True)
    fee_plan_id: Mapped[int] = mapped_column(ForeignKey("fee_plan.id"))
    agreed_at: Mapped[datetime]
    plan: Mapped[FeePlan] = relationship()


class Merchant(Base):
    """A merchant and the account it is paid to. cutoff is local time in zone.

    last_business_date is the latest business day that anything was committed in: a clock that
    steps back never lowers it.
    """

    __tablename__ = "merchant"
    __table_args__ = (one_of("language", ("zh", "en")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(15), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    email: Mapped[str | None] = mapped_column(String(254))
    fee_plan_id: Mapped[int] = mapped_column(ForeignKey("fee_plan.id"))
    settlement_bank: Mapped[str | None] = mapped_column(String(80))
    settlement_account_name: Mapped[str | None] = mapped_column(String(80))
    settlement_account_masked: Mapped[str | None] = mapped_column(String(40))
    settlement_account_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    cutoff: Mapped[time] = mapped_column(default=time(23, 0))
    last_business_date: Mapped[date | None]
    fee_plan: Mapped[FeePlan] = relationship()


class Terminal(Base):
    """A till. Its keys are TR-31 blocks under the host's LMK; batch_number is the current one. tdk_block: for tracks,
    None where the acquirer takes them in clear."""

    __tablename__ = "terminal"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    batch_number: Mapped[int] = mapped_column(default=1)
    tmk_block: Mapped[str | None] = mapped_column(Text)
    pik_block: Mapped[str | None] = mapped_column(Text)
    mak_block: Mapped[str | None] = mapped_column(Text)
    tdk_block: Mapped[str | None] = mapped_column(Text)
    signed_on_at: Mapped[datetime | None]
    merchant: Mapped[Merchant] = relationship()


class FormerKeys(Base):
    """A terminal's working keys of before its last sign-on, until a message comes under the new ones."""

    __tablename__ = "former_keys"

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    pik_block: Mapped[str] = mapped_column(Text)
    mak_block: Mapped[str] = mapped_column(Text)
    tdk_block: Mapped[str | None] = mapped_column(Text)


class TerminalSoftware(Base):
    """Which version of the till a terminal runs, as it said at its last sign-on."""

    __tablename__ = "terminal_software"

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(11))
    reported_at: Mapped[datetime]


class TerminalTables(Base):
    """What a terminal has downloaded to its end: SHA-256 in hex of the CA keys with their revocations, and of the
    applications. None: never."""

    __tablename__ = "terminal_tables"

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    ca_keys: Mapped[str | None] = mapped_column(String(64))
    applications: Mapped[str | None] = mapped_column(String(64))


class SettlementMode(Base):
    """How a terminal settles where it is not by hand. mode: as F62 of the message parameters has it."""

    __tablename__ = "settlement_mode"

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(6))
