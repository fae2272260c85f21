"""What a merchant sees of its money: the balance in its parts, and what a payout was made of, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.merchant_money import available, owed
from host_sim.settlement.dates import product_by_date
from host_sim.settlement.explain import explain
from host_sim.settlement.payable import SALES, net_column, payable
from host_sim.settlement.stopping import Words, stopped
from host_sim.store.schema import Merchant, Payment, Payout, PayoutItem

LINES_MOST = 5_000


@dataclass(frozen=True)
class Balance:
    """All in fen, never negative. payable_fen: what pay_now() would pay. pending: (settlement date, net) of sales that
    have not matured, soonest first. stopped: why no payout may leave, {"zh", "en"}, or None."""

    available_fen: int
    payable_fen: int
    held_fen: int
    owed_fen: int
    in_transit_fen: int
    pending: tuple[tuple[date, int], ...]
    stopped: Words | None

    @property
    def pending_fen(self) -> int:
        return sum(net_fen for _, net_fen in self.pending)


class Detail(NamedTuple):
    """One payment of a payout. why: its settlement date in words, {"zh", "en"}."""

    payment_id: int
    at: datetime
    kind: str
    card: str
    gross_fen: int
    fee_fen: int
    net_fen: int
    why: Words


def balance(session: Session, merchant_id: int, now: datetime) -> Balance:
    """A merchant's balance as the book has it."""
    merchant = session.get_one(Merchant, merchant_id)
    pending = session.execute(
        select(Payment.settlement_date, func.sum(net_column()))
        .where(
            Payment.merchant_id == merchant_id,
            Payment.kind.in_(SALES),
            Payment.state == "approved",
            Payment.matured_at.is_(None),
        )
        .group_by(Payment.settlement_date)
        .order_by(Payment.settlement_date)
    ).all()
    transit = select(func.coalesce(func.sum(Payout.amount_fen), 0)).where(
        Payout.merchant_id == merchant_id, Payout.state.in_(("instructed", "accepted"))
    )
    return Balance(
        available_fen=available(session, merchant_id),
        payable_fen=payable(session, merchant_id).amount_fen,
        held_fen=-balance_fen(session, Key("merchant_held", merchant_id)),
        owed_fen=owed(session, merchant_id),
        in_transit_fen=int(session.scalar(transit) or 0),
        pending=tuple((due, int(net_fen)) for due, net_fen in pending if due is not None),
        stopped=stopped(session, merchant, now),
    )


def why(merchant: Merchant, payment: Payment) -> Words:
    """Why a payment settles on the day it does, in words."""
    product = product_by_date(payment)
    words = {}
    for language in ("zh", "en"):
        text = explain(payment.at, language, product, merchant.cutoff, merchant.zone)
        if payment.kind == "offline":
            head = {"zh": "离线交易按上送时间计算：", "en": "An offline payment counts from its upload: "}
            text = head[language] + text
        words[language] = text
    return words


def details(session: Session, payout: Payout) -> list[Detail]:
    """The payments a payout lists, oldest first; at most LINES_MOST."""
    payments = session.execute(
        select(Payment, PayoutItem.net_fen)
        .join(PayoutItem, PayoutItem.payment_id == Payment.id)
        .where(PayoutItem.payout_id == payout.id)
        .order_by(Payment.at, Payment.id)
        .limit(LINES_MOST)
    )
    found = []
    for payment, net_fen in payments:
        gross_fen = payment.amount_fen if payment.kind in SALES else -payment.amount_fen
        words = why(payout.merchant, payment)
        card = payment.pan_masked or ""
        found.append(Detail(payment.id, payment.at, payment.kind, card, gross_fen, gross_fen - net_fen, net_fen, words))
    return found


def payouts(session: Session, merchant_id: int, most: int = 100) -> Sequence[Payout]:
    """A merchant's payouts, the newest first."""
    return session.scalars(
        select(Payout).where(Payout.merchant_id == merchant_id).order_by(Payout.id.desc()).limit(most)
    ).all()
