"""Payouts made: by a merchant's plan when they are due, or by hand for all or a part.

A payout lists the payments it is for; a payment is listed once. What leaves is never more than is available.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.settlement.advance import allowance, early_fee_fen
from host_sim.settlement.instructing import PayoutError, instruct, locked
from host_sim.settlement.modes import mode_words, next_run
from host_sim.settlement.payable import payable
from host_sim.settlement.stopping import stopped
from host_sim.store.schema import AdvanceTerms, Merchant, Payout, SettlementPlan

PLANS_PER_RUN = 500


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
        merchant = locked(session, plan.merchant_id)
        due = payable(session, merchant.id, plan.family)
        amount_fen, fee_fen = _limited(session, merchant, plan, due.amount_fen, now)
        if amount_fen > fee_fen and stopped(session, merchant, now) is None:
            if amount_fen < due.amount_fen:
                due = due.part(amount_fen)
            why = {"zh": mode_words(plan, "zh") + "。", "en": mode_words(plan, "en").capitalize() + "."}
            told = {"origin": plan.mode, "family": plan.family, "why": why, "fee_fen": fee_fen}
            instruct(session, merchant, due, amount_fen, now, **told)
            count += 1
        plan.next_at = next_run(plan, now, merchant.zone)
    session.flush()
    return count


def pay_now(session: Session, merchant_id: int, now: datetime, amount_fen: int | None = None) -> Payout:
    """Pay by hand what is available, all of it or amount_fen. Raises PayoutError with words for the merchant."""
    merchant = locked(session, merchant_id)
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


def _limited(
    session: Session, merchant: Merchant, plan: SettlementPlan, amount_fen: int, now: datetime
) -> tuple[int, int]:
    """What of an amount leaves now, and the fee of that: cards' money that does not wait for T+1 has terms."""
    if plan.family != "card" or plan.product != "D0" or amount_fen == 0:
        return amount_fen, 0
    amount_fen = min(amount_fen, allowance(session, merchant, now).most_fen)
    terms = session.get(AdvanceTerms, merchant.id)
    return (amount_fen, early_fee_fen(terms, amount_fen)) if terms is not None else (0, 0)
