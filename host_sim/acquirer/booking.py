"""An approved payment into the books: its fee, its postings, and what becomes of its original."""

from datetime import datetime

from sqlalchemy.orm import Session

from host_sim.ledger import postings
from host_sim.settlement.dates import commit_day
from host_sim.settlement.fees import fee_fen
from host_sim.store.schema import Merchant, Payment


def book(session: Session, payment: Payment, at: datetime) -> None:
    """Post a payment that has just become approved."""
    payment.fee_fen = fee_fen(session, session.get_one(Merchant, payment.merchant_id), payment)
    if payment.kind in ("sale", "offline"):
        postings.sale(session, payment, at)
        if payment.cost_fen:
            postings.channel_cost(session, payment, at)
        return
    original = session.get_one(Payment, payment.original_id)
    if payment.kind == "void":
        original.state = "voided"
        postings.void(session, payment, original, at)
    else:
        postings.refund(session, payment, original, at)


def unbook(session: Session, payment: Payment, at: datetime) -> None:
    """Post the mirror of an approved payment that is reversed. A reversed void restores its sale."""
    today = commit_day(session, session.get_one(Merchant, payment.merchant_id), at)
    postings.reverse(session, payment, at, business_date=today)
    if payment.kind == "void":
        session.get_one(Payment, payment.original_id).state = "approved"
