"""Which business day a payment counts in and when it settles, decided when the host commits it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from host_sim.settlement.calendar import business_day, settlement_date
from host_sim.store.schema import Merchant, Payment


def commit_day(session: Session, merchant: Merchant, at: datetime) -> date:
    """The merchant's business day at the host's commit time `at`. A clock stepped back never lowers it."""
    day = business_day(at, merchant.cutoff, merchant.zone)
    if merchant.last_business_date is not None and day < merchant.last_business_date:
        return merchant.last_business_date
    if day != merchant.last_business_date:
        merchant.last_business_date = day
        session.flush()
    return day


def product_of(card_class: str) -> str:
    """The settlement product of a card class: wallets at once, bank cards the next working day."""
    return "D0" if card_class == "wallet" else "T+1"


def date_payment(session: Session, merchant: Merchant, payment: Payment, at: datetime) -> None:
    """Set payment.business_date and payment.settlement_date. An offline payment counts from its upload."""
    payment.business_date = commit_day(session, merchant, at)
    payment.settlement_date = settlement_date(payment.business_date, product_of(payment.card_class or "debit"))
