"""One payout instructed: its row, the payments it lists, and its postings. The bank is told by bank_run."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.postings import d0_fee, payout_instructed
from host_sim.settlement.dates import commit_day
from host_sim.settlement.payable import Item, Payable
from host_sim.settlement.stopping import Words, active_account
from host_sim.store.schema import Merchant, Payout, PayoutItem


class PayoutError(Exception):
    """A payout that cannot be made, or a step it cannot take. args: what, reason in English; words: {"zh", "en"}."""

    def __init__(self, what: str, words: Words):
        super().__init__(what, words["en"])
        self.words = words


def instruct(
    session: Session,
    merchant: Merchant,
    due: Payable,
    taken_fen: int,
    now: datetime,
    *,
    origin: str,
    why: Words,
    family: str | None = None,
    fee_fen: int = 0,
) -> Payout:
    """Make a payout of taken_fen, of which fee_fen is for paying early, and book it. The bank is told by bank_run."""
    gross_fen = sum(item.gross_fen for item in due.items)
    net_fen = sum(item.net_fen for item in due.items)
    account = active_account(session, merchant.id)
    day = commit_day(session, merchant, now)
    number = session.scalar(select(Payout.id).order_by(Payout.id.desc()).limit(1)) or 0
    payout = Payout(
        merchant_id=merchant.id,
        account_id=account.id if account is not None else None,
        origin=origin,
        family=family,
        reference=f"{merchant.number}-{day:%y%m%d}-{number + 1}",
        state="instructed",
        gross_fen=gross_fen,
        fee_fen=gross_fen - net_fen,
        brought_fen=taken_fen - net_fen,
        d0_fee_fen=fee_fen,
        amount_fen=taken_fen - fee_fen,
        business_date=day,
        instructed_at=now,
        next_at=now,
        explanation=why,
    )
    session.add(payout)
    session.flush()
    _list(session, payout, due.items)
    payout_instructed(session, payout, now, business_date=day)
    if fee_fen:
        d0_fee(session, payout, now, business_date=day)
    return payout


def _list(session: Session, payout: Payout, items: Iterable[Item]) -> None:
    session.add_all(PayoutItem(payment_id=one.payment_id, payout_id=payout.id, net_fen=one.net_fen) for one in items)
    session.flush()


def locked(session: Session, merchant_id: int) -> Merchant:
    """Where the database has row locks, one unit at a time pays a merchant."""
    session.flush()
    return session.get_one(Merchant, merchant_id, with_for_update=True)
