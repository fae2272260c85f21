"""Final application selection. Source: EMV Contactless Book B, 3.3.3; EMV 4.4 Book 1, 11.3.4 and 12.4."""

from till.card.apdu import FILE_INVALIDATED, OK, select, split
from till.card.emv.candidates import printable
from till.card.emv.requests import Apdu, Choose
from till.card.errors import CardError
from till.card.tlv import parse

_LANGUAGES = (b"zh", b"en")


class Application:
    """A selected application. aid: DF name (tag 84). label: str. pdol: bytes of tag 9F38, b"" where it has none.
    language: bytes of tag 5F2D, two letters each."""

    def __init__(self, aid, label, pdol, language=b""):
        self.aid = aid
        self.label = label
        self.pdol = pdol
        self.language = language


def choose(found, language=""):
    """Step: take one candidate out of the list, by the cardholder's choice where there is one. CardError "cancelled".

    12.4: the best priority first. A list of one is asked about only when the card wants consent.
    """
    if len(found) == 1 and not found[0].confirm:
        return found.pop(0)
    labels = tuple([candidate.label or "%d" % (index + 1) for index, candidate in enumerate(found)])
    index = yield Choose(labels, language)
    if index is None:
        raise CardError(0x50, 0, "no application chosen", "cancelled")
    return found.pop(index)


def final_select(candidate):
    """Step: select one candidate. Returns Application, or None when the card refuses it and the next one is due."""
    data, status = split((yield Apdu(select(candidate.aid))))
    if status == FILE_INVALIDATED:
        candidate.blocked = True
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
    pdol = language = b""
    for tag, value in parse(proprietary):
        if tag == 0x50:
            label = printable(value) or label
        elif tag == 0x9F38:
            pdol = value
        elif tag == 0x5F2D:
            language = value
    return Application(name, label, pdol, language)


def language_of(preference):
    """The first language of a preference (tag 5F2D) that the till speaks, "" for none. Source: Book 4, 11.1."""
    for offset in range(0, len(preference) - 1, 2):
        two = bytes(preference[offset : offset + 2]).lower()
        if two in _LANGUAGES:
            return two.decode()
    return ""
