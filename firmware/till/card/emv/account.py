"""Who pays, out of the card's data. Source: EMV 4.4 Book 3, annex A (57, 5A, 5F24, 5F34)."""

from till.card.emv.select import language_of
from till.card.errors import CardError
from till.card.track import parse_track2


def describe(card, state):
    """Fill in a CardRead: account, expiry, application, language. CardError where the card contradicts itself."""
    data = state.data
    track = parse_track2(data.get(0x57))
    pan = data.get(0x5A)
    if pan is not None and digits(0x5A, pan) != track.pan:
        raise CardError(0x5A, 0, "account number differs from track 2")
    psn = digits(0x5F34, data.get(0x5F34) or b"\x00")
    if len(psn) != 2:
        raise CardError(0x5F34, 0, "not two digits")
    card.pan = track.pan
    card.psn = "0" + psn
    card.expiry = track.expiry
    card.track2 = track.digits
    card.aid = state.application.aid
    card.label = state.application.label
    card.language = language_of(state.application.language) or card.language  # the application's, else the directory's
    available = data.get(0x9F5D)
    if available is not None:
        card.available_fen = int(digits(0x9F5D, available) or "0")


def results(card, state):
    """Fill in what the steps found out so far."""
    card.cvm = state.cvm
    card.tvr = bytes(state.tvr)
    card.tsi = bytes(state.tsi)
    card.atc = state.data.get(0x9F36) or b""
    card.arqc = state.data.get(0x9F26) or b""
    card.iad = state.data.get(0x9F10) or b""


def digits(tag, value):
    """Packed digits as str; padding F is left out. CardError for another letter, without it."""
    out = ""
    for offset in range(len(value)):
        for nibble in (value[offset] >> 4, value[offset] & 0x0F):
            if nibble == 0x0F:
                continue
            if nibble > 9:
                raise CardError(tag, offset, "not a digit")
            out += chr(0x30 + nibble)
    return out
