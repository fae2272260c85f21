"""Which business day a payment counts in and when it settles, decided when the host commits it."""

from datetime import date, datetime, time

from sqlalchemy.orm import Session

from host_sim.settlement.calendar import PRODUCTS, business_day, settlement_date
from host_sim.store.schema import Merchant, Payment


def business_date(cutoff: time, zone: str, latest: date | None, at: datetime) -> date:
    """The business day at the host's commit time `at` of a merchant that has committed in `latest` already."""
    day = business_day(at, cutoff, zone)
    return day if latest is None else max(day, latest)


def commit_day(session: Session, merchant: Merchant, at: datetime) -> date:
    """The merchant's business day at the host's commit time `at`. A clock stepped back never lowers it."""
    day = business_date(merchant.cutoff, merchant.zone, merchant.last_business_date, at)
    if day != merchant.last_business_date:
        merchant.last_business_date = day
        session.flush()
    return day


def product_of(card_class: str) -> str:
    """The settlement product of a card class: wallets at once, bank cards the next working day."""
    return "D0" if card_class == "wallet" else "T+1"


def settled_on(day: date, card_class: str | None, product: str | None = None) -> date:
    """When a payment of that business day settles. product: the merchant's for this card, None for the usual one."""
    return settlement_date(day, product or product_of(card_class or "debit"))


def date_payment(
    session: Session, merchant: Merchant, payment: Payment, at: datetime, product: str | None = None
) -> None:
    """Set payment.business_date and payment.settlement_date. An offline payment counts from its upload."""
    payment.business_date = commit_day(session, merchant, at)
    payment.settlement_date = settled_on(payment.business_date, payment.card_class, product)


def product_by_date(payment: Payment) -> str:
    """The product that a dated payment was settled by."""
    usual = product_of(payment.card_class or "debit")
    fits = (p for p in (usual, *PRODUCTS) if settlement_date(payment.business_date, p) == payment.settlement_date)
    return next(fits, usual)
