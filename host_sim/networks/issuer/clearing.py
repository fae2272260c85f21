"""The card network's clearing from the issuer's own movements: what it took from cards, it owes whom they paid."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from host_sim.networks.clearing.item import ClearingItem
from host_sim.networks.issuer.schema import Authorisation, Movement

ROWS_AT_ONCE = 5_000
OPENING = "opening"


def issued_items(
    engine: Engine, first: datetime, end: datetime, fee_fen: Callable[[str, int], int] = lambda kind, amount_fen: 0
) -> Iterator[ClearingItem]:
    """Movements from first (included) to end, by reference. A payment that was taken back in the same window is left
    out, one of an earlier window is a reversal. fee_fen(kind, amount_fen): what the network keeps.
    """
    amount = func.sum(-Movement.amount_fen)
    statement = (
        select(Movement.reference, func.min(Movement.kind), amount, Authorisation.auth_code, func.min(Movement.at))
        .outerjoin(Authorisation, Authorisation.reference == Movement.reference)
        .where(Movement.kind != OPENING, Movement.at >= first, Movement.at < end)
        .group_by(Movement.reference, Authorisation.auth_code)
        .having(amount != 0)
        .order_by(Movement.reference)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with Session(engine) as session:
        for reference, kind, amount_fen, auth_code, at in session.execute(statement):
            fee = fee_fen(kind, int(amount_fen))
            yield ClearingItem(reference, kind, int(amount_fen), fee, auth_code or "", "", 0, at)


def first_issued(engine: Engine) -> datetime | None:
    """When the first movement was, None before."""
    with Session(engine) as session:
        return session.scalar(select(func.min(Movement.at)).where(Movement.kind != OPENING))


def network_fee(basis_points: int) -> Callable[[str, int], int]:
    """What a network keeps: basis points of a sale, half up; what takes it back gives them back, a refund does not."""

    def fee_fen(kind: str, amount_fen: int) -> int:
        kept = (abs(amount_fen) * basis_points + 5_000) // 10_000
        return 0 if kind == "refund" else kept if amount_fen > 0 else -kept

    return fee_fen
