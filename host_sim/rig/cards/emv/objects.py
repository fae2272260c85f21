"""What the card reads of a terminal's data: the values of a data object list, and TLV out of its own records."""

from collections.abc import Iterator

from host_sim.rig.cards.tlv import dol

Dol = tuple[tuple[int, int], ...]


def read_dol(entries: Dol, data: bytes) -> dict[int, bytes] | None:
    """The values by tag; None where the data is not as long as the list says."""
    if len(data) != sum(length for _, length in entries):
        return None
    values, at = {}, 0
    for tag, length in entries:
        values[tag], at = data[at : at + length], at + length
    return values


def dol_entries(written: bytes) -> Dol:
    """The pairs of a list as it is written on the card: 9F37 04 95 05."""
    entries, at = [], 0
    while at < len(written):
        size = _tag_size(written, at)
        entries.append((int.from_bytes(written[at : at + size], "big"), written[at + size]))
        at += size + 1
    assert dol(*entries) == written
    return tuple(entries)


def walk(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each object of well-formed TLV, one after another; templates are not entered."""
    at = 0
    while at < len(data):
        size = _tag_size(data, at)
        tag = int.from_bytes(data[at : at + size], "big")
        at += size
        length, at = (data[at + 1], at + 2) if data[at] == 0x81 else (data[at], at + 1)
        if data[at - 1] != length or at + length > len(data):
            raise ValueError("TLV is cut short")
        yield tag, data[at : at + length]
        at += length


def _tag_size(data: bytes, at: int) -> int:
    if data[at] & 0x1F != 0x1F:
        return 1
    return 2 if not data[at + 1] & 0x80 else 3
