"""What of a merchant's balance can be paid out, and which payments it is for."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, exists, func, select, true
from sqlalchemy.orm import Session

from host_sim.ledger.merchant_money import available, owed
from host_sim.store.schema import Payment, PayoutItem

SALES = ("sale", "offline")
ITEMS_MOST = 5_000


class Item(NamedTuple):
    """A payment to be listed by a payout. gross_fen: positive for a sale, negative for a refund; net_fen less fee."""

    payment_id: int
    gross_fen: int
    net_fen: int


@dataclass(frozen=True)
class Payable:
    """items: payments that no payout lists yet, oldest first. brought_fen: what else there is, a returned payout or the
    rest of one for a part; or, negative, what was taken since. available_fen: the most that may leave."""

    items: tuple[Item, ...]
    brought_fen: int
    available_fen: int

    @property
    def amount_fen(self) -> int:
        """What would be paid now, in fen; 0 where nothing is due."""
        return max(0, min(sum(item.net_fen for item in self.items) + self.brought_fen, self.available_fen))

    def part(self, amount_fen: int) -> "Payable":
        """The same with only as many items as make up amount_fen. The last may be paid in part: its rest is brought."""
        so_far, taken = self.brought_fen, []
        for item in self.items:
            if so_far >= amount_fen:
                break
            taken.append(item)
            so_far += item.net_fen
        return Payable(tuple(taken), self.brought_fen, self.available_fen)


def gross_column() -> ColumnElement[int]:
    """What one payment moves, in fen: a sale in, a refund out."""
    return case((Payment.kind.in_(SALES), Payment.amount_fen), else_=-Payment.amount_fen)


def net_column() -> ColumnElement[int]:
    """What one payment brings the merchant, in fen: a sale less its fee, a refund taken with its fee back."""
    return gross_column() - func.coalesce(Payment.fee_fen, 0)


def payable(session: Session, merchant_id: int, family: str | None = None) -> Payable:
    """What can be paid out to a merchant now, of one family of payments or of all. At most ITEMS_MOST items."""
    session.flush()
    connection, of = session.connection(), {"merchant_id": merchant_id}
    standing_fen = available(session, merchant_id)
    brought_fen = standing_fen - owed(session, merchant_id) - int(connection.scalar(_LISTED_LATER, of) or 0)
    items = tuple(Item(id_, int(gross), int(net)) for id_, gross, net in connection.execute(_ITEMS[family], of))
    return Payable(items, brought_fen, max(0, standing_fen))


_UNLISTED = (
    Payment.merchant_id == bindparam("merchant_id"),
    Payment.state == "approved",
    (Payment.kind == "refund") | (Payment.kind.in_(SALES) & Payment.matured_at.is_not(None)),
    ~exists().where(PayoutItem.payment_id == Payment.id),
)
"""Payments that are in merchant_available and in no payout: matured sales, and refunds."""
_WALLET = Payment.card_class == "wallet"
_LISTED_LATER = select(func.coalesce(func.sum(net_column()), 0)).where(*_UNLISTED)
_ITEMS = {
    family: select(Payment.id, gross_column(), net_column())
    .where(*_UNLISTED, condition)
    .order_by(Payment.settlement_date, Payment.id)
    .limit(ITEMS_MOST)
    for family, condition in ((None, true()), ("card", ~_WALLET), ("wallet", _WALLET))
}
