"""Money that risk holds back, and its release."""

from datetime import datetime

from sqlalchemy.orm import Session

from host_sim.ledger import dispute_postings
from host_sim.settlement.dates import commit_day
from host_sim.settlement.stopping import Words
from host_sim.store.schema import Hold, Merchant


class HoldError(Exception):
    """A hold that cannot be opened or released. args: what, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def hold(
    session: Session, merchant_id: int, amount_fen: int, reason: Words, now: datetime, *, whole: bool = False
) -> Hold:
    """Hold amount_fen of a merchant's money back; what is not available becomes its debt. reason: {"zh", "en"}.

    whole: no payout leaves while it stands; then amount_fen may be 0. Raises HoldError.
    """
    if amount_fen < 0 or (amount_fen == 0 and not whole):
        raise HoldError("hold", "needs an amount, or to be of the whole balance")
    if not reason.get("zh") or not reason.get("en"):
        raise HoldError("hold", "needs its reason in Chinese and English: the merchant reads it")
    merchant = session.get_one(Merchant, merchant_id, with_for_update=True)
    one = Hold(merchant_id=merchant_id, amount_fen=amount_fen, whole=whole, reason=dict(reason), opened_at=now)
    session.add(one)
    session.flush()
    dispute_postings.held(session, one, now, business_date=commit_day(session, merchant, now))
    return one


def release(session: Session, hold_id: int, now: datetime) -> Hold:
    """Give the money back. Raises HoldError where that was done before."""
    one = session.get_one(Hold, hold_id, with_for_update=True)
    if one.released_at is not None:
        raise HoldError(f"hold {hold_id}", f"was released {one.released_at:%Y-%m-%d %H:%M} UTC: nothing is left to do")
    dispute_postings.released(session, one, now, business_date=commit_day(session, one.merchant, now))
    one.released_at = now
    session.flush()
    return one
