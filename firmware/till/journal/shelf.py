"""Reading payments back out of the ring. Each answer is a fold over its records; nothing is remembered."""

from till.journal import kinds
from till.journal.body import batch_and_trace, fill_chip, fill_reply, unpack_payment
from till.journal.errors import JournalError
from till.journal.payment import (
    ABANDONED,
    ACKED,
    APPROVED,
    CREATED,
    OFFLINE,
    OPEN,
    REFUSED,
    REPLIED,
    REVERSING,
    SENDING,
    TAKEN,
    UNDONE,
    UNRESOLVED,
    reason_of,
    state_of,
)
from till.journal.record import UNSET

HANDED_OVER = (OFFLINE, SENDING, REVERSING, UNRESOLVED)
_NO_REPLY = ("98", "A0")  # reasons of a reversal that mean that no answer was believed


class Shelf:
    """ring: opened. damaged: sequence of a payment's record that was found damaged, 0 if none was."""

    def __init__(self, ring):
        self.ring = ring
        self.damaged = 0
        self.batch_sequence = 0  # of the record that opened the current batch

    def read(self, record):
        """The Payment of a payment's record, with its answer. JournalError where it is damaged."""
        payment = unpack_payment(record.body())
        payment.kind = kinds.name_of(record.kind)
        payment.sequence, payment.marks = record.sequence, record.marks
        payment.state = state_of(record.marks)
        if payment.state in (SENDING, APPROVED, REVERSING, ACKED) or payment.state in UNDONE:
            if reason_of(record.marks) not in _NO_REPLY:
                self._read_reply(payment)
        if payment.has_card_step:
            self._read_chip(payment)
        return payment

    def _read_chip(self, payment):
        """The card's newest word. Of a reversal also what the host was asked with: each try of it is the same."""
        newest = self.ring.find(kinds.CHIP_ENDED, payment.sequence)
        if newest is None or payment.state == REVERSING:
            asked = self.ring.find(kinds.CHIP_ASKED, payment.sequence)
            if asked is not None:
                fill_chip(payment, asked.body())
                payment.asked_de55 = payment.de55
        if newest is not None:
            fill_chip(payment, newest.body())

    def _read_reply(self, payment):
        reply = self.ring.find(kinds.REPLY, payment.sequence)
        if reply is not None:
            fill_reply(payment, reply.body())
            if payment.state == SENDING:
                payment.state = REPLIED

    def get(self, sequence):
        """The Payment whose record has that sequence, or None."""
        record = self.ring.get(sequence)
        return self.read(record) if record is not None and kinds.name_of(record.kind) else None

    def each(self, wanted, since=1):
        """Payments whose record is wanted(record), oldest first. Anything may be written between two of them, and
        sectors reclaimed: then the next one is looked for anew."""
        moves = -1
        while moves != self.ring.moves:
            moves = self.ring.moves
            for record in self.ring.records(since):
                if not (kinds.name_of(record.kind) and wanted(record)):
                    continue
                since = record.sequence + 1
                try:
                    payment = self.read(record)
                except JournalError:
                    self.damaged = since - 1
                    continue
                yield payment
                if moves != self.ring.moves:
                    break

    def _newest(self, wanted):
        sequence = 0
        for record in self.ring.records():
            if kinds.name_of(record.kind) and wanted(record):
                sequence = record.sequence
        return self.get(sequence) if sequence else None

    def pending_reversals(self):
        """What is REVERSING, oldest first."""
        return self.each(lambda record: state_of(record.marks) == REVERSING)

    def scripts_due(self):
        """Payments whose card has carried out scripts that the issuer does not know of yet, oldest first."""
        return self.each(
            lambda record: record.marks[kinds.M_SCRIPT_DUE] != UNSET and record.marks[kinds.M_SCRIPT_SENT] == UNSET
        )

    def to_resend(self):
        """What was sent, is not reversible and has no answer, oldest first: the same message goes again."""
        for payment in self.each(lambda record: record.kind == kinds.REFUND and state_of(record.marks) == SENDING):
            if payment.state == SENDING:
                yield payment

    def approved_by_card(self):
        """CREATED, and their card has approved them by itself: a power cut left them so. Oldest first."""
        for payment in self.each(lambda record: state_of(record.marks) == CREATED):
            if payment.approved_by_card:
                yield payment

    def offline_queue(self):
        """What is OFFLINE, oldest first."""
        return self.each(lambda record: state_of(record.marks) == OFFLINE)

    def tried_again(self, payment):
        """Whether another payment names a refused one, to try it again."""
        wanted = payment.sequence
        for _ in self.each(
            lambda record: record.kind == kinds.SALE and record.ref == wanted and state_of(record.marks) != ABANDONED,
            wanted,
        ):
            return True
        return False

    def undecided(self):
        """All that is not decided, oldest first."""
        return self.each(lambda record: state_of(record.marks) in OPEN)

    def unanswered(self):
        """What only the host can still decide, and nobody has taken over: never dropped by clearing, other keys,
        signing off or an update. Oldest first."""
        return self.each(_is_unanswered)

    def refusals(self):
        """Offline payments that the host refused, while nobody has decided what becomes of them, oldest first."""
        return self.each(lambda record: state_of(record.marks) == REFUSED and record.marks[kinds.M_DECIDED] == UNSET)

    def untold(self):
        """Of those, the decided ones that the host does not know of yet, oldest first."""
        return self.each(
            lambda record: (
                state_of(record.marks) == REFUSED
                and record.marks[kinds.M_DECIDED] != UNSET
                and record.marks[kinds.M_TOLD] == UNSET
            )
        )

    def given_up(self):
        """What is UNRESOLVED: the host's people decide what becomes of it. Oldest first."""
        return self.each(lambda record: state_of(record.marks) == UNRESOLVED)

    def vouchers(self):
        """Every payment of the current batch and what earlier ones left undecided, oldest first: all that a settlement
        slip accounts for."""
        batch = self.batch_sequence
        return self.each(
            lambda record: record.sequence > batch or state_of(record.marks) in OPEN or self.counts(record)
        )

    def counts(self, record):
        """Whether a payment's record stands in the current batch's totals: it is approved or acknowledged, and the
        answer that says so came in this batch."""
        if state_of(record.marks) not in (APPROVED, ACKED):
            return False
        if record.sequence > self.batch_sequence:
            return True
        reply = self.ring.find(kinds.REPLY, record.sequence)
        return reply is not None and reply.sequence > self.batch_sequence

    def counted(self):
        """The payments of the current batch's totals, oldest first."""
        return self.each(self.counts)

    def voucher_count(self):
        """How many payments the current batch has, whatever became of them: each has a line on its settlement slip."""
        return sum([1 for record in self.ring.records(self.batch_sequence) if kinds.name_of(record.kind)])

    def uploaded_count(self):
        """How many of those have gone up."""
        records = self.ring.records()
        return sum([1 for record in records if record.marks[kinds.M_UPLOADED] != UNSET and self._is_counted(record)])

    def _is_counted(self, record):
        return kinds.name_of(record.kind) is not None and self.counts(record)

    def to_upload(self):
        """Of those, the ones whose detail has not gone up yet."""
        return self.each(lambda record: record.marks[kinds.M_UPLOADED] == UNSET and self.counts(record))

    def find(self, trace, batch=None):
        """The newest Payment with that trace (of that batch), or None."""
        sequence = 0
        for record in self.ring.records():
            if kinds.name_of(record.kind):
                its_batch, its_trace = batch_and_trace(record.peek())
                if its_trace == trace and batch in (None, its_batch) and self._is_whole(record):
                    sequence = record.sequence
        return self.get(sequence) if sequence else None

    def _is_whole(self, record):
        try:
            record.body()
        except JournalError:
            self.damaged = record.sequence
            return False
        return True

    def last(self):
        """The newest Payment that has a slip, or None."""
        return self._newest(lambda record: state_of(record.marks) in TAKEN)

    def unprinted(self):
        """The newest Payment whose slip was not printed, or None."""
        return self._newest(lambda record: state_of(record.marks) in TAKEN and record.marks[kinds.M_PRINTED] == UNSET)

    def voided(self, sale):
        """Whether an approved void names this sale. A void that was reversed does not count."""
        for _ in self._of(sale, kinds.VOID, (APPROVED,)):
            return True
        return False

    def refunded_fen(self, sale):
        """Given back of this sale, in all; a refund whose outcome is unknown counts, since it may have been done."""
        return sum([refund.amount_fen for refund in self._of(sale, kinds.REFUND, (APPROVED, SENDING))])

    def _of(self, sale, kind, states):
        for payment in self.each(
            lambda record: (
                record.kind == kind and record.ref in (0, sale.sequence) and state_of(record.marks) in states
            ),
            sale.sequence,
        ):
            if (payment.original_batch, payment.original_trace) == (sale.batch, sale.trace):
                yield payment


def _is_unanswered(record):
    state = state_of(record.marks)
    return state in HANDED_OVER and (state != UNRESOLVED or record.marks[kinds.M_DECIDED] == UNSET)
