"""What becomes of one order: paid or declined, each once; and what is written down for clearing."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.networks.clearing.switched import Switched
from host_sim.networks.issuer import Decision
from host_sim.networks.wallet.schema import Purse, PurseMovement, WalletOrder

CHANNEL = "wallets"
"""What the acquirer calls the house: whose clearing file it is."""
FEE_BASIS_POINTS = 20
NO_FUNDS, CLOSED = "51", "12"


def fee_fen(amount_fen: int) -> int:
    """What the house keeps of a payment, half up."""
    return (amount_fen * FEE_BASIS_POINTS + 5_000) // 10_000


def again(order: WalletOrder) -> Decision:
    """The answer that an order's reference gets, as often as it is asked for."""
    if order.state == "closed":
        return Decision(CLOSED, wallet=order.purse.wallet if order.purse else "")
    if order.purse is None:
        return Decision(order.response, order.auth_code)
    return Decision(order.response, order.auth_code, balance_fen=order.purse.balance_fen, wallet=order.purse.wallet)


def pay(session: Session, order: WalletOrder, at: datetime) -> None:
    """Take the money of an asking order, if it is there."""
    purse = order.purse
    assert purse is not None and order.state == "asking"
    if purse.balance_fen < order.amount_fen:
        decline(order, NO_FUNDS)
        return
    order.state, order.response, order.settles_at = "paid", "00", None
    order.auth_code = f"{(session.scalar(select(func.max(PurseMovement.id))) or 0) + 1:06d}"[-6:]
    move(session, purse, order.reference, "sale", -order.amount_fen, at)
    switch(session, order, "sale", order.amount_fen, fee_fen(order.amount_fen), at)


def decline(order: WalletOrder, response: str) -> None:
    """No money moves, now or later."""
    order.state, order.response, order.settles_at = "declined", response, None


def settle_due(session: Session, order: WalletOrder, now: datetime) -> None:
    """A slow payment whose time has come."""
    if order.state == "asking" and order.settles_at is not None and order.settles_at <= now:
        pay(session, order, now)


def move(session: Session, purse: Purse, reference: str, kind: str, amount_fen: int, at: datetime) -> None:
    """Money to (positive) or from a purse."""
    purse.balance_fen += amount_fen
    session.add(PurseMovement(purse_id=purse.id, reference=reference, kind=kind, amount_fen=amount_fen, at=at))
    session.flush()


def switch(session: Session, order: WalletOrder, kind: str, amount_fen: int, fee: int, at: datetime) -> None:
    """A row in the house's own book of what it has switched: it clears from that."""
    session.add(
        Switched(
            reference=order.reference,
            kind=kind,
            amount_fen=amount_fen,
            fee_fen=fee,
            auth_code=order.auth_code or "",
            at=at,
        )
    )
