"""A contactless UnionPay payment (qPBOC, kernel 7), from the PPSE to the cryptogram, in order."""

from till.card.card_read import CardRead
from till.card.emv.aids import UNIONPAY
from till.card.emv.gpo import MANDATORY, initiate
from till.card.emv.outcome import cryptogram_type, cvm_results, decide
from till.card.emv.pdol import build
from till.card.emv.ppse import select_ppse
from till.card.emv.preprocessing import preprocess
from till.card.emv.read_records import read_records
from till.card.emv.select import final_select
from till.card.errors import CardError
from till.card.track import parse_track2

# Field 55 of the request, in its order.
_DE55 = (
    0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36, 0x95, 0x9A, 0x9C, 0x9F02, 0x5F2A,
    0x82, 0x9F1A, 0x9F03, 0x9F33, 0x9F34, 0x9F35, 0x9F1E, 0x84, 0x9F09, 0x9F41,
)  # fmt: skip


def contactless(transaction, aids=UNIONPAY):
    """Steps of one tap. Yields Apdu requests, returns CardRead for a payment that goes online, else CardError."""
    terms = preprocess(transaction)
    for candidate in (yield from select_ppse(aids)):
        application = yield from final_select(candidate)
        if application is None:
            continue
        data = yield from initiate(build(application.pdol, terms.value))
        if data is None:
            continue
        yield from read_records(data)
        if data.get(0x9F26) is None:  # the answer of a contact application, which has no cryptogram at this point
            raise CardError(0x9F26, 0, "the application is not for contactless", "use-other")
        data.need(MANDATORY)
        return _card_read(application, data, terms, decide(data, terms))
    raise CardError(0x4F, 0, "the card refused each application", "no-application")


def _card_read(application, data, terms, cvm):
    track = parse_track2(data.get(0x57))
    pan = data.get(0x5A)
    if pan is not None and _digits(0x5A, pan) != track.pan:
        raise CardError(0x5A, 0, "account number differs from track 2")
    psn = _digits(0x5F34, data.get(0x5F34) or b"\x00")
    if len(psn) != 2:
        raise CardError(0x5F34, 0, "not two digits")
    card = CardRead()
    card.entry = "C"
    card.pan = track.pan
    card.psn = "0" + psn
    card.expiry = track.expiry
    card.track2 = track.digits
    card.aid = application.aid
    card.label = application.label
    card.cvm = cvm
    card.atc = data.get(0x9F36)
    card.arqc = data.get(0x9F26)
    card.iad = data.get(0x9F10)
    card.tvr = terms.tvr
    card.tsi = terms.tsi
    card.de55 = _field_55(application, data, terms, cvm)
    return card


def _field_55(application, data, terms, cvm):
    objects = []
    for tag in _DE55:
        if tag == 0x84:
            value = application.aid
        elif tag == 0x9F34:
            value = cvm_results(cvm)
        elif tag == 0x9F27:
            value = bytes((cryptogram_type(data),))
        else:
            value = terms.value(tag)
            if value is None:
                value = data.get(tag)
        if value is not None:
            objects.append((tag, value))
    return objects


def _digits(tag, value):
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
