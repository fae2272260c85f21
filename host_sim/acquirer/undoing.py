"""What a network must take back: on disk with the unit that makes it due, then asked until the network says done.

Asked at once, when the host starts, and from time to time with growing pauses. The first failure raises an alarm.
A network takes back by reference, so that asking twice is asking once.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.redaction import logger
from host_sim.store.schema import Alarm, Payment, Undo

log = logger("picotill.acquirer")

LEASE_S = 60  # longer than one try takes: then somebody else may try
PAUSE_S = 60
PAUSE_MOST_S = 3_600
UNDOS_PER_RUN = 50
ANSWERED = "network answered {}"
FINAL = tuple(ANSWERED.format(code) for code in ("05", "12", "14", "25", "40", "57", "58", "64"))
"""A network that says so will say the same tomorrow: a person must act, though it is still asked from time to time."""


class Due(NamedTuple):
    """An undo claimed for one try. number: of the try; another one in between makes this one's outcome void."""

    id: int
    number: int
    reference: str
    sealed: bytes
    token: str


def open_undo(session: Session, payment: Payment, at: datetime) -> None:
    """The network must take back whatever it did for this payment. Follow with undo_now(); else it waits LEASE_S."""
    undo = session.scalar(select(Undo).where(Undo.payment_id == payment.id).with_for_update())
    if undo is None:
        undo = Undo(payment_id=payment.id, opened_at=at, next_at=at, tries=0)
        session.add(undo)
    undo.tries += 1
    undo.done_at, undo.last_error = None, None
    undo.next_at = at + timedelta(seconds=LEASE_S)
    session.flush()


async def undo_now(desk: Desk, payment_id: int) -> None:
    """Try at once. Never raises: what stays open is tried again."""
    try:
        due = await desk.store.write(lambda session: _claim_one(session, payment_id, desk.clock.now()))
        if due is not None:
            await _undo(desk, due)
    except Exception as error:
        log.error("undo of payment %s: %s", payment_id, type(error).__name__)


async def undo_due(desk: Desk, whatever_time: bool = False) -> int:
    """Try every undo that is due once, at most UNDOS_PER_RUN; whatever_time: those that wait too. Gives how many."""
    now = desk.clock.now()
    claimed = await desk.store.write(lambda session: _claim(session, now, whatever_time))
    for due in claimed:
        await _undo(desk, due)
    return len(claimed)


async def _undo(desk: Desk, due: Due) -> None:
    failure = await _try(desk, due)
    await desk.store.write(lambda session: _outcome(session, due, failure, desk.clock.now()))


async def _try(desk: Desk, due: Due) -> str | None:
    """None: the network has taken it back. Else why not."""
    try:
        route = desk.switch.route(desk.vault.open(due.sealed, due.token))
        if route is None:
            return "no network knows the card any more: put its route back"
        decision = await desk.switch.call(route.network, partial(route.network.reverse, due.reference))
    except Exception as error:
        return f"network failed: {type(error).__name__}"
    return None if decision.approved else ANSWERED.format(decision.response)


def _claim(session: Session, now: datetime, whatever_time: bool) -> list[Due]:
    statement = select(Undo).where(Undo.done_at.is_(None)).order_by(Undo.next_at, Undo.id).limit(UNDOS_PER_RUN)
    if not whatever_time:
        statement = statement.where(Undo.next_at <= now)
    return [_taken(undo, now) for undo in session.scalars(statement.with_for_update(skip_locked=True))]


def _claim_one(session: Session, payment_id: int, now: datetime) -> Due | None:
    undo = session.scalar(select(Undo).where(Undo.payment_id == payment_id).with_for_update())
    return None if undo is None or undo.done_at is not None else _taken(undo, now)


def _taken(undo: Undo, now: datetime) -> Due:
    undo.tries += 1
    undo.next_at = now + timedelta(seconds=LEASE_S)
    payment = undo.payment
    return Due(undo.id, undo.tries, payment.rrn or "", payment.pan_cipher or b"", payment.pan_token or "")


def _outcome(session: Session, due: Due, failure: str | None, at: datetime) -> None:
    undo = session.get_one(Undo, due.id, with_for_update=True)
    if undo.tries != due.number:
        return
    if failure is None:
        undo.done_at = at
        return
    if undo.last_error is None:
        text = f"payment {undo.payment_id} is not undone: {failure}. It is tried again; ask the network if it stays."
        session.add(Alarm(at=at, kind="network undo open", text=text))
    if failure in FINAL and undo.last_error != failure:
        text = f"payment {undo.payment_id} will not be undone: {failure}. Agree with the network who bears it."
        session.add(Alarm(at=at, kind="network undo refused", text=text))
    undo.last_error = failure
    undo.next_at = at + timedelta(seconds=min(PAUSE_S * 2 ** min(due.number - 1, 10), PAUSE_MOST_S))
