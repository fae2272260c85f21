"""Final application selection. Source: EMV Contactless Book B, 3.3.3; EMV 4.4 Book 1, 11.3.4 and 12.4."""

from till.card.apdu import OK, select, split
from till.card.emv.ppse import printable
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse


class Application:
    """A selected application. aid: DF name (tag 84). label: str. pdol: bytes of tag 9F38, b"" where it has none."""

    def __init__(self, aid, label, pdol):
        self.aid = aid
        self.label = label
        self.pdol = pdol


def final_select(candidate):
    """Step: select one candidate. Returns Application, or None when the card refuses it and the next one is due."""
    data, status = split((yield Apdu(select(candidate.aid))))
    if status != OK:
        return None
    return application(data, candidate)


def application(fci, candidate):
    """Application of an ADF's FCI (6F: 84, A5: 50, 9F38). CardError."""
    objects = parse(fci)
    if len(objects) != 1 or objects[0][0] != 0x6F:
        raise CardError(0x6F, 0, "answer is no FCI template")
    name = proprietary = None
    for tag, value in parse(objects[0][1]):
        if tag == 0x84 and name is None:
            name = value
        elif tag == 0xA5 and proprietary is None:
            proprietary = value
    if name is None or not name.startswith(candidate.aid) or len(name) > 16:
        raise CardError(0x84, 0, "not the application selected")
    if proprietary is None:
        raise CardError(0xA5, 0, "template missing")
    label = candidate.label
    pdol = b""
    for tag, value in parse(proprietary):
        if tag == 0x50:
            label = printable(value) or label
        elif tag == 0x9F38:
            pdol = value
    return Application(name, label, pdol)
