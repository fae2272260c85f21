"""Repair: every open difference that has waited long enough is cleared, by balanced postings, once."""

from collections import Counter as Tally
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.ledger.book import post
from host_sim.settlement.calendar import business_day
from host_sim.settlement.differences import clear_difference, open_differences
from host_sim.settlement.reconciliation.remedies import WAIT
from host_sim.settlement.reconciliation.till_only import end
from host_sim.settlement.reconciliation.words import resolution
from host_sim.store.schema import Difference, Payment

DIFFERENCES_PER_RUN = 5_000
SALES = ("sale", "offline")


@dataclass
class Repaired:
    """cleared: how many to whom. waiting: how many are left alone for now."""

    cleared: Tally[str] = field(default_factory=Tally)
    waiting: int = 0


def repair(session: Session, now: datetime, ids: Collection[int] | None = None, waited: bool = False) -> Repaired:
    """Clear open differences by their remedies. ids: these only. waited: those that should still wait too.

    At most DIFFERENCES_PER_RUN a run, oldest first. Run again it finds nothing.
    """
    done = Repaired()
    for one in open_differences(session, DIFFERENCES_PER_RUN):
        if ids is not None and one.id not in ids:
            continue
        if not waited and now - one.found_at < WAIT.get(one.kind, timedelta()):
            done.waiting += 1
            continue
        remedy = one.explanation["remedy"]
        if one.kind == "till":
            end(one, resolution(remedy), now)
            done.cleared[remedy] += 1
            continue
        clear_difference(session, one.id, remedy, resolution(remedy), now, business_day(now))
        if remedy == "channel":
            settle_with_channel(session, one, now)
        done.cleared[remedy] += 1
    return done


def settle_with_channel(session: Session, one: Difference, now: datetime) -> None:
    """What is open with the channel is paid, apart from its files: too much goes back, too little is made good.

    A difference in money that came is undone, bank against channel_receivable; an item that never came is paid whole.
    """
    signed_fen = one.amount_fen if one.side == "long" else -one.amount_fen
    receivable, reference = Key("channel_receivable", one.channel, one.day), f"difference/{one.id}"
    today = business_day(now)
    if one.paid_at is not None:
        lines = [(receivable, signed_fen), (Key("bank"), -signed_fen)]
        post(session, "returned", reference, now, lines, business_date=today)
        one.paid_at = None
    elif one.payment_id is not None:
        payment = session.scalars(select(Payment).where(Payment.id == one.payment_id).with_for_update()).one()
        owed = Key("channel_receivable", payment.channel, _day(session, payment))
        net_fen = -signed_fen - (payment.cost_fen if payment.kind in SALES else 0)
        lines = [(Key("bank"), net_fen), (owed, -net_fen)]
        post(session, "clearing", f"payment/{payment.id}", now, lines, business_date=today)
        payment.cleared_at = None if payment.state == "reversed" else now
    session.flush()


def _day(session: Session, payment: Payment) -> date:
    if payment.kind == "void" and payment.original_id is not None:
        return session.get_one(Payment, payment.original_id).business_date
    return payment.business_date
