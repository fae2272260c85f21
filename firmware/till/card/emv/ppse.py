"""Combination selection over the PPSE. Source: EMV Contactless Book B, 3.3.2; Book 1, 12.2 and annex B."""

from micropython import const

from till.card.apdu import OK, select, split
from till.card.emv.aids import KERNELS
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse

PPSE = b"2PAY.SYS.DDF01"

_ENTRIES_MOST = const(16)
_LOWEST_PRIORITY = const(16)


class Candidate:
    """An application that both card and till have. aid: bytes as on the card. priority: 1 best to 16 none given."""

    def __init__(self, aid, priority, label):
        self.aid = aid
        self.priority = priority
        self.label = label


def select_ppse(aids):
    """Step: select the proximity payment environment. Returns candidates, best first. CardError "no-application"."""
    data, status = split((yield Apdu(select(PPSE))))
    if status != OK:
        raise CardError(0x84, 0, "no proximity payment environment, status %04X" % status, "no-application")
    found = candidates(data, aids)
    if not found:
        raise CardError(0x4F, 0, "no application of ours", "no-application")
    return found


def candidates(fci, aids):
    """Candidates of a PPSE's FCI (6F / A5 / BF0C / 61), best priority first, the card's order where it is equal."""
    found = []
    seen = 0
    for tag, entry in parse(_inside(_inside(_inside(fci, 0x6F), 0xA5), 0xBF0C)):
        if tag != 0x61:
            continue
        seen += 1
        if seen > _ENTRIES_MOST:
            raise CardError(0x61, 0, "more than %d entries" % _ENTRIES_MOST)
        candidate = _candidate(entry, aids)
        if candidate is None:
            continue
        place = len(found)
        while place and found[place - 1].priority > candidate.priority:
            place -= 1
        found.insert(place, candidate)
    return found


def _candidate(entry, aids):
    """The Candidate of a directory entry, or None where card and till do not match."""
    aid = label = b""
    priority = 0
    kernel = b"\x00"
    for tag, value in parse(entry):
        if tag == 0x4F:
            aid = value
        elif tag == 0x50:
            label = value
        elif tag == 0x87 and len(value) == 1:
            priority = value[0] & 0x0F
        elif tag == 0x9F2A and value:
            kernel = value
    if not 5 <= len(aid) <= 16 or not any(aid.startswith(own) for own in aids):
        return None
    # The upper two bits say how the kernel was assigned; 10 and 11 are domestic ones with numbers of their own.
    if kernel[0] & 0x80 or kernel[0] & 0x3F not in KERNELS:
        return None
    return Candidate(aid, priority or _LOWEST_PRIORITY, printable(label))


def printable(value):
    """A label (tag 50) as str of at most 16 printable ASCII characters."""
    return "".join(chr(byte) for byte in value[:16] if 0x20 <= byte < 0x7F)


def _inside(data, template):
    for tag, value in parse(data):
        if tag == template:
            return value
    raise CardError(template, 0, "template missing")
