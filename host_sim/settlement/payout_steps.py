"""What the bank says of a payout, taken down once however often it is said: accepted, paid, returned."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from host_sim.ledger.postings import payout_paid, payout_returned
from host_sim.settlement.dates import commit_day
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.stopping import Words
from host_sim.store.schema import Payout

ASKED_AFTER = timedelta(minutes=30)
"""An accepted payout that the bank says no more of for so long is asked after."""


def confirm_accepted(session: Session, payout: Payout, bank_reference: str, now: datetime) -> None:
    """The bank has taken the order. Said again, or after the result, it changes nothing."""
    if payout.state != "instructed":
        return
    payout.state, payout.accepted_at, payout.bank_reference = "accepted", now, bank_reference
    payout.next_at, payout.tries, payout.last_error = now + ASKED_AFTER, 0, None
    session.flush()


def confirm_paid(session: Session, payout: Payout, now: datetime) -> bool:
    """The bank says that it has paid. False where that is known. Raises PayoutError for one that has come back."""
    if payout.state == "paid":
        return False
    _expect(payout, ("instructed", "accepted"))
    payout_paid(session, payout, now, business_date=commit_day(session, payout.merchant, now))
    payout.state, payout.paid_at, payout.next_at = "paid", now, None
    session.flush()
    return True


def confirm_returned(session: Session, payout: Payout, now: datetime, reason: Words) -> bool:
    """The money came back, before or after it was paid; it is available again. False where that is known.

    reason: {"zh", "en"}, the bank's, in words the merchant can act on.
    """
    if payout.state == "returned":
        return False
    _expect(payout, ("instructed", "accepted", "paid"))
    payout_returned(session, payout, now, business_date=commit_day(session, payout.merchant, now))
    payout.state, payout.returned_at, payout.next_at, payout.return_reason = "returned", now, None, reason
    session.flush()
    return True


def _expect(payout: Payout, states: tuple[str, ...]) -> None:
    if payout.state not in states:
        zh = f"付款{payout.reference}的状态是{payout.state}，不能再变更。"
        en = f"is {payout.state} and ends there: only {' or '.join(states)} may take this step"
        raise PayoutError(f"payout {payout.reference}", {"zh": zh, "en": en})
