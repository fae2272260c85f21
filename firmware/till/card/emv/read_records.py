"""Read application data. Source: EMV 4.4 Book 3, 10.2 (AFL, record rules, duplicates) and 10.3 (what ODA covers)."""

from micropython import const

from till.card.apdu import OK, read_record, split
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse

_RECORDS_MOST = const(32)
_SIGNED_MOST = const(2048)
_OWN_FILES = const(10)  # files 11 to 30 are the scheme's and the issuer's own: they may hold anything


def read_records(data, before_last=None):
    """Step: read the records named by the AFL (tag 94) of data into data: CardData. No AFL, no record. CardError.

    before_last(): called when the last record is about to be asked for, at once where there is none.
    """
    afl = data.get(0x94)
    named = [] if afl is None else files(afl)
    left = len(named)
    if before_last and not left:
        before_last()
    for sfi, record, signed in named:
        left -= 1
        if before_last and not left:
            before_last()
        answer, status = split((yield Apdu(read_record(sfi, record))))
        if status != OK:
            raise CardError(0x94, 0, "record %d of file %d: status %04X" % (record, sfi, status))
        objects = _objects(answer, sfi, record)
        if objects is not None:
            data.add(parse(objects))
        if signed and data.signed is not None:
            _sign(data, answer, objects, sfi)


def _objects(answer, sfi, record):
    """The inside of a record template; None in a file that need not have one."""
    try:
        found = parse(answer)
        if len(found) == 1 and found[0][0] == 0x70:
            return found[0][1]
    except CardError:
        if sfi <= _OWN_FILES:
            raise
    if sfi <= _OWN_FILES:
        raise CardError(0x70, 0, "record %d of file %d is no record template" % (record, sfi))
    return None


def _sign(data, answer, objects, sfi):
    """10.3: of files 1 to 10 the inside of the template is covered, of others the whole record, which must be one."""
    if objects is None:
        data.signed = None
        return
    data.signed.extend(objects if sfi <= _OWN_FILES else answer)
    if len(data.signed) > _SIGNED_MOST:
        raise CardError(0x94, 0, "more than %d bytes under the signature" % _SIGNED_MOST)


def files(afl):
    """List of (sfi, record, signed) that an AFL names, in order; signed: bool, covered by offline data authentication.
    CardError."""
    if not afl or len(afl) % 4:
        raise CardError(0x94, 0, "length %d" % len(afl))
    named = []
    for offset in range(0, len(afl), 4):
        sfi = afl[offset] >> 3
        first, last, signed = afl[offset + 1], afl[offset + 2], afl[offset + 3]
        if afl[offset] & 7 or not 1 <= sfi <= 30:
            raise CardError(0x94, offset, "file identifier")
        if not 1 <= first <= last:
            raise CardError(0x94, offset + 1, "record numbers")
        if signed > last - first + 1:
            raise CardError(0x94, offset + 3, "more signed records than records")
        if len(named) + last - first + 1 > _RECORDS_MOST:
            raise CardError(0x94, offset, "more than %d records" % _RECORDS_MOST)
        for record in range(first, last + 1):
            named.append((sfi, record, record < first + signed))
    return named
