"""Payouts on their way to the bank: instructed when due, then paid, or returned."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.merchant_money import available
from host_sim.ledger.postings import payout_instructed, payout_paid, payout_returned
from host_sim.settlement.calendar import DAY
from host_sim.settlement.dates import commit_day
from host_sim.settlement.position import position_fen
from host_sim.store.schema import Payout

PAYOUTS_PER_RUN = 500


class PayoutError(Exception):
    """A step that this payout cannot take. args: payout, its state, what to do."""


def instruct_due(session: Session, now: datetime) -> int:
    """Instruct every payout whose day has come in its merchant's zone; run it after maturity. Gives how many.

    Refunds since the batch was closed come off: what is not available now is not paid now, and the next batch's
    payout carries it. Where nothing is available yet the payout waits; it is nil only once refunds have used it up.
    """
    due = session.scalars(
        select(Payout)
        .where(Payout.state == "scheduled", Payout.due_date <= now.date() + DAY)
        .order_by(Payout.due_date, Payout.id)
        .limit(PAYOUTS_PER_RUN)
        .with_for_update(skip_locked=True)
    ).all()
    count = 0
    for payout in due:
        if payout.due_date > now.astimezone(ZoneInfo(payout.merchant.zone)).date():
            continue
        available_fen = max(0, available(session, payout.merchant_id))
        if available_fen == 0:
            # The position leaves this payout out as long as it is scheduled.
            if position_fen(session, payout.merchant_id) + payout.amount_fen <= 0:
                payout.amount_fen, payout.state = 0, "nil"
            continue
        payout.amount_fen = min(payout.amount_fen, available_fen)
        day = commit_day(session, payout.merchant, now)
        payout_instructed(session, payout, now, business_date=day)
        payout.state = "instructed"
        count += 1
    session.flush()
    return count


def confirm_paid(session: Session, payout: Payout, now: datetime) -> None:
    """The bank says that it has paid an instructed payout. Raises PayoutError in another state."""
    _expect(payout, ("instructed",))
    payout_paid(session, payout, now, business_date=commit_day(session, payout.merchant, now))
    payout.state = "paid"
    session.flush()


def confirm_returned(session: Session, payout: Payout, now: datetime) -> None:
    """The money came back, before or after it was paid. The next batch's payout carries it. Raises PayoutError."""
    _expect(payout, ("instructed", "paid"))
    payout_returned(session, payout, now, business_date=commit_day(session, payout.merchant, now))
    payout.state = "returned"
    session.flush()


def _expect(payout: Payout, states: tuple[str, ...]) -> None:
    if payout.state not in states:
        wanted = " or ".join(states)
        raise PayoutError(f"payout {payout.id}", f"is {payout.state}", f"only an {wanted} one can take this step")
