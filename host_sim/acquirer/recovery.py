"""Payments that were left authorising: a host died between its two units, or a network did not answer.

A sale or void is given up: the network takes it back, and the terminal reverses what it had no answer to. An advice is
asked for again by its reference, because the terminal resends it until it is answered and its money may have moved.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.asking import ask_network, decision_fault
from host_sim.acquirer.batches import ADVICES
from host_sim.acquirer.concluding import FAULT, conclude, message_of
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.reconcile import items_of
from host_sim.acquirer.redaction import logger
from host_sim.acquirer.request import Reply, Request
from host_sim.acquirer.undoing import open_undo, undo_due, undo_now
from host_sim.networks.issuer import Decision
from host_sim.networks.switch import Network, Route
from host_sim.store.schema import Alarm, Batch, BatchItem, Payment

log = logger("picotill.acquirer")

ABANDONED_S = 120  # longer than a network may take: nobody is at work on it any more
CUSTOMERS_S = 240
"""What a payment by code has longer: its customer may still be about to pay, and the till asks or undoes it."""
PAYMENTS_PER_RUN = 50


class Left(NamedTuple):
    """A payment that was left, and what a network needs to be asked about it."""

    id: int
    kind: str
    reference: str
    original_reference: str
    amount_fen: int
    sealed: bytes
    token: str


async def recover(desk: Desk, left: list[Left] | None = None) -> int:
    """Bring to an end what was left, and try every undo that is due. Gives how many things were tried.

    left: when the host starts, what left_behind() gave before it took messages; every open undo is tried then too.
    Should another host be at work on one of them after all, its conclusion finds the payment given up, and has the
    network asked to take it back once more.
    """
    starting = left is not None
    if left is None:
        before = desk.clock.now() - timedelta(seconds=ABANDONED_S)
        left = await desk.store.read(lambda session: left_behind(session, before))
    for one in left:
        try:
            await _end(desk, one)
        except Exception as error:  # the next round tries again
            log.error("payment %s: not recovered: %s", one.id, type(error).__name__)
    return len(left) + await undo_due(desk, whatever_time=starting)


def end_unresolved(session: Session, request: Request, desk: Desk, batch: Batch) -> list[int]:
    """At the end of a batch: what is still authorising in it leaves it, as a difference that a person looks at.
    Gives those that were given up: follow with undo_now()."""
    session.flush()
    now = desk.clock.now()
    items = items_of(session, batch)
    payments = session.scalars(
        select(Payment)
        .where(
            Payment.terminal_id == batch.terminal_id,
            Payment.filed_batch == batch.number,
            Payment.state == "authorising",
        )
        .with_for_update()
    ).all()
    given_up = []
    for payment in payments:
        if payment.kind in ADVICES:
            became = "waits for its resend"
        else:
            give_up(session, payment, now)
            given_up.append(payment.id)
            became = "given up, the network takes it back"
        payment.filed_batch = None
        where = f"terminal {request.till.number} batch {batch.number} trace {payment.trace:06d}"
        text = f"{where}: {payment.kind} of {payment.amount_fen} fen had no result: {became}"
        session.add(Alarm(at=now, kind="payment unresolved", text=text))
        item = (payment.batch_number, payment.trace)
        if item not in items:
            items.add(item)
            detail = f"host {payment.amount_fen} fen without a result"
            about = {"batch_number": payment.batch_number, "trace": payment.trace, "detail": detail, "at": now}
            session.add(BatchItem(batch_id=batch.id, finding="not_uploaded", amount_fen=None, **about))
    return given_up


def give_up(session: Session, payment: Payment, at: datetime) -> None:
    """End a sale or void that nobody is at work on. Follow with undo_now()."""
    payment.state, payment.response = "declined", FAULT
    message = message_of(session, payment)
    if message.answer is None:
        message.answer = Reply(FAULT).stored()
    open_undo(session, payment, at)


async def _end(desk: Desk, left: Left) -> None:
    if left.kind not in ADVICES:
        if await desk.store.write(lambda session: _give_up(session, desk, left)):
            await undo_now(desk, left.id)
        return
    route = desk.switch.route(desk.vault.open(left.sealed, left.token))
    if route is None:
        return
    decision = await _ask_again(desk, route, left)
    if decision is not None:
        await desk.store.write(lambda session: conclude(session, desk, route, left.id, decision).undo)


async def _ask_again(desk: Desk, route: Route, left: Left) -> Decision | None:
    """A refund can be asked for again as it is. An offline sale has its cryptogram only in the terminal's message:
    whether it came through can be found out."""
    network: Network = route.network
    about = f"payment {left.id}"
    if left.kind == "refund":
        ask = partial(network.refund, left.reference, left.original_reference, left.amount_fen)
        return await ask_network(desk, route, ask, about)
    decision = await desk.switch.call(network, partial(network.enquire, left.reference))
    return None if decision is None or decision_fault(decision) else decision


def _give_up(session: Session, desk: Desk, left: Left) -> bool:
    payment = session.get_one(Payment, left.id, with_for_update=True)
    if payment.state != "authorising":
        return False
    give_up(session, payment, desk.clock.now())
    return True


def left_behind(session: Session, before: datetime) -> list[Left]:
    """Payments that are authorising since before, those by code for longer, oldest first, at most PAYMENTS_PER_RUN."""
    customers = before - timedelta(seconds=CUSTOMERS_S)
    payments = session.scalars(
        select(Payment)
        .where(Payment.state == "authorising", Payment.at <= before)
        .where((Payment.card_class != "wallet") | (Payment.at <= customers))
        .order_by(Payment.id)
        .limit(PAYMENTS_PER_RUN)
    )
    return [
        Left(
            payment.id,
            payment.kind,
            payment.rrn or "",
            (payment.original.rrn or "") if payment.original else "",
            payment.amount_fen,
            payment.pan_cipher or b"",
            payment.pan_token or "",
        )
        for payment in payments
    ]
