"""Batches: opened with the host's number, settled, rolled."""

from till.journal import kinds
from till.journal.batch import (
    CLOSED,
    OPEN,
    UPLOADING,
    Settlement,
    fill_uploading,
    pack_batch,
    pack_totals,
    pack_uploading,
    unpack_totals,
)
from till.journal.errors import BookError
from till.journal.payment import CREATED, REPLIED, SENDING, state_of
from till.journal.payment import OPEN as PAYMENT_OPEN
from till.journal.record import UNSET
from till.journal.traces import Traces

_SIX_DIGITS = 999999


class Batches(Traces):
    """batch: the current number, 0 before the first. count: its payments that count or may come to.
    settlement: of the current batch, None while it is open."""

    def __init__(self, ring):
        Traces.__init__(self, ring)
        self.batch = self.count = self.previous = 0
        self.settlement = None

    @property
    def settling(self):
        """None, or how far the settlement is: "TOTALS" or "UPLOADING". The till takes no payment meanwhile."""
        return self.settlement.state if self.settlement else None

    def has_open_records(self):
        """Whether the current batch must be settled before it can be left."""
        return bool(self.count or self.settlement)

    def open_batch(self, number):
        """The host's number, while the current batch has no open records."""
        if number == self.batch and not self.settlement:
            return
        if self.has_open_records():
            raise BookError("batch %06d" % self.batch, self.settling or OPEN, OPEN)
        self._roll(number)

    def begin_settlement(self, totals):
        """OPEN -> TOTALS; durable before 0500 goes. totals: Totals, ours. Returns the Settlement."""
        self._ensure(None, "TOTALS")
        for payment in self.undecided():
            if payment.state in (CREATED, REPLIED) or payment.state == SENDING and payment.reversible:
                raise BookError("batch %06d" % self.batch, "%06d is %s" % (payment.trace, payment.state), "TOTALS")
        settlement = Settlement(self.batch, self.next_trace(), totals)
        self.ring.append(kinds.TOTALS, pack_totals(settlement), self.batch_sequence)
        self.settlement = settlement
        return settlement

    def uploading(self, flags, host=None):
        """TOTALS -> UPLOADING: the answer to 0500. flags, host: as in Settlement."""
        self._ensure("TOTALS", UPLOADING)
        settlement = self.settlement
        settlement.flags, settlement.host = tuple(flags), host  # pyright: ignore[reportAttributeAccessIssue]
        settlement.end_trace = self.next_trace()
        self.ring.append(kinds.UPLOADING, pack_uploading(settlement), self.batch_sequence)
        settlement.state = UPLOADING

    def uploaded(self, item):
        """The detail of one of to_upload() has been answered. item: the Payment or its sequence."""
        self._ensure(UPLOADING, "uploaded")
        self.ring.mark(getattr(item, "sequence", item), kinds.M_UPLOADED)

    def close_batch(self, number_next):
        """UPLOADING -> CLOSED, and the next batch is OPEN, when the answer to the end message has come."""
        self._ensure(UPLOADING, CLOSED)
        if number_next == self.batch:
            raise BookError("batch %06d" % self.batch, UPLOADING, "the same number again")
        self._roll(number_next)

    def last_settlement(self):
        """The Settlement of the batch before, for a reprint, or None."""
        found = self.ring.find(kinds.TOTALS, self.previous) if self.previous else None
        if found is None:
            return None
        settlement = unpack_totals(found.body())
        answer = self.ring.find(kinds.UPLOADING, self.previous)
        if answer is not None:
            fill_uploading(settlement, answer.body())
        settlement.state = CLOSED
        return settlement

    def closed_vouchers(self):
        """Every payment of the batch that was closed last, oldest first, as far as the journal still has them."""
        first, last = self.previous, self.batch_sequence
        return self.each(
            lambda record: record.sequence < last and (record.sequence > first or self._ended(record, first))
        )

    def _ended(self, record, first):
        """Whether a payment of an earlier batch was decided, or is still not, after `first`."""
        if state_of(record.marks) in PAYMENT_OPEN:
            return True
        reply = self.ring.find(kinds.REPLY, record.sequence) if record.marks[kinds.M_OFFLINE] != UNSET else None
        return reply is not None and first < reply.sequence < self.batch_sequence

    def _ensure(self, state, asked):
        if not self.batch or self.settling != state:
            raise BookError("batch %06d" % self.batch, self.settling or OPEN, asked)

    def _roll(self, number):
        if not 0 < number <= _SIX_DIGITS:
            raise BookError("batch %06d" % self.batch, self.settling or OPEN, "number %d" % number)
        body = pack_batch(number, self.batch_sequence, self.trace)
        sequence = self.ring.append(kinds.BATCH, body, self.batch_sequence)
        self.previous, self.batch_sequence, self.batch = self.batch_sequence, sequence, number
        self.count = 0
        self.settlement = None
