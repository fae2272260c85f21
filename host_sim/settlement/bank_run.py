"""Payouts told to the bank, and its results taken down. Every step may be repeated: the reference makes it one.

An order is claimed before the bank is told and the outcome written after: a host that dies in between tells it again
later, under the same reference.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.merchant.payout_mail import payout_notice
from host_sim.networks.bank.messages import Advice, Answer, Bank, BankError, Order, reason_words
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.payout_steps import ASKED_AFTER, confirm_accepted, confirm_paid, confirm_returned
from host_sim.store.schema import Alarm, Payout, SettlementAccount

LEASE = timedelta(minutes=5)
PAUSE, PAUSE_MOST = timedelta(minutes=1), timedelta(hours=1)
PAYOUTS_PER_RUN = 50
ADVICES_PER_RUN = 200
LATE_AFTER = timedelta(hours=24)
REASON_MOST = 100

Run = Callable[[Callable[[Session], Any]], Awaitable[Any]]
Call = Callable[..., Awaitable[Any]]


class Opener(Protocol):
    """Opens an account number's cipher text: acquirer.vault.Vault."""

    def open(self, sealed: bytes, bound_to: str) -> str: ...


class Told(NamedTuple):
    """A payout claimed for one try. order: to tell the bank; None: to ask it. number: of the try."""

    id: int
    reference: str
    order: Order | None
    number: int


async def bank_round(write: Run, call: Call, bank: Bank, vault: Opener, clock: Clock) -> int:
    """Tell the bank what is due, ask after what is late, take its results. Gives how many things were done.

    write: runs a function of a session durably (Store.write). call(function, *args): runs one that may block
    (asyncio.to_thread).
    """
    done = 0
    for told in await write(lambda session: claim(session, vault, clock.now())):
        try:
            if told.order is not None:
                answer = await call(bank.submit, told.order)
            else:
                answer = await call(bank.enquire, told.reference)
        except BankError as error:
            answer = error
        await write(lambda session, told=told, answer=answer: outcome(session, told, answer, clock.now()))
        done += 1
    for advice in await call(bank.advices, clock.now(), ADVICES_PER_RUN):
        await write(lambda session, advice=advice: take_advice(session, advice, clock.now()))
        await call(bank.acknowledge, advice.number)
        done += 1
    return done


def claim(session: Session, vault: Opener, now: datetime) -> list[Told]:
    """Payouts that the bank is to be told or asked of now, oldest first; nobody else tries them for LEASE."""
    payouts = session.scalars(
        select(Payout)
        .where(Payout.state.in_(("instructed", "accepted")), Payout.next_at <= now)
        .order_by(Payout.next_at, Payout.id)
        .limit(PAYOUTS_PER_RUN)
        .with_for_update(skip_locked=True)
    ).all()
    told = []
    for payout in payouts:
        payout.tries += 1
        payout.next_at = now + LEASE
        order = _order(session, payout, vault) if payout.state == "instructed" else None
        told.append(Told(payout.id, payout.reference, order, payout.tries))
    return told


def outcome(session: Session, told: Told, answer: Answer | BankError | None, now: datetime) -> None:
    """What a try came to. None: the bank does not know the order."""
    payout = session.get_one(Payout, told.id, with_for_update=True)
    if payout.tries != told.number or payout.state not in ("instructed", "accepted"):
        return  # a callback was quicker, or another host took over
    if isinstance(answer, Answer):
        _take(session, payout, answer, now)
        if payout.state == "accepted" and told.order is None:
            _still_open(session, payout, now)
        return
    reason = str(answer) if answer is not None else "the bank does not know the order"
    payout.last_error = reason[:REASON_MOST]
    payout.next_at = now + min(PAUSE * 2 ** min(told.number - 1, 10), PAUSE_MOST)
    if answer is None:
        payout.state = "instructed"  # told again under the same reference
    _late(session, payout, now)


def take_advice(session: Session, advice: Advice, now: datetime) -> None:
    """A result that the bank calls back with, the first time or again."""
    payout = session.scalar(select(Payout).where(Payout.reference == advice.reference).with_for_update())
    if payout is None:
        text = f"the bank speaks of payout {advice.reference}, which is not ours: ask the bank."
        session.add(Alarm(at=now, kind="payout unknown", text=text))
        return
    _take(session, payout, advice.answer, now)


def _take(session: Session, payout: Payout, answer: Answer, now: datetime) -> None:
    confirm_accepted(session, payout, answer.bank_reference, now)
    try:
        if answer.state == "paid" and confirm_paid(session, payout, now):
            payout_notice(session, payout, now)
        elif answer.state == "returned" and confirm_returned(session, payout, now, reason_words(answer.reason)):
            payout_notice(session, payout, now)
    except PayoutError as error:
        session.add(Alarm(at=now, kind="payout contradicts", text=f"{error.args[0]}: {error.args[1]}: ask the bank."))


def _still_open(session: Session, payout: Payout, now: datetime) -> None:
    payout.next_at = now + min(ASKED_AFTER * payout.tries, PAUSE_MOST)
    _late(session, payout, now)


def _late(session: Session, payout: Payout, now: datetime) -> None:
    """One alarm for a payout that has no result for too long."""
    if payout.late_at is None and now - payout.instructed_at >= LATE_AFTER:
        payout.late_at = now
        text = f"payout {payout.reference} has no result since {payout.instructed_at:%Y-%m-%d %H:%M} UTC: ask the bank."
        session.add(Alarm(at=now, kind="payout late", text=text))


def _order(session: Session, payout: Payout, vault: Opener) -> Order:
    account = session.get_one(SettlementAccount, payout.account_id)
    return Order(
        reference=payout.reference,
        amount_fen=payout.amount_fen,
        account=vault.open(account.cipher, payout.merchant.number),
        holder=account.holder,
        institution=account.institution,
        cnaps=account.cnaps,
    )
