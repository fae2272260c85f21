"""The dozen numbers that a book keeps in RAM, folded from the journal at boot."""

from till.journal import kinds
from till.journal.batch import fill_uploading, unpack_batch, unpack_totals
from till.journal.body import amount_of, unpack_payment
from till.journal.errors import JournalError
from till.journal.payment import OFFLINE, OPEN, TAKEN, UNDONE, state_of
from till.journal.record import UNSET


def load(book):
    """Fills the book. One head a record, the bodies of batches, and one block of what waits in the queue.

    Returns whether anything is undecided."""
    book.batch = book.batch_sequence = book.previous = book.count = book.trace = 0
    book.offline_count = book.offline_total_fen = book.unprinted_sequence = 0
    book.settlement = None
    newest_payment = 0
    undecided = False
    for record in book.ring.records():
        if record.kind == kinds.BATCH:
            number, book.previous, book.trace = unpack_batch(record.body())
            book.batch, book.batch_sequence = number, record.sequence
            book.count = newest_payment = 0
            book.settlement = None
        elif record.kind == kinds.TOTALS and record.ref == book.batch_sequence:
            book.settlement = unpack_totals(record.body())
            book.trace, newest_payment = book.settlement.trace, 0
        elif record.kind == kinds.UPLOADING and record.ref == book.batch_sequence and book.settlement:
            fill_uploading(book.settlement, record.body())
            book.trace, newest_payment = book.settlement.end_trace, 0
        elif record.kind == kinds.REPLY and record.ref < book.batch_sequence:
            _late_answer(book, record.ref)
        elif kinds.name_of(record.kind):
            if record.sequence > book.batch_sequence:
                newest_payment = record.sequence
            undecided = _payment(book, record) in OPEN or undecided
    if newest_payment:
        book.trace = _trace_of(book, newest_payment)
    return undecided


def _trace_of(book, sequence):
    """The trace of the newest payment. Where its record is damaged, one more than any other of its batch has."""
    try:
        return unpack_payment(book.ring.get(sequence).body()).trace
    except JournalError:
        book.damaged = sequence
    highest = book.trace
    for payment in book.vouchers():
        if payment.sequence > book.batch_sequence:
            highest = max(highest, payment.trace)
    return highest + 1


def _payment(book, record):
    state = state_of(record.marks)
    if record.sequence > book.batch_sequence and state not in UNDONE:
        book.count += 1
    if state in TAKEN and record.marks[kinds.M_PRINTED] == UNSET:
        book.unprinted_sequence = record.sequence
    if state == OFFLINE:
        try:
            amount_fen = amount_of(record.peek())
            if amount_fen is None:
                amount_fen = unpack_payment(record.body()).amount_fen
            book.offline_total_fen += amount_fen
        except JournalError:
            book.damaged = record.sequence
        book.offline_count += 1
    return state


def _late_answer(book, sequence):
    """An answer in this batch to a payment of an earlier one: it counts here."""
    record = book.ring.get(sequence)
    if record is not None and kinds.name_of(record.kind) and book.counts(record):
        book.count += 1
