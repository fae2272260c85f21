"""One line of a clearing file, whatever its format."""

from datetime import date, datetime
from typing import NamedTuple

KINDS = ("sale", "void", "refund", "reversal", "chargeback")
ITEMS_MOST = 20_000_000
REFERENCE_LENGTH = 32


class ClearingError(Exception):
    """A clearing file that cannot be read or written. args: line (0: the whole file), field, reason and what to do."""

    def __str__(self) -> str:
        line, field, reason = self.args
        return f"line {line}: {field}: {reason}" if line else f"{field}: {reason}"


class ClearingItem(NamedTuple):
    """What the channel owes for one payment: amount_fen, negative where it takes money back, less fee_fen.

    reference: the acquirer's, F37; of a chargeback the channel's case number. terminal and trace: as the channel was
    told them, "" and 0 where it was not. at: aware, by the channel's clock. No card number is in a clearing file.
    """

    reference: str
    kind: str
    amount_fen: int
    fee_fen: int
    auth_code: str
    terminal: str
    trace: int
    at: datetime

    @property
    def net_fen(self) -> int:
        """What is paid for it."""
        return self.amount_fen - self.fee_fen


class FileHead(NamedTuple):
    """Whose file it is and which clearing day's."""

    channel: str
    day: date


class FileSums(NamedTuple):
    """What a file comes to: how many items, their amounts and fees in fen."""

    count: int = 0
    amount_fen: int = 0
    fee_fen: int = 0

    def with_item(self, item: ClearingItem) -> "FileSums":
        return FileSums(self.count + 1, self.amount_fen + item.amount_fen, self.fee_fen + item.fee_fen)

    @property
    def net_fen(self) -> int:
        """What the channel pays for the file; negative where it is owed."""
        return self.amount_fen - self.fee_fen


def check(item: ClearingItem, line: int) -> ClearingItem:
    """The item, if it can stand in a file. Raises ClearingError."""
    if item.kind not in KINDS:
        raise ClearingError(line, "kind", f"is one of {', '.join(KINDS)}")
    if not (0 < len(item.reference) <= REFERENCE_LENGTH and item.reference.isascii() and item.reference.isalnum()):
        raise ClearingError(line, "reference", f"is 1 to {REFERENCE_LENGTH} letters and digits")
    if item.amount_fen == 0 or (item.kind != "reversal" and (item.kind == "sale") != (item.amount_fen > 0)):
        raise ClearingError(line, "amount", "is positive for a sale and negative for what takes money back")
    if item.at.tzinfo is None:
        raise ClearingError(line, "time", "has no zone: give an aware instant")
    return item
