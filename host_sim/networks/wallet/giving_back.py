"""Money back to a purse: void, refund, and the reversal of anything."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.networks.issuer import Decision
from host_sim.networks.wallet.orders import CLOSED, again, decline, fee_fen, move, switch
from host_sim.networks.wallet.schema import WalletOrder

UNKNOWN, TOO_MUCH = "25", "64"


def give_back(
    session: Session, reference: str, kind: str, original: str, amount_fen: int | None, at: datetime
) -> Decision:
    """A void (amount None: all of it) or a refund of the paid order original. The fee comes back with a void only."""
    paid = session.get(WalletOrder, original, with_for_update=True)
    known = session.get(WalletOrder, reference, with_for_update=True)
    if known is not None:
        return again(known)
    amount = amount_fen if amount_fen is not None else (paid.amount_fen if paid else 0)
    order = WalletOrder(
        reference=reference,
        kind=kind,
        state="paid",
        purse_id=paid.purse_id if paid else None,
        amount_fen=amount,
        response="00",
        original=original,
        at=at,
    )
    given_fen, times = given(session, original)
    if paid is None:
        decline(order, UNKNOWN)
    elif paid.kind != "sale" or paid.state != "paid" or (kind == "void" and times):
        decline(order, CLOSED)
    elif given_fen + amount > paid.amount_fen:
        decline(order, TOO_MUCH)
    else:
        order.auth_code = paid.auth_code
    session.add(order)
    session.flush()
    if order.state == "paid" and order.purse is not None:
        move(session, order.purse, reference, kind, amount, at)
        switch(session, order, kind, -amount, -fee_fen(amount) if kind == "void" else 0, at)
    return again(order)


def take_back(session: Session, reference: str, at: datetime) -> Decision:
    """Undo what the reference did, or close it; one that has not come yet is refused when it comes. 12 where part of it
    was given back already: undoing it would give that part twice."""
    order = session.get(WalletOrder, reference, with_for_update=True)
    if order is None:
        session.add(WalletOrder(reference=reference, kind="sale", state="closed", amount_fen=0, response=CLOSED, at=at))
        return Decision("00")
    if order.state == "paid":
        if given(session, reference)[1]:
            return Decision(CLOSED)
        assert order.purse is not None
        sign = 1 if order.kind == "sale" else -1
        move(session, order.purse, reference, "reversal", sign * order.amount_fen, at)
        fee = {"sale": fee_fen(order.amount_fen), "void": -fee_fen(order.amount_fen), "refund": 0}[order.kind]
        switch(session, order, "reversal", -sign * order.amount_fen, -fee, at)
    order.state, order.settles_at = "closed", None
    return Decision("00")


def given(session: Session, original: str) -> tuple[int, int]:
    """What was given back of an order: fen, and in how many voids and refunds."""
    total, times = session.execute(
        select(func.coalesce(func.sum(WalletOrder.amount_fen), 0), func.count()).where(
            WalletOrder.original == original, WalletOrder.state == "paid"
        )
    ).one()
    return int(total), times
