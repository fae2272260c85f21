"""F48 of a settlement: 62 digits, domestic then foreign cards.

Each scheme: debit amount 12, debit count 3, credit amount 12, credit count 3, flag 1 (0 in a question).
"""

from dataclasses import asdict, dataclass
from typing import Any

SCHEMES = ("domestic", "foreign")
MATCH, MISMATCH, ERROR = "1", "2", "3"
_SCHEME_DIGITS = 31
_MOST_COUNT = 999


class TotalsError(ValueError):
    """An F48 that is not settlement totals. args: reason."""


@dataclass(frozen=True)
class SchemeTotals:
    """Of one scheme: amounts in fen and how many."""

    debit_fen: int = 0
    debit_count: int = 0
    credit_fen: int = 0
    credit_count: int = 0


@dataclass(frozen=True)
class Totals:
    """Of a batch."""

    domestic: SchemeTotals = SchemeTotals()
    foreign: SchemeTotals = SchemeTotals()

    def stored(self) -> dict[str, Any]:
        """For the store."""
        return asdict(self)

    @classmethod
    def restored(cls, data: dict[str, Any]) -> "Totals":
        return cls(*(SchemeTotals(**data[scheme]) for scheme in SCHEMES))

    def flags(self, other: "Totals") -> str:
        """A digit a scheme: 1 where both agree, 2 where not."""
        pairs = ((self.domestic, other.domestic), (self.foreign, other.foreign))
        return "".join(MATCH if mine == theirs else MISMATCH for mine, theirs in pairs)


def read_totals(digits: str) -> Totals:
    """A question's totals.

    >>> read_totals("000000012345" + "002" + "000000000000" + "000" + "0" + "0" * 31).domestic.debit_fen
    12345
    """
    if len(digits) != 2 * _SCHEME_DIGITS:
        raise TotalsError("is not 62 digits")
    parts = (digits[:_SCHEME_DIGITS], digits[_SCHEME_DIGITS:])
    return Totals(*(SchemeTotals(int(p[:12]), int(p[12:15]), int(p[15:27]), int(p[27:30])) for p in parts))


def write_totals(totals: Totals, flags: str) -> str:
    """An answer's F48. Counts over 999 have no room and show as 999."""
    return "".join(
        f"{one.debit_fen:012d}{min(one.debit_count, _MOST_COUNT):03d}"
        f"{one.credit_fen:012d}{min(one.credit_count, _MOST_COUNT):03d}{flag}"
        for one, flag in zip((totals.domestic, totals.foreign), flags, strict=True)
    )
