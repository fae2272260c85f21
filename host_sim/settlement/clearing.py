"""What a channel's clearing has settled, taken down once: the payment is ours no longer to wait for."""

from datetime import datetime

from sqlalchemy.orm import Session

from host_sim.ledger.postings import cleared
from host_sim.settlement.dates import commit_day
from host_sim.store.schema import Merchant, Payment

SETTLED_KINDS = ("sale", "offline", "refund")


class ClearingError(Exception):
    """A payment that cannot be cleared. args: which, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def clear_payment(session: Session, payment: Payment, now: datetime) -> bool:
    """Bank / channel_receivable for a sale, the reverse for a refund. False where that was done before."""
    if payment.cleared_at is not None:
        return False
    if payment.kind not in SETTLED_KINDS or payment.state != "approved":
        where = f"payment {payment.id}"
        raise ClearingError(where, f"a {payment.state} {payment.kind} is not cleared: put it on the work list")
    merchant = session.get_one(Merchant, payment.merchant_id)
    cleared(session, payment, now, business_date=commit_day(session, merchant, now))
    payment.cleared_at = now
    session.flush()
    return True
