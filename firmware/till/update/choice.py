"""Which update the till starts with: the newest that this board has accepted, that is whole, and that may still try or
has come up."""

from till.keys.derive import derive
from till.update.slot import TRIALS

PARTITIONS = ("update-a", "update-b")
_PURPOSE = "update"


def key_of(secret):
    """The key under which a board remembers what it has accepted."""
    return derive(secret, _PURPOSE)


def chosen(slots, key, base):
    """Index of a slot, None where the base image runs alone. base: its identity, asked for only when it matters: a
    function."""
    found = []
    for number, slot in enumerate(slots):
        header = slot.header()
        if header is None or not slot.is_accepted(key) or slot.is_bad():
            continue
        if slot.is_good() or slot.trials() < TRIALS:
            found.append((header.version, number, header.base))
    for _, number, made_for in sorted(found, reverse=True):
        if made_for == base() and slots[number].is_whole():
            return number
    return None
