"""What a batch comes to, per type: counts, amounts and fees of the payments filed in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.store.schema import Batch, Payment

KINDS = ("sale", "offline", "void", "refund")


@dataclass(frozen=True)
class Row:
    """Payments of one kind: how many, and their amounts added up (always positive)."""

    kind: str
    count: int
    amount_fen: int


@dataclass(frozen=True)
class Figures:
    """A batch in figures. A voided sale stays among the sales, its void takes it off again.

    gross_fen = sales and offline sales less voids and refunds; net_fen = gross_fen - fee_fen.
    """

    rows: tuple[Row, ...]
    gross_fen: int
    fee_fen: int

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.fee_fen


def filed_payments(session: Session, batch: Batch) -> Sequence[Payment]:
    """The payments that count in a batch, oldest first: approved ones, and sales whose void stands."""
    return session.scalars(
        select(Payment)
        .where(
            Payment.terminal_id == batch.terminal_id,
            Payment.filed_batch == batch.number,
            Payment.state.in_(("approved", "voided")),
        )
        .order_by(Payment.id)
    ).all()


def figures(payments: Sequence[Payment]) -> Figures:
    """Add up payments of one batch."""
    rows = []
    for kind in KINDS:
        amounts = [payment.amount_fen for payment in payments if payment.kind == kind]
        rows.append(Row(kind, len(amounts), sum(amounts)))
    sale, offline, void, refund = (row.amount_fen for row in rows)
    # A voided sale's fee is mirrored away with it: only payments that stand are charged.
    fees = [payment.fee_fen or 0 for payment in payments if payment.state == "approved" and payment.kind != "void"]
    return Figures(tuple(rows), sale + offline - void - refund, sum(fees))
