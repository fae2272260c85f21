"""How far a batch's money, or a payout, has come."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.store.schema import Batch, BatchSettlement, Payment, Payout, PayoutItem

# From the last to be reached to the first: a batch is as far as the payout that lags.
LAGGING = ("returned", "instructed", "accepted", "paid")


def payouts_of(session: Session, batch: Batch) -> list[Payout]:
    """The payouts that list payments of a batch, oldest first."""
    return list(
        session.scalars(
            select(Payout)
            .where(
                Payout.id.in_(
                    select(PayoutItem.payout_id)
                    .join(Payment, Payment.id == PayoutItem.payment_id)
                    .where(Payment.terminal_id == batch.terminal_id, Payment.filed_batch == batch.number)
                )
            )
            .order_by(Payout.id)
        )
    )


def settlement_state(session: Session, closed: BatchSettlement) -> str:
    """nil: nothing to pay; scheduled: no payout yet; else the state of the payout that lags most."""
    states = {payout.state for payout in payouts_of(session, closed.batch)}
    if not states:
        return "scheduled" if closed.amount_fen else "nil"
    return next(state for state in LAGGING if state in states)
