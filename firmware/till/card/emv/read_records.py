"""Read application data. Source: EMV 4.4 Book 3, 10.2 (AFL, record rules, duplicates)."""

from micropython import const

from till.card.apdu import OK, read_record, split
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import parse

_RECORDS_MOST = const(32)


def read_records(data):
    """Step: read the records named by the AFL (tag 94) of data into data: CardData. No AFL, no record. CardError."""
    afl = data.get(0x94)
    if afl is None:
        return
    for sfi, record in files(afl):
        answer, status = split((yield Apdu(read_record(sfi, record))))
        if status != OK:
            raise CardError(0x94, 0, "record %d of file %d: status %04X" % (record, sfi, status))
        objects = parse(answer)
        if len(objects) == 1 and objects[0][0] == 0x70:
            data.add(parse(objects[0][1]))
        elif sfi <= 10:  # files 11 to 30 are the scheme's and the issuer's own: they may hold anything
            raise CardError(0x70, 0, "record %d of file %d is no record template" % (record, sfi))


def files(afl):
    """List of (sfi, record) that an AFL names, in order. CardError."""
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
            named.append((sfi, record))
    return named
