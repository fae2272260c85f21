"""Dynamic data authentication and the signature it shares with CDA and fDDA. Source: EMV 4.4 Book 2, 6.5."""

from hashlib import sha1

from till.card.apdu import OK, internal_authenticate, split
from till.card.emv.certificates import recover
from till.card.emv.pdol import build, parse_dol
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse


def dda(state, key):
    """Step: have the card sign what the DDOL names and check it; its dynamic number becomes tag 9F4C. CardError."""
    ddol = state.data.get(0x9F49) or state.terms.ddol
    if 0x9F37 not in [tag for tag, _ in parse_dol(ddol, 0x9F49)]:
        raise CardError(0x9F49, 0, "list without the unpredictable number")
    covered = build(ddol, state.value, 0x9F49)
    answer, status = split((yield Apdu(internal_authenticate(covered))))
    if status != OK:
        raise CardError(0x9F4B, 0, "INTERNAL AUTHENTICATE: status %04X" % status)
    dynamic = signed_dynamic(_signature(answer), key, covered)
    state.own[0x9F4C] = dynamic_number(dynamic)


def signed_dynamic(signature, key, covered):
    """ICC dynamic data of a signed dynamic application data (tag 9F4B) that covers those bytes too. CardError."""
    plain = recover(signature, key, 0x9F4B)
    count = plain[3]
    if plain[1] != 5 or plain[2] != 1 or count > len(plain) - 25:
        raise CardError(0x9F4B, 1, "format, algorithm or length")
    hashed = sha1(plain[1:-21])
    hashed.update(covered)
    if hashed.digest() != plain[-21:-1]:
        raise CardError(0x9F4B, len(plain) - 21, "hash")
    return bytes(plain[4 : 4 + count])


def dynamic_number(dynamic):
    """The ICC dynamic number at the front of ICC dynamic data: 2 to 8 bytes after their length. CardError."""
    count = dynamic[0] if dynamic else 0
    if not 2 <= count <= 8 or count >= len(dynamic):
        raise CardError(0x9F4C, 0, "length")
    return dynamic[1 : 1 + count]


def _signature(answer):
    """Signed data of an answer in format 80, or 77 with tag 9F4B."""
    objects = parse(answer)
    if len(objects) == 1 and objects[0][0] == 0x80:
        return objects[0][1]
    if len(objects) == 1 and objects[0][0] == 0x77:
        for tag, value in parse(objects[0][1]):
            if tag == 0x9F4B:
                return value
    raise CardError(0x9F4B, 0, "missing")
