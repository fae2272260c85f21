"""A merchant with a till and an open book, for tests of the money: the real tables, filled by the real postings."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger import postings
from host_sim.settlement.closing import close_batch
from host_sim.settlement.dates import date_payment
from host_sim.settlement.fees import fee_fen
from host_sim.settlement.maturity import mature
from host_sim.settlement.modes import ensure_plans
from host_sim.settlement.payout_run import pay_due
from host_sim.store.connect import connect
from host_sim.store.migrate import migrate
from host_sim.store.schema import (
    Batch,
    BatchSettlement,
    FeePlan,
    FeePlanLine,
    Merchant,
    Payment,
    Payout,
    SettlementAccount,
    Terminal,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)


def local(day: date, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    """An aware instant from a local day and time."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def add_merchant(session: Session, language: str = "zh", refund_fee: str = "none") -> Merchant:
    """The demo's merchant with a plan: debit 0.5 % capped at 20 yuan, credit 0.6 %, wallet 0.38 %, foreign 3 %."""
    lines = [
        FeePlanLine(card_class="debit", basis_points=50, cap_fen=2_000),
        FeePlanLine(card_class="credit", basis_points=60, floor_fen=10),
        FeePlanLine(card_class="wallet", basis_points=38),
        FeePlanLine(card_class="foreign", basis_points=300),
    ]
    merchant = Merchant(
        number="898110000000001",
        name="示范便利店",
        name_en="Demo Store",
        language=language,
        email="shop@merchant.example",
        fee_plan=FeePlan(name="standard", refund_fee=refund_fee, lines=lines),
        settlement_bank="示范银行",
        settlement_account_name="示范便利店",
        settlement_account_masked="**** **** 4821",
    )
    session.add(merchant)
    session.flush()
    session.add(
        SettlementAccount(
            merchant_id=merchant.id,
            kind="bank",
            state="active",
            holder="示范便利店",
            institution="示范银行",
            masked="**** **** 4821",
            cipher=b"sealed",
            proposed_at=local(MONDAY, 0),
            expires_at=local(MONDAY, 0),
        )
    )
    session.flush()
    return merchant


@cache
def migrated() -> bytes:
    """A database file with every table and nothing in it: migrating once is quicker than once a test."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "host.db"
        engine = connect(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        return path.read_bytes()


class Shop:
    """A merchant, its terminal and open batch 1 in a fresh database below directory."""

    def __init__(self, directory: Path, language: str = "zh", refund_fee: str = "none"):
        (directory / "host.db").write_bytes(migrated())
        self.engine = connect(f"sqlite:///{directory / 'host.db'}")
        self.session = Session(self.engine)
        self.merchant = add_merchant(self.session, language, refund_fee)
        self.terminal = Terminal(number="90000001", merchant_id=self.merchant.id, batch_number=1)
        self.session.add(self.terminal)
        self.session.flush()
        ensure_plans(self.session, local(MONDAY, 9))
        self.batch = self._open(1, local(MONDAY, 9))
        self.trace = 0

    def _open(self, number: int, at: datetime) -> Batch:
        batch = Batch(terminal_id=self.terminal.id, number=number, opened_at=at)
        self.session.add(batch)
        self.session.flush()
        return batch

    def payment(self, amount_fen: int, at: datetime, kind: str = "sale", **fields: object) -> Payment:
        """A payment approved at `at`, filed in the open batch, with its dates and fee, not posted yet."""
        self.trace += 1
        values = {
            "terminal_id": self.terminal.id,
            "merchant_id": self.merchant.id,
            "batch_number": self.batch.number,
            "filed_batch": self.batch.number,
            "trace": self.trace,
            "kind": kind,
            "state": "approved",
            "amount_fen": amount_fen,
            "card_class": "debit",
            "scheme": "domestic",
            "at": at,
        }
        payment = Payment(**(values | fields))
        date_payment(self.session, self.merchant, payment, at)
        payment.fee_fen = fee_fen(self.session, self.merchant, payment)
        self.session.add(payment)
        self.session.flush()
        return payment

    def sale(self, amount_fen: int, at: datetime | None = None, **fields: object) -> Payment:
        at = at or local(MONDAY)
        payment = self.payment(amount_fen, at, **fields)
        postings.sale(self.session, payment, at)
        return payment

    def void(self, original: Payment, at: datetime | None = None) -> Payment:
        at = at or local(MONDAY, 11)
        void = self.payment(original.amount_fen, at, "void", original_id=original.id)
        postings.void(self.session, void, original, at)
        original.state = "voided"
        return void

    def refund(self, original: Payment, amount_fen: int, at: datetime | None = None, **fields: object) -> Payment:
        at = at or local(MONDAY, 12)
        refund = self.payment(amount_fen, at, "refund", original_id=original.id, **fields)
        postings.refund(self.session, refund, original, at)
        return refund

    def reverse(self, payment: Payment, at: datetime | None = None) -> bool:
        done = postings.reverse(self.session, payment, at or local(MONDAY, 13))
        payment.state = "reversed"
        if payment.kind == "void":
            self.session.get_one(Payment, payment.original_id).state = "approved"
        return done

    def close(self, at: datetime | None = None) -> BatchSettlement:
        """Close the open batch and open the next one."""
        at = at or local(MONDAY, 18)
        settlement = close_batch(self.session, self.batch, at)
        self.batch = self._open(self.batch.number + 1, at + timedelta(seconds=1))
        return settlement

    def night(self, day: date) -> list[Payout]:
        """The jobs of the early morning of a day. Gives the payouts that they made."""
        before = set(self.session.scalars(select(Payout.id)))
        mature(self.session, local(day, 0, 30))
        pay_due(self.session, local(day, 6))
        return [one for one in self.session.scalars(select(Payout).order_by(Payout.id)) if one.id not in before]

    def done(self) -> None:
        self.session.close()
        self.engine.dispose()
