"""Outcome of a contactless transaction. Source: EMV Contactless Book C-7 and Book C-3 (CTQ); EMV 4.4 Book 3, 6.5.5.

What the card decided is in the cryptogram information data (9F27) or, where the card leaves that out, in the card
verification results of the issuer application data (9F10); how its owner is to be verified, in the CTQ (9F6C).
"""

from micropython import const

from till.card.emv.dates import with_century
from till.card.emv.preprocessing import CONTACT_SUPPORTED, ONLINE_PIN_SUPPORTED, SIGNATURE_SUPPORTED
from till.card.errors import CardError

AAC = const(0x00)
TC = const(0x40)
ARQC = const(0x80)

# CTQ byte 1
_CTQ_ONLINE_PIN = const(0x80)
_CTQ_SIGNATURE = const(0x40)
_CTQ_ONLINE_IF_ODA_FAILS = const(0x20)
_CTQ_OTHER_INTERFACE_IF_ODA_FAILS = const(0x10)
_CTQ_ONLINE_IF_EXPIRED = const(0x08)
_CTQ_VERIFIED_ON_DEVICE = const(0x80)  # byte 2

_RESULTS = {
    "none": b"\x1f\x00\x02",
    "online-pin": b"\x02\x00\x00",  # result unknown here
    "signature": b"\x1e\x00\x00",
    "device": b"\x01\x00\x02",  # consumer device CVM: as a PIN that the device checked
}


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


def decide(state, card, store):
    """Returns "online" or "approved" and sets state.cvm. CardError "declined", "use-other", "expired"."""
    kind = cryptogram_type(state.data)
    if kind == AAC:
        raise CardError(0x9F27, 0, "the card declined", "declined")
    state.cvm = cvm_of(state)
    return "online" if kind == ARQC else _offline(state, card, store)


def cvm_of(state):
    """How the owner is verified: "none", "device", "online-pin" or "signature". CardError "use-other"."""
    ctq = state.data.get(0x9F6C) or b"\x00\x00"
    if ctq[1] & _CTQ_VERIFIED_ON_DEVICE:
        return "device"
    if ctq[0] & _CTQ_ONLINE_PIN and state.ttq[0] & ONLINE_PIN_SUPPORTED:
        return "online-pin"
    if ctq[0] & _CTQ_SIGNATURE and state.ttq[0] & SIGNATURE_SUPPORTED:
        return "signature"
    if not state.cvm_required and not ctq[0] & _CTQ_ONLINE_PIN:
        return "none"
    # the till's own limit asks for one although the card names none that both have
    if state.ttq[0] & ONLINE_PIN_SUPPORTED:
        return "online-pin"
    if ctq[0] & _CTQ_ONLINE_PIN:
        raise CardError(0x9F6C, 0, "the card wants a PIN and the till has no PIN entry", "use-other")
    return "signature"


def _offline(state, card, store):
    """The card approved by itself. That counts only with fDDA, in date, not listed, within the till's caps."""
    from till.card.emv.fdda import fdda  # only the few taps that end so need it

    t = state.transaction
    ctq = state.data.get(0x9F6C) or b"\x00\x00"
    if store.listed(card.pan, card.psn):
        raise CardError(0x5A, 0, "on the exception file", "declined")
    if t.amount_fen > t.offline_most_fen or state.cvm == "online-pin":
        raise CardError(0x9F27, 0, "offline approval that the till did not ask for", "use-other")
    expiry = state.data.get(0x5F24)
    if expiry is not None and with_century(t.date) > with_century(expiry):
        if ctq[0] & _CTQ_ONLINE_IF_EXPIRED:
            return "online"
        raise CardError(0x5F24, 0, "out of date", "expired")
    try:
        fdda(state, card.pan, store)
    except CardError:
        if ctq[0] & _CTQ_ONLINE_IF_ODA_FAILS:
            return "online"
        if ctq[0] & _CTQ_OTHER_INTERFACE_IF_ODA_FAILS and state.ttq[0] & CONTACT_SUPPORTED:
            raise CardError(0x9F4B, 0, "authentication failed, insert the card", "use-other")
        raise CardError(0x9F4B, 0, "authentication failed", "declined")
    return "approved"


def cvm_results(cvm):
    """Tag 9F34 (Book 4, A4) of "none", "online-pin", "signature" or "device"."""
    return _RESULTS[cvm]
