"""Statements by post, as orders: ordered, printed, posted, delivered or returned; cancelled before they are posted."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.merchant.announce import announce
from host_sim.merchant.statements import book
from host_sim.merchant.statements.paper import as_pdf
from host_sim.merchant.statements.statement import StatementError
from host_sim.store.schema import Merchant, PaperOrder

NEXT = {
    "ordered": ("printed", "cancelled"),
    "printed": ("posted", "cancelled"),
    "posted": ("delivered", "returned"),
    "returned": ("posted",),
    "delivered": (),
    "cancelled": (),
}
OPEN_MOST = 5


class OrderError(Exception):
    """An order that cannot be taken, or a step it cannot take. args: order, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def order(
    session: Session, merchant: Merchant, first: date, last: date, recipient: str, address: str, now: datetime
) -> PaperOrder:
    """Order the statement of an ended period by post. The same one, while it is under way, is ordered once.

    Raises OrderError, and StatementError for a period that is none.
    """
    recipient, address = " ".join(recipient.split()), " ".join(address.split())
    if not 0 < len(recipient) <= 80 or not 5 <= len(address) <= 200:
        raise OrderError("order", "who it goes to, and where, must be said: recipient and full postal address")
    if not book.statement(session, merchant, first, last, now).final:
        raise OrderError("order", "the period has not ended: order it after its last business day")
    under_way = session.scalars(
        select(PaperOrder).where(
            PaperOrder.merchant_id == merchant.id, PaperOrder.state.in_(("ordered", "printed", "posted"))
        )
    ).all()
    for known in under_way:
        if (known.first, known.last) == (first, last):
            return known
    if len(under_way) >= OPEN_MOST:
        raise OrderError("order", f"{OPEN_MOST} statements are on their way: wait for them")
    made = PaperOrder(
        merchant_id=merchant.id,
        first=first,
        last=last,
        recipient=recipient,
        address=address,
        ordered_at=now,
        changed_at=now,
    )
    session.add(made)
    session.flush()
    return made


def step(
    session: Session, order_id: int, state: str, now: datetime, tracking: str = "", reason: str = ""
) -> PaperOrder:
    """Take an order to its next state; the same again changes nothing. posted wants the tracking number, returned the
    reason. Raises OrderError."""
    one = session.get_one(PaperOrder, order_id, with_for_update=True)
    if one.state == state:
        return one
    if state not in NEXT[one.state]:
        allowed = " or ".join(NEXT[one.state]) or "nothing more"
        raise OrderError(f"order {order_id}", f"is {one.state}: it can become {allowed}")
    if (state == "posted" and not tracking) or (state == "returned" and not reason):
        raise OrderError(f"order {order_id}", "posted needs the tracking number, returned the reason: say it")
    one.state, one.changed_at = state, now
    one.tracking, one.reason = tracking or one.tracking, reason or one.reason
    if state == "posted":
        facts = {"period": f"{one.first} – {one.last}", "number": tracking}
        announce(session, one.merchant, "paper.posted", f"{order_id}.{tracking}", facts, now)
    return one


def print_order(session: Session, order_id: int, now: datetime) -> bytes:
    """The PDF that goes into the envelope; the order is printed. Raises OrderError, StatementError."""
    one = session.get_one(PaperOrder, order_id, with_for_update=True)
    told = book.statement(session, one.merchant, one.first, one.last, now)
    if not told.final:
        raise StatementError(f"order {order_id}", "its period has not ended: print it after its last business day")
    made = as_pdf(told, one.merchant.language)
    if one.state == "ordered":
        step(session, order_id, "printed", now)
    return made


def orders(session: Session, merchant_id: int, most: int = 50) -> Sequence[PaperOrder]:
    """The merchant's orders, the latest first."""
    return session.scalars(
        select(PaperOrder).where(PaperOrder.merchant_id == merchant_id).order_by(PaperOrder.id.desc()).limit(most)
    ).all()
