"""Combination selection over the PPSE. Source: EMV Contactless Book B, 3.3.2; Book 1, 12.2 and annex B."""

from till.card.apdu import OK, select, split
from till.card.emv.aids import KERNELS
from till.card.emv.candidates import MOST, candidate_of, insert, inside
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse

PPSE = b"2PAY.SYS.DDF01"


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
    for tag, entry in parse(inside(inside(inside(fci, 0x6F), 0xA5), 0xBF0C)):
        if tag != 0x61:
            continue
        seen += 1
        if seen > MOST:
            raise CardError(0x61, 0, "more than %d entries" % MOST)
        candidate = candidate_of(parse(entry), aids)
        # The upper two bits say how the kernel was assigned; 10 and 11 are domestic ones with numbers of their own.
        if candidate and not candidate.kernel[0] & 0x80 and candidate.kernel[0] & 0x3F in KERNELS:
            insert(found, candidate)
    return found
