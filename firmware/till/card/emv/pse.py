"""Building the candidate list of a contact card. Source: EMV 4.4 Book 1, 12.3.2 (PSE) and 12.3.3 (list of AIDs)."""

from micropython import const

from till.card.apdu import FILE_INVALIDATED, FUNCTION_NOT_SUPPORTED, OK, read_record, select, select_next, split
from till.card.emv.candidates import MOST, candidate_of, insert, inside
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import find, parse

PSE = b"1PAY.SYS.DDF01"

_RECORDS_MOST = const(10)
_NEXT_MOST = const(8)  # applications of the card under one partial name


def build_candidates(aids):
    """Step: (candidates, language preference bytes). CardError "blocked", "no-application"."""
    data, status = split((yield Apdu(select(PSE))))
    if status == FUNCTION_NOT_SUPPORTED:  # 12.3.2 step 1: the card is blocked or has no SELECT
        raise CardError(0x84, 0, "card blocked", "blocked")
    found = []
    language = b""
    if status == OK:
        try:
            found = yield from _directory(data, aids)
            language = find(data, 0x5F2D) or b""
        except CardError as error:
            if error.code != "bad-data":
                raise
            found = []  # 12.3.2: a directory with errors counts as none
    if not found:
        found = yield from list_of_aids(aids)
    if not found:
        raise CardError(0x4F, 0, "no application of ours", "no-application")
    return found, language


def _directory(fci, aids):
    """Step: the entries of the payment system directory, up to the record that is not there (6A83)."""
    sfi = find(inside(fci, 0x6F), 0x88)
    if sfi is None or len(sfi) != 1 or not 1 <= sfi[0] <= 10:
        raise CardError(0x88, 0, "no file identifier of a directory")
    found = []
    for record in range(1, _RECORDS_MOST + 1):
        data, status = split((yield Apdu(read_record(sfi[0], record))))
        if status != OK:
            break
        for tag, entry in parse(inside(data, 0x70)):
            if tag != 0x61:
                continue
            candidate = candidate_of(parse(entry), aids)
            if candidate:
                insert(found, candidate)
    return found


def list_of_aids(aids):
    """Step: candidates by asking for each of the till's names, and for the card's further ones where a part will do."""
    found = []
    blocked = 0
    for terms in aids:
        command = select(terms.name)
        for _ in range(_NEXT_MOST):
            data, status = split((yield Apdu(command)))
            if status == FUNCTION_NOT_SUPPORTED and command[3] == 0:
                raise CardError(0x84, 0, "card blocked", "blocked")
            if status not in (OK, FILE_INVALIDATED):
                break
            if status == FILE_INVALIDATED:
                blocked += 1
            name = _insert(found, data, terms, status) if len(found) < MOST else None
            if name is None or name == terms.name or terms.asi:
                break
            command = select_next(terms.name)
    if blocked and not found:
        raise CardError(0x84, 0, "application blocked", "blocked")
    return found


def _insert(found, fci, terms, status):
    """The name in an FCI, its candidate inserted unless it is blocked; None when there is no name in it."""
    try:
        objects = parse(inside(fci, 0x6F))
        for tag, value in list(objects):
            if tag == 0xA5:
                objects += parse(value)
    except CardError:
        return None
    for tag, value in objects:
        if tag == 0x84:
            candidate = candidate_of(objects, (terms,))
            if candidate and status == OK:
                insert(found, candidate)
            return value
    return None
