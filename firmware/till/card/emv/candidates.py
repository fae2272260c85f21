"""The candidate list. Source: EMV 4.4 Book 1, 12.2.3, 12.3 and 12.4; Contactless Book B, 3.3.2."""

from micropython import const

from till.card.errors import CardError
from till.card.tlv import parse

MOST = const(16)  # candidates, and entries of one directory
_LOWEST_PRIORITY = const(16)
_CONFIRM = const(0x80)
_LATIN_1 = b"\x01"  # issuer code table index that the till can show the printable part of


class Candidate:
    """An application that both card and till have.

    aid: bytes as on the card. priority: 1 best to 16 none given. label: str. terms: the till's Aid that matched.
    confirm: True when it must not be taken without the cardholder's consent. kernel: bytes of tag 9F2A.
    blocked: True once the card said so (6283) when it was to be selected.
    """

    def __init__(self, aid, priority, label, terms=None, confirm=False, kernel=b"\x00"):
        self.aid = aid
        self.priority = priority
        self.label = label
        self.terms = terms
        self.confirm = confirm
        self.kernel = kernel
        self.blocked = False


def candidate_of(objects, aids):
    """The Candidate of a directory entry or FCI, or None when the till has none of that name.

    objects: list of (tag, bytes) with 4F or 84, 50, 87, 9F12, 9F11, 9F2A. aids: tuple of Aid.
    """
    aid = label = preferred = table = b""
    priority = 0
    kernel = b"\x00"
    for tag, value in objects:
        if tag == 0x4F or tag == 0x84:
            aid = value
        elif tag == 0x50:
            label = value
        elif tag == 0x9F12:
            preferred = value
        elif tag == 0x9F11:
            table = value
        elif tag == 0x87 and len(value) == 1:
            priority = value[0]
        elif tag == 0x9F2A and value:
            kernel = value
    if not 5 <= len(aid) <= 16:
        return None
    for terms in aids:
        if terms.matches(aid):
            name = printable(preferred) if table == _LATIN_1 else ""
            name = name or printable(label)
            confirm = bool(priority & _CONFIRM)
            return Candidate(aid, priority & 0x0F or _LOWEST_PRIORITY, name, terms, confirm, kernel)
    return None


def insert(found, candidate):
    """Put a candidate in its place: best priority first, the card's order where it is equal; a name only once."""
    for other in found:
        if other.aid == candidate.aid:
            return
    if len(found) == MOST:
        raise CardError(0x61, 0, "more than %d applications" % MOST)
    place = len(found)
    while place and found[place - 1].priority > candidate.priority:
        place -= 1
    found.insert(place, candidate)


def printable(value):
    """A label (tag 50) as str of at most 16 printable ASCII characters."""
    return "".join(chr(byte) for byte in value[:16] if 0x20 <= byte < 0x7F)


def inside(data, template):
    """Value of the first object with that tag. CardError when there is none."""
    for tag, value in parse(data):
        if tag == template:
            return value
    raise CardError(template, 0, "template missing")
