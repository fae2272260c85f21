"""Payouts made: by a merchant's plan when they are due, by hand for all or a part, or for each payment at once.

A payout lists the payments it is for; a payment is listed once. What leaves is never more than is available.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.postings import d0_fee, payout_instructed
from host_sim.settlement.dates import commit_day
from host_sim.settlement.modes import mode_words, next_run
from host_sim.settlement.payable import SALES, Item, Payable, net_column, payable
from host_sim.settlement.stopping import Words, active_account, stopped
from host_sim.store.schema import Merchant, Payment, Payout, PayoutItem, SettlementMode, SettlementPlan, Terminal

PLANS_PER_RUN = 500
PAYMENTS_PER_RUN = 500


class PayoutError(Exception):
    """A payout that cannot be made, or a step it cannot take. args: what, reason in English; words: {"zh", "en"}."""

    def __init__(self, what: str, words: Words):
        super().__init__(what, words["en"])
        self.words = words


def pay_due(session: Session, now: datetime) -> int:
    """Pay every plan whose time has come; run it after maturity. Gives how many payouts were instructed.

    Where nothing is due, or payouts are stopped, the plan's next time comes all the same: nothing is lost, the money
    stays available.
    """
    plans = session.scalars(
        select(SettlementPlan)
        .where(SettlementPlan.next_at <= now)
        .order_by(SettlementPlan.next_at, SettlementPlan.merchant_id, SettlementPlan.family)
        .limit(PLANS_PER_RUN)
        .with_for_update(skip_locked=True)
    ).all()
    count = 0
    for plan in plans:
        merchant = _locked(session, plan.merchant_id)
        due = payable(session, merchant.id, plan.family)
        if due.amount_fen and stopped(session, merchant, now) is None:
            why = {"zh": mode_words(plan, "zh") + "。", "en": mode_words(plan, "en").capitalize() + "."}
            instruct(session, merchant, due, due.amount_fen, now, origin=plan.mode, family=plan.family, why=why)
            count += 1
        plan.next_at = next_run(plan, now, merchant.zone)
    session.flush()
    return count


def pay_now(session: Session, merchant_id: int, now: datetime, amount_fen: int | None = None) -> Payout:
    """Pay by hand what is available, all of it or amount_fen. Raises PayoutError with words for the merchant."""
    merchant = _locked(session, merchant_id)
    reason = stopped(session, merchant, now)
    if reason is not None:
        raise PayoutError(f"merchant {merchant.number}", reason)
    due = payable(session, merchant_id)
    if due.amount_fen == 0:
        raise PayoutError(
            f"merchant {merchant.number}",
            {
                "zh": "现在没有可结算的余额：请等待交易到期。",
                "en": "Nothing is available to pay out now: wait until payments mature.",
            },
        )
    if amount_fen is not None and not 0 < amount_fen <= due.amount_fen:
        most = f"{due.amount_fen // 100}.{due.amount_fen % 100:02d}"
        raise PayoutError(
            f"merchant {merchant.number}",
            {"zh": f"金额须大于零且不超过可结算余额{most}元。", "en": f"The amount must be from 0.01 to {most} yuan."},
        )
    why = {"zh": "商户手动发起结算。", "en": "Started by the merchant by hand."}
    if amount_fen is not None and amount_fen < due.amount_fen:
        due = due.part(amount_fen)
    return instruct(session, merchant, due, amount_fen or due.amount_fen, now, origin="manual", why=why)


def pay_at_once(session: Session, now: datetime) -> int:
    """Pay each matured sale of real-time plans and real-time terminals, one payout each. Gives how many.

    At most PAYMENTS_PER_RUN a run, oldest first.
    """
    wallet = Payment.card_class == "wallet"
    family = (SettlementPlan.family == "wallet") & wallet | (SettlementPlan.family == "card") & ~wallet
    rows = session.execute(
        select(Payment.id, Payment.merchant_id, Payment.amount_fen, net_column())
        .outerjoin(SettlementMode, SettlementMode.terminal_id == Payment.terminal_id)
        .outerjoin(SettlementPlan, (SettlementPlan.merchant_id == Payment.merchant_id) & family)
        .where(
            (SettlementPlan.mode == "real_time") | SettlementMode.mode.startswith("R"),
            Payment.kind.in_(SALES),
            Payment.state == "approved",
            Payment.matured_at.is_not(None),
            Payment.id.not_in(select(PayoutItem.payment_id)),
        )
        .order_by(Payment.id)
        .limit(PAYMENTS_PER_RUN)
    ).all()
    count = 0
    for payment_id, merchant_id, gross_fen, net_fen in rows:
        merchant = _locked(session, merchant_id)
        whole = payable(session, merchant_id)
        amount_fen = min(net_fen, whole.available_fen)
        if amount_fen <= 0 or stopped(session, merchant, now) is not None or _listed(session, payment_id):
            continue
        due = Payable((Item(payment_id, gross_fen, net_fen),), 0, whole.available_fen)
        why = {"zh": "实时结算，逐笔到账。", "en": "Real time: each payment at once."}
        instruct(session, merchant, due, amount_fen, now, origin="real_time", why=why)
        count += 1
    return count


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


def _listed(session: Session, payment_id: int) -> bool:
    return session.get(PayoutItem, payment_id) is not None


def _locked(session: Session, merchant_id: int) -> Merchant:
    """Where the database has row locks, one unit at a time pays a merchant."""
    session.flush()
    return session.get_one(Merchant, merchant_id, with_for_update=True)


def terminals_at_once(session: Session, merchant_id: int) -> list[str]:
    """Numbers of the merchant's terminals that settle each payment at once."""
    return list(
        session.scalars(
            select(Terminal.number)
            .join(SettlementMode, SettlementMode.terminal_id == Terminal.id)
            .where(Terminal.merchant_id == merchant_id, SettlementMode.mode.startswith("R"))
            .order_by(Terminal.number)
        )
    )
