"""A batch's totals, as a fold over its records. Nothing of it is kept anywhere else.

Source: settlement of UnionPay terminals: debit = sale + offline, acknowledged; credit = void + refund. A voided sale
stays in debit and its void goes to credit; what was reversed, declined or refused is in neither. Domestic cards are
those whose answer says CUP in F63.1.
"""

import struct

from till.journal import kinds
from till.journal.body import answer_of
from till.journal.errors import JournalError
from till.journal.payment import ACKED, APPROVED, DOMESTIC, state_of
from till.journal.record import UNSET

KINDS = ("sale", "offline", "void", "refund")
_DEBIT = ("sale", "offline")
_SCHEMES = 2
_CELL = ">HBI"
_CELL_BYTES = 7
PACKED_BYTES = _SCHEMES * len(KINDS) * _CELL_BYTES


class Totals:
    """counts, amounts_fen: scheme (0 domestic, 1 foreign) x kind (KINDS), as lists."""

    def __init__(self):
        self.counts = [[0] * len(KINDS), [0] * len(KINDS)]
        self.amounts_fen = [[0] * len(KINDS), [0] * len(KINDS)]

    def add(self, payment):
        """Counts one payment that is APPROVED or ACKED."""
        self._add(payment.scheme == DOMESTIC, "offline" if payment.is_offline else payment.kind, payment.amount_fen)

    def _add(self, is_domestic, name, amount_fen):
        scheme, kind = 0 if is_domestic else 1, KINDS.index(name)
        self.counts[scheme][kind] += 1
        self.amounts_fen[scheme][kind] += amount_fen

    def add_answer(self, answer, kind, marks):
        """Counts one payment by the head of its record and the first block of its answer. False where that does not
        tell. answer: Record. kind, marks: of the payment's record."""
        found = answer_of(answer.peek())
        if found is None:
            return False
        self._add(found[1], "offline" if marks[kinds.M_OFFLINE] != UNSET else kinds.name_of(kind), found[0])
        return True

    def _side(self, scheme, debit):
        amount_fen = count = 0
        for kind, name in enumerate(KINDS):
            if (name in _DEBIT) == debit:
                amount_fen += self.amounts_fen[scheme][kind]
                count += self.counts[scheme][kind]
        return amount_fen, count

    @property
    def domestic(self):
        """(debit_fen, debit_count, credit_fen, credit_count), as F48 has them."""
        return self._side(0, True) + self._side(0, False)

    @property
    def foreign(self):
        """As domestic."""
        return self._side(1, True) + self._side(1, False)

    @property
    def count(self):
        """Of all payments counted."""
        return sum(self.counts[0]) + sum(self.counts[1])

    def kinds(self, scheme):
        """((kind, count, amount_fen), ...) of the kinds that occur. scheme: 0 domestic, 1 foreign."""
        rows = []
        for kind, name in enumerate(KINDS):
            if self.counts[scheme][kind]:
                rows.append((name, self.counts[scheme][kind], self.amounts_fen[scheme][kind]))
        return tuple(rows)

    def pack(self):
        """56 bytes."""
        out = bytearray(PACKED_BYTES)
        at = 0
        for scheme in range(_SCHEMES):
            for kind in range(len(KINDS)):
                count, amount_fen = self.counts[scheme][kind], self.amounts_fen[scheme][kind]
                if not (0 <= count <= 0xFFFF and 0 <= amount_fen < 1 << 40):
                    raise JournalError("totals", "%s out of range" % KINDS[kind])
                struct.pack_into(_CELL, out, at, count, amount_fen >> 32, amount_fen & 0xFFFFFFFF)
                at += _CELL_BYTES
        return bytes(out)


def unpack(data):
    """Totals out of 56 bytes."""
    if len(data) != PACKED_BYTES:
        raise JournalError("totals", "%d bytes" % len(data))
    totals = Totals()
    at = 0
    for scheme in range(_SCHEMES):
        for kind in range(len(KINDS)):
            count, high, low = struct.unpack_from(_CELL, data, at)
            totals.counts[scheme][kind], totals.amounts_fen[scheme][kind] = count, high << 32 | low
            at += _CELL_BYTES
    return totals


def of(book):
    """The totals of the book's current batch: one head a record, and one block of each answer that came in it."""
    totals = Totals()
    seen, kind, marks = 0, 0, b""  # of the payment met last: mostly the next record is its answer
    for record in book.ring.records(book.batch_sequence):
        if kinds.name_of(record.kind):
            seen, kind, marks = record.sequence, record.kind, record.marks
        elif record.kind == kinds.REPLY:
            if record.ref != seen:
                owner = book.ring.get(record.ref)
                if owner is None or not kinds.name_of(owner.kind):
                    continue
                seen, kind, marks = record.ref, owner.kind, owner.marks
            if state_of(marks) in (APPROVED, ACKED) and not totals.add_answer(record, kind, marks):
                _add_whole(book, totals, seen)
    return totals


def _add_whole(book, totals, sequence):
    try:
        totals.add(book.get(sequence))
    except JournalError:
        book.damaged = sequence
