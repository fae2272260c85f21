"""A terminal's batch on the host: whether it takes payments, what it comes to, and the next one's number."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from host_sim.acquirer.request import Request, Till
from host_sim.acquirer.totals import SCHEMES, SchemeTotals, Totals
from host_sim.store.schema import Base, Batch, Payment, Terminal

LAST_NUMBER = 999_999
COUNTED = ("approved", "voided")
DEBITS = ("sale", "offline")
ADVICES = ("offline", "refund")
"""What is sent again until it is answered, in a later batch if need be."""


def find_batch(session: Session, terminal_id: int, number: int) -> Batch | None:
    """The batch of that number, locked where the database has row locks."""
    return session.scalar(_FIND, {"terminal_id": terminal_id, "number": number})


_FIND = select(Batch).filter_by(terminal_id=bindparam("terminal_id"), number=bindparam("number")).with_for_update()


def filing_fault(batch_number: int, batch_state: str | None, request: Request) -> str | None:
    """77 where F60.2 is not the terminal's batch, 90 where the batch is being settled. The terminal's batch, and the
    state of F60.2's. What comes in a file goes into none."""
    if request.handed_over:
        return None
    if batch_number != request.batch:
        return "77"
    return None if batch_state == "OPEN" else "90"


def takes_payments(session: Session, terminal_id: int, number: int) -> bool:
    """Whether the batch of that number is there and open; locked where the database has row locks."""
    return session.connection().scalar(_STATE, {"terminal_id": terminal_id, "number": number}) == "OPEN"


_BATCH = Base.metadata.tables[Batch.__tablename__]
_STATE = (
    select(_BATCH.c.state)
    .where(_BATCH.c.terminal_id == bindparam("terminal_id"), _BATCH.c.number == bindparam("number"))
    .with_for_update()
)


def current_batch(session: Session, terminal_id: int) -> Batch | None:
    """The terminal's batch, while it takes payments."""
    batch = find_batch(session, terminal_id, session.get_one(Terminal, terminal_id).batch_number)
    return batch if batch is not None and batch.state == "OPEN" else None


def refile(session: Session, payment: Payment) -> None:
    """An advice that is sent again counts in the batch in which its answer arrives; a closed one keeps what it has."""
    batch = current_batch(session, payment.terminal_id)
    if payment.kind not in ADVICES or batch is None:
        return
    if payment.filed_batch is not None:
        filed = find_batch(session, payment.terminal_id, payment.filed_batch)
        if filed is not None and filed.state == "CLOSED":
            return
    payment.filed_batch = batch.number


def batch_totals(session: Session, batch: Batch) -> Totals:
    """What the host has filed in the batch. A voided sale stays in debit, its void goes to credit; reversed ones
    are in neither (unionpay.md, Settlement)."""
    rows = session.execute(
        select(Payment.scheme, Payment.kind, func.sum(Payment.amount_fen), func.count())
        .where(
            Payment.terminal_id == batch.terminal_id,
            Payment.filed_batch == batch.number,
            Payment.state.in_(COUNTED),
        )
        .group_by(Payment.scheme, Payment.kind)
    ).all()
    sums = {scheme: [0, 0, 0, 0] for scheme in SCHEMES}
    for scheme, kind, amount_fen, count in rows:
        at = 0 if kind in DEBITS else 2
        sums[scheme][at] += int(amount_fen)
        sums[scheme][at + 1] += count
    return Totals(*(SchemeTotals(*sums[scheme]) for scheme in SCHEMES))


def next_batch(session: Session, till: Till, now: datetime) -> Batch:
    """Open the terminal's next batch. A number that was ever used is passed over."""
    terminal = session.get_one(Terminal, till.id)
    number = terminal.batch_number % LAST_NUMBER + 1
    while find_batch(session, till.id, number) is not None:
        number = number % LAST_NUMBER + 1
    terminal.batch_number = number
    batch = Batch(terminal_id=till.id, number=number, state="OPEN", opened_at=now)
    session.add(batch)
    session.flush()
    return batch
