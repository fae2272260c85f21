"""The downloads 390 and 391: a newer version of the till, what it is, then its body part by part.

F62 of 390: board, base image, version, parted by blanks; of its answer `0` nothing newer, or `1`, header and signature.
F62 of 391: name (16 hex digits) and offset (8 digits); of its answer `2` or, with the last bytes, `3` and the bytes
from there on; `0` where there is nothing such.
"""

from host_sim.acquirer.request import APPROVED, Reply
from host_sim.acquirer.updates import NAME_BYTES, PART_BYTES, Offers, number_of

NOTHING, ALL, MORE, LAST = b"0", b"1", b"2", b"3"
OFFSET_DIGITS = 8


def offer(updates: Offers, asked: bytes) -> Reply:
    """The newest for such a till."""
    board, _, rest = asked.decode("ascii", "replace").partition(" ")
    base, _, version = rest.partition(" ")
    number = number_of(version)
    if number is None:
        return Reply("30")
    found = updates.best(board, base, number)
    return Reply(APPROVED, {62: NOTHING if found is None else ALL + found.header() + found.signature})


def part(updates: Offers, asked: bytes) -> Reply:
    """The same however often it is asked."""
    name, offset = asked[: 2 * NAME_BYTES].decode("ascii", "replace"), asked[2 * NAME_BYTES :]
    if len(offset) != OFFSET_DIGITS or not offset.isdigit():
        return Reply("30")
    found = updates.named(name)
    body = found.body[int(offset) : int(offset) + PART_BYTES] if found is not None else b""
    if found is None or not body:
        return Reply(APPROVED, {62: NOTHING})
    return Reply(APPROVED, {62: (LAST if int(offset) + len(body) == len(found.body) else MORE) + body})
