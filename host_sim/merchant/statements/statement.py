"""What a statement is, in plain values: whose it is, what was there, what moved, what is there."""

from dataclasses import dataclass
from datetime import date, datetime

KINDS = (
    "sale", "offline", "void", "refund", "reversal", "chargeback", "adjustment", "payout", "payout_returned",
)  # fmt: skip


class StatementError(Exception):
    """A statement that cannot be made. args: which, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


@dataclass(frozen=True)
class Holder:
    """Whose statement it is. account: where it is paid to, masked, "" where none is on file."""

    number: str
    name: str
    name_en: str
    language: str
    zone: str
    account: str


@dataclass(frozen=True)
class Balances:
    """A merchant's money in fen: not matured, ready to be paid out, held back, and what it owes."""

    pending_fen: int
    available_fen: int
    held_fen: int
    owed_fen: int

    @property
    def total_fen(self) -> int:
        return self.pending_fen + self.available_fen + self.held_fen - self.owed_fen


@dataclass(frozen=True)
class Movement:
    """What one thing did to the merchant's money on one business day.

    gross_fen: positive in its favour; fee_fen: positive where it pays, negative where it gets one back. Of a payment:
    its voucher number, terminal, masked card, card class, reference number and settlement date. Else these are empty.
    """

    day: date
    at: datetime
    kind: str
    reference: str
    gross_fen: int
    fee_fen: int
    voucher: str = ""
    terminal: str = ""
    card: str = ""
    card_class: str = ""
    rrn: str = ""
    settles: date | None = None

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.fee_fen


@dataclass(frozen=True)
class Total:
    """All movements of one kind."""

    kind: str
    count: int
    gross_fen: int
    fee_fen: int

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.fee_fen


@dataclass(frozen=True)
class Statement:
    """first to last: business days, both included. final: nothing more can be posted in them."""

    holder: Holder
    first: date
    last: date
    made_at: datetime
    final: bool
    opening: Balances
    closing: Balances
    movements: tuple[Movement, ...]

    @property
    def number(self) -> str:
        """The same statement has the same number whenever it is made."""
        return f"{self.holder.number}-{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def totals(self) -> tuple[Total, ...]:
        """By kind, in the order of KINDS; kinds that did not occur are left out."""
        found = []
        for kind in KINDS:
            of_kind = [each for each in self.movements if each.kind == kind]
            if of_kind:
                gross_fen, fee_fen = sum(each.gross_fen for each in of_kind), sum(each.fee_fen for each in of_kind)
                found.append(Total(kind, len(of_kind), gross_fen, fee_fen))
        return tuple(found)
