"""GENERATE AC, first and second. Source: EMV 4.4 Book 3, 6.5.5, 9 and 10.8; Book 2, 6.6 (CDA)."""

from hashlib import sha1

from micropython import const

from till.card.apdu import OK, generate_ac, split
from till.card.emv import tvr
from till.card.emv.cda import cda
from till.card.emv.outcome import AAC, ARQC, TC
from till.card.emv.pdol import build, parse_dol
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse

CDOL1 = const(0x8C)
CDOL2 = const(0x8D)
_CDA_REQUESTED = const(0x10)
_TC_HASH = const(0x98)
_CRYPTOGRAM = (0x9F27, 0x9F36, 0x9F26, 0x9F10)


def first_or_second_generate_ac(state, kind, cdol):
    """Step: ask for a cryptogram; cdol: CDOL1 or CDOL2. Returns the type given: AAC, ARQC or TC. Its tags are then in
    state.data. A CDA that fails marks TVR. CardError when the card breaks off or gives more than was asked for."""
    with_cda = state.icc_key is not None and kind != AAC
    wanted = state.data.get(cdol)
    if _TC_HASH in [tag for tag, _ in parse_dol(wanted, cdol)]:
        _tc_hash(state)
    values = build(wanted, state.value, cdol)
    state.cdol_data += values
    answer, status = split((yield Apdu(generate_ac(kind | _CDA_REQUESTED if with_cda else kind, values))))
    tvr.raise_bit(state.tsi, tvr.CARD_RISK_MANAGEMENT_PERFORMED)
    if status != OK:
        raise CardError(0x9F27, 0, "GENERATE AC: status %04X" % status)
    objects = _objects(answer)
    given = _type(objects, kind, cdol)
    if with_cda and given != AAC:
        try:
            objects.append((0x9F26, cda(state, objects)))
        except CardError:
            tvr.raise_bit(state.tvr, tvr.CDA_FAILED)
    for tag, value in objects:
        if tag in _CRYPTOGRAM:
            state.data.put(tag, value)
    if state.data.get(0x9F36) is None:
        raise CardError(0x9F36, 0, "missing")
    return given


def _objects(answer):
    """(tag, value) of an answer in format 80 (type, counter, cryptogram, issuer's data without tags) or 77."""
    outer = parse(answer)
    if len(outer) == 1 and outer[0][0] == 0x77:
        return parse(outer[0][1])
    if len(outer) != 1 or outer[0][0] != 0x80:
        raise CardError(0x77, 0, "neither format 77 nor 80")
    value = outer[0][1]
    if len(value) < 11:
        raise CardError(0x80, 0, "length %d" % len(value))
    objects = [(0x9F27, value[:1]), (0x9F36, value[1:3]), (0x9F26, value[3:11])]
    return objects + [(0x9F10, value[11:])] if len(value) > 11 else objects


def _type(objects, asked, cdol):
    """The cryptogram type, which may be the one asked for or a lower one (Book 3, 10.8, table of responses)."""
    seen = []
    information = None
    for tag, value in objects:
        if tag in seen:
            raise CardError(tag, 0, "given twice")
        seen.append(tag)
        if tag == 0x9F27 and len(value) == 1:
            information = value[0]
    if information is None:
        raise CardError(0x9F27, 0, "missing")
    given = information & 0xC0
    order = (AAC, ARQC, TC)
    if given not in order or order.index(given) > order.index(asked) or (cdol == CDOL2 and given == ARQC):
        raise CardError(0x9F27, 0, "type %02X where %02X was asked for" % (given, asked))
    if 0x9F26 not in seen and 0x9F4B not in seen:
        raise CardError(0x9F26, 0, "missing")
    return given


def _tc_hash(state):
    """Book 3, 9.2.2: the hash over what the TDOL names becomes tag 98; the till's own list leaves a mark."""
    tdol = state.data.get(0x97)
    if tdol is None:
        tdol = state.terms.tdol
        tvr.raise_bit(state.tvr, tvr.DEFAULT_TDOL_USED)
    state.own[_TC_HASH] = sha1(build(tdol, state.value, 0x97)).digest()
