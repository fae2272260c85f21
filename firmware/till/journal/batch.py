"""The records of a batch: that it opened, that its settlement began, what the host said to its totals.

OPEN -> TOTALS -> UPLOADING -> CLOSED. There is no record that closes: the next batch's record does, so that the end of
one and the beginning of the other are durable at once.
"""

import struct

from till.journal.errors import JournalError
from till.journal.totals import PACKED_BYTES, unpack

OPEN = "OPEN"
TOTALS = "TOTALS"
UPLOADING = "UPLOADING"
CLOSED = "CLOSED"
VERSION = 1
_BATCH = ">BIII"
_TOTALS = ">BII"
_UPLOADING = ">BIBBB"
_HOST = ">BIHBIH"  # per scheme: debit amount 5 bytes, count, credit amount, count


class Settlement:
    """The settlement of one batch, as far as it got.

    batch, trace (F11 of 0500), end_trace (F11 of the end message): int. state: TOTALS, UPLOADING or CLOSED.
    totals: Totals, ours. flags: (domestic, foreign), 1 match, 2 mismatch, 3 error, or None before the answer.
    host: ((debit_fen, debit_count, credit_fen, credit_count) domestic, the same foreign), or None.
    """

    def __init__(self, batch, trace, totals):
        self.batch, self.trace, self.totals = batch, trace, totals
        self.state = TOTALS
        self.end_trace = 0
        self.flags = self.host = None


def _body(form, data):
    """Unpacks what the form says; returns that and the rest."""
    size = struct.calcsize(form)
    if len(data) < size or data[0] != VERSION:
        raise JournalError("batch record", "%d bytes" % len(data))
    return struct.unpack_from(form, data), data[size:]


def pack_batch(number, previous, trace):
    """number: of the batch. previous: sequence of the BATCH record before, 0 for the first. trace: last one used."""
    return struct.pack(_BATCH, VERSION, number, previous, trace)


def unpack_batch(data):
    """(number, previous, trace)."""
    return _body(_BATCH, data)[0][1:]


def pack_totals(settlement):
    return struct.pack(_TOTALS, VERSION, settlement.batch, settlement.trace) + settlement.totals.pack()


def unpack_totals(data):
    """A Settlement in state TOTALS."""
    (_, batch, trace), rest = _body(_TOTALS, data)
    return Settlement(batch, trace, unpack(rest[:PACKED_BYTES]))


def pack_uploading(settlement):
    host = settlement.host
    home, abroad = settlement.flags
    out = struct.pack(_UPLOADING, VERSION, settlement.end_trace, home, abroad, 1 if host else 0)
    for side in host or ():
        out += struct.pack(
            _HOST, side[0] >> 32, side[0] & 0xFFFFFFFF, side[1], side[2] >> 32, side[2] & 0xFFFFFFFF, side[3]
        )
    return out


def fill_uploading(settlement, data):
    """Into the Settlement of the same batch: it is UPLOADING then."""
    (_, settlement.end_trace, home, abroad, has_host), rest = _body(_UPLOADING, data)
    settlement.flags = home, abroad
    settlement.state = UPLOADING
    if has_host:
        sides = []
        size = struct.calcsize(_HOST)
        if len(rest) != 2 * size:
            raise JournalError("batch record", "host's totals of %d bytes" % len(rest))
        for at in (0, size):
            side = struct.unpack_from(_HOST, rest, at)
            sides.append((side[0] << 32 | side[1], side[2], side[3] << 32 | side[4], side[5]))
        settlement.host = tuple(sides)
