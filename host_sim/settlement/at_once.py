"""Payouts without waiting: each payment by itself in real time, and early ones that a merchant asks for (D0).

Bank cards' money is only paid early on the merchant's D0 terms: settlement/advance.py.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.merchant_money import owed
from host_sim.settlement.advance import allowance, early_fee_fen, net_fen, unripe
from host_sim.settlement.instructing import PayoutError, instruct, locked
from host_sim.settlement.maturity import mature_early
from host_sim.settlement.payable import SALES, Item, Payable, net_column, payable
from host_sim.settlement.stopping import stopped
from host_sim.store.schema import AdvanceTerms, Payment, Payout, PayoutItem, SettlementMode, SettlementPlan

PAYMENTS_PER_RUN = 500


def pay_at_once(session: Session, now: datetime) -> int:
    """Pay each matured sale of real-time plans and real-time terminals, one payout each. Gives how many.

    At most PAYMENTS_PER_RUN a run, oldest first. A card sale beyond what terms allow now waits: it is paid when they
    do, or by the plan where that pays by itself.
    """
    wallet = Payment.card_class == "wallet"
    family = (SettlementPlan.family == "wallet") & wallet | (SettlementPlan.family == "card") & ~wallet
    rows = session.execute(
        select(Payment.id, Payment.merchant_id, Payment.amount_fen, net_column(), Payment.card_class)
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
    for payment_id, merchant_id, gross_fen, brought_in_fen, card_class in rows:
        merchant = locked(session, merchant_id)
        if session.get(PayoutItem, payment_id) is not None or stopped(session, merchant, now) is not None:
            continue
        available_fen = payable(session, merchant_id).available_fen
        amount_fen, fee_fen = min(brought_in_fen, available_fen), 0
        if card_class != "wallet":
            if brought_in_fen > allowance(session, merchant, now).most_fen:
                continue
            fee_fen = early_fee_fen(session.get_one(AdvanceTerms, merchant_id), amount_fen)
        if amount_fen <= fee_fen:
            continue
        due = Payable((Item(payment_id, gross_fen, brought_in_fen),), 0, available_fen)
        why = {"zh": "实时结算，逐笔到账。", "en": "Real time: each payment at once."}
        instruct(session, merchant, due, amount_fen, now, origin="real_time", why=why, fee_fen=fee_fen)
        count += 1
    return count


def pay_early(session: Session, merchant_id: int, now: datetime, amount_fen: int | None = None) -> Payout:
    """Pay card sales that have not matured, oldest first: whole payments up to amount_fen, or all that terms allow.

    Its fee comes off what is paid. Raises PayoutError with words for the merchant.
    """
    merchant = locked(session, merchant_id)
    what = f"merchant {merchant.number}"
    reason = stopped(session, merchant, now)
    if reason is not None:
        raise PayoutError(what, reason)
    allowed = allowance(session, merchant, now)
    if allowed.most_fen == 0 or (amount_fen is not None and amount_fen > allowed.most_fen):
        raise PayoutError(what, allowed.words)
    sales = unripe(session, merchant_id, allowed.most_fen if amount_fen is None else amount_fen)
    debt_fen = owed(session, merchant_id)
    taken_fen = sum(net_fen(sale) for sale in sales) - debt_fen
    fee_fen = early_fee_fen(session.get_one(AdvanceTerms, merchant_id), max(0, taken_fen))
    if taken_fen <= fee_fen:
        words = {
            "zh": "没有可提前到账的整笔交易。",
            "en": "No whole payment fits: nothing waits to mature, or the amount is too small.",
        }
        raise PayoutError(what, words)
    mature_early(session, merchant, sales, now)
    items = tuple(Item(sale.id, sale.amount_fen, net_fen(sale)) for sale in sales)
    due = Payable(items, -debt_fen, taken_fen)
    why = {"zh": "商户申请D0提前到账。", "en": "Paid early (D0) as the merchant asked."}
    return instruct(session, merchant, due, taken_fen, now, origin="early", why=why, fee_fen=fee_fen)
