"""Check a card after a power cut: what its counter and its balance say. Source: EMV 4.4 Book 3, 6.5.7 (GET DATA);
JR/T 0025.13 (electronic cash balance, tag 9F79); EMV Contactless Book C-7 (tag 9F5D)."""

from till.card.apdu import OK, get_data, split
from till.card.emv.account import digits
from till.card.emv.ppse import select_ppse
from till.card.emv.pse import build_candidates
from till.card.emv.requests import Apdu
from till.card.emv.select import final_select
from till.card.errors import CardError
from till.card.tlv import parse

_BALANCES = (0x9F5D, 0x9F79)


def check_card(aids, contact):
    """Steps: (aid, atc, available_fen) of the first application that opens; atc and available_fen are None where the
    card does not tell. No payment begins: the counter does not move. contact: bool. CardError."""
    if contact:
        found, _ = yield from build_candidates(aids)
    else:
        found = yield from select_ppse(aids)
    for candidate in found:
        application = yield from final_select(candidate)
        if application is None:
            continue
        counter = yield from _get(0x9F36)
        atc = counter[0] << 8 | counter[1] if counter is not None and len(counter) == 2 else None
        available_fen = None
        for tag in _BALANCES:
            value = yield from _get(tag)
            if value is not None and len(value) == 6:
                available_fen = int(digits(tag, value) or "0")
                break
        return application.aid, atc, available_fen
    raise CardError(0x4F, 0, "no application of ours opens", "no-application")


def _get(tag):
    data, status = split((yield Apdu(get_data(tag))))
    if status != OK:
        return None
    objects = parse(data)
    return objects[0][1] if len(objects) == 1 and objects[0][0] == tag else None
