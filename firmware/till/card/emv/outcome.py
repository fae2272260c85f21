"""Outcome of a contactless transaction. Source: EMV Contactless Book C-7 and Book C-3 (CTQ); EMV 4.4 Book 3, 6.5.5.

What the card decided is in the cryptogram information data (9F27) or, where the card leaves that out, in the card
verification results of the issuer application data (9F10); how its owner is to be verified, in the CTQ (9F6C).
"""

from micropython import const

from till.card.emv.preprocessing import ONLINE_PIN_SUPPORTED
from till.card.errors import CardError

AAC = const(0x00)
TC = const(0x40)
ARQC = const(0x80)

_CTQ_ONLINE_PIN = const(0x80)  # byte 1


def cryptogram_type(data):
    """AAC, TC or ARQC: bits 8 and 7 of 9F27, else bits 6 and 5 of CVR byte 2 in 9F10 (length, DKI, CVN, CVR)."""
    information = data.get(0x9F27)
    if information is not None:
        kind = information[0] & 0xC0
    else:
        kind = (data.get(0x9F10)[4] & 0x30) << 2
    if kind == 0xC0:
        raise CardError(0x9F27, 0, "cryptogram type is reserved")
    return kind


def decide(data, terms):
    """Returns the cvm of a payment that goes online: "none" or "online-pin". CardError "declined", "use-other"."""
    kind = cryptogram_type(data)
    if kind == AAC:
        raise CardError(0x9F27, 0, "the card declined", "declined")
    if kind == TC:
        # An approval by the card counts only with fDDA, which this till does not do: its TTQ says so.
        raise CardError(0x9F27, 0, "offline approval without offline authentication", "use-other")
    ctq = data.get(0x9F6C)
    if terms.cvm_required or (ctq is not None and ctq[0] & _CTQ_ONLINE_PIN):
        if not terms.ttq[0] & ONLINE_PIN_SUPPORTED:
            raise CardError(0x9F6C, 0, "the card wants a PIN and the till has no PIN entry", "use-other")
        return "online-pin"
    return "none"


def cvm_results(cvm):
    """Tag 9F34 (Book 4, A4): PIN enciphered online, result unknown here; or no CVM required, successful."""
    return b"\x02\x00\x00" if cvm == "online-pin" else b"\x1f\x00\x02"
