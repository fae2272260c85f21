"""What a proof says."""

from typing import NamedTuple


class Proof(NamedTuple):
    """One proof. expected: counted from payments and payouts; found: the book; in fen.

    ok only if every account agrees by itself; where names the first that does not, or is "".
    """

    name: str
    expected: int
    found: int
    ok: bool
    where: str = ""
