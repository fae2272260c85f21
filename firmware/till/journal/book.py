"""The book: every payment's state, and the only writer of it.

A step is on the flash when its method returns. What is kept in RAM is a dozen numbers, whatever the journal holds; all
else is read again when it is asked for, so a Payment in somebody's hands may be old, but no step is taken from an old
state: each looks at the record first.
"""

from micropython import const

from till.journal import fold, kinds, power_cut
from till.journal.body import fill_reply, pack_chip, pack_payment, pack_reply
from till.journal.errors import BookError, JournalError
from till.journal.layout import MARKS
from till.journal.offline_sums import OfflineSums
from till.journal.payment import (
    ABANDONED,
    ACKED,
    APPROVALS,
    APPROVED,
    CANCELLED,
    CREATED,
    DECLINED,
    OFFLINE,
    OPEN,
    REFUSED,
    REPLIED,
    RESOLVED,
    REVERSED,
    REVERSING,
    SENDING,
    TAKEN,
    UNDONE,
    UNRESOLVED,
    Payment,
    may_follow,
    state_of,
)
from till.journal.record import UNSET
from till.journal.settling import Batches
from till.journal.shelf import HANDED_OVER

_ROOM_PAGES = const(16)  # beside the answers that are still to come: settlement must always fit
_ONCE_PAGES = const(4)  # that an advice in the queue may still take where each of its marks is a page
_NO_MARKS = b"\xff" * MARKS
_CARD = ("pan", "psn", "expiry", "track2", "entry", "de55")


class Book(Batches):
    """ring: opened. load() before anything else.

    batch, count, settlement, settling: see Batches. offline_count, offline_total_fen: what waits in the queue.
    in_copies: each mark is written in a copy of its record, because the one that is there may have been torn.
    """

    def __init__(self, ring):
        Batches.__init__(self, ring)
        self.offline_count = self.offline_total_fen = self.unprinted_sequence = 0
        self.in_copies = False
        self._sums = None

    @property
    def keeps(self):
        """Whether what is written outlives the power: False on a board without a partition for the journal. Then there
        are no offline payments."""
        return self.ring.keeps

    def load(self):
        """Folds the journal. The records stay as they are; recover() is what acts on them."""
        self._taken_trace = None if fold.load(self) else 0  # nothing undecided holds a trace
        self._sums = None

    def recover(self):
        """What states.md wants after a power cut. Returns [(trace, state before, state after), ...]."""
        return power_cut.recover(self)

    def offline_sums(self, day_start):
        """The OfflineSums of the business day that began at that epoch."""
        if self._sums is None or self._sums.day_start != day_start:
            self._sums = OfflineSums(self, day_start)
        return self._sums

    # ---- a payment's steps

    def has_room(self):
        """Whether the journal can take one more payment and everything that is still to be written."""
        return self.ring.space() >= self._room_pages()

    def _room_pages(self):
        if self.ring.once:
            return 2 * _ROOM_PAGES + _ONCE_PAGES * self.offline_count
        return _ROOM_PAGES + self.offline_count

    def create(self, kind, amount_fen, epoch, operator, card=None, original=None, authority=None, auth_code=None):
        """A new Payment, CREATED and durable. card: pan, psn, expiry, track2, entry, de55 (bytes), and where it has
        them pin_entered, label. original: Payment, or a dict of batch, trace, date (MMDD), rrn, auth, that a void or
        refund names, or a sale that is tried again. authority, auth_code: of a sale that the card or a voice has
        approved. JournalError "journal full", BookError while the batch is being settled or there is none.
        """
        code = kinds.code_of(kind)
        if code is None or not self.batch or self.settlement:
            raise BookError("batch %06d" % self.batch, self.settling or "none", "create %s" % kind)
        if not self.has_room():
            raise JournalError("space", "journal full: settle first")
        payment = Payment()
        payment.kind, payment.amount_fen, payment.epoch, payment.operator = kind, amount_fen, epoch, operator
        ref = _name_original(payment, original) if original is not None else 0
        if card is not None:
            for name in _CARD:
                setattr(payment, name, getattr(card, name))
            payment.pin_entered = bool(getattr(card, "pin_entered", False))
            for name in ("label", "wallet", "code"):
                setattr(payment, name, getattr(card, name, None))
        if authority is not None:
            payment.authority, payment.auth_code = authority, auth_code
        payment.batch, payment.trace = self.batch, self.next_trace()
        payment.sequence = self.ring.append(code, pack_payment(payment), ref)
        payment.state, payment.marks = CREATED, _NO_MARKS
        self.count += 1
        return payment

    def sending(self, payment):
        """CREATED -> SENDING, before the first byte leaves. One that is OFFLINE stays so, and is known as sent."""
        state = self._look(payment)
        if state == OFFLINE:
            self._mark(payment, kinds.M_SENDING)
        else:
            self._step(payment, SENDING, kinds.M_SENDING)

    def replied(self, payment, reply):
        """SENDING -> REPLIED, before the card sees the answer. reply: dict of response, rrn, auth_code, settle_date,
        issuer_acquirer, host_time, host_date, scheme (F63.1), de55, amount_fen, as far as the answer has them."""
        self._allow(payment, REPLIED)
        self._keep(payment, reply)
        payment.state = REPLIED

    def approved(self, payment):
        """REPLIED -> APPROVED, where the answer is an approval of what was asked."""
        self._allow(payment, APPROVED)
        if not payment.is_approval:
            raise BookError(_name(payment), "REPLIED %s" % payment.response, APPROVED)
        self._step(payment, APPROVED, kinds.M_ACCEPTED)

    def declined(self, payment):
        """REPLIED -> DECLINED, where the answer is none."""
        self._allow(payment, DECLINED)
        if payment.response in APPROVALS:
            raise BookError(_name(payment), "REPLIED %s" % payment.response, DECLINED)
        self._step(payment, DECLINED, kinds.M_REJECTED)

    def reversing(self, payment, reason):
        """SENDING or REPLIED -> REVERSING. reason: "98" timeout, "96" fault, "A0" MAC, "06" other."""
        slots = dict(kinds.M_REVERSING)
        if reason not in slots or not payment.reversible:
            raise BookError(_name(payment), self._look(payment), "REVERSING %s" % reason)
        self._step(payment, REVERSING, slots[reason])

    def reversed(self, payment):
        """REVERSING -> REVERSED: the host has acknowledged it."""
        self._step(payment, REVERSED, kinds.M_REVERSED)

    def unresolved(self, payment):
        """REVERSING -> UNRESOLVED, past cut-off. It is kept until resolved()."""
        self._step(payment, UNRESOLVED, kinds.M_UNRESOLVED)

    def resolved(self, payment):
        """UNRESOLVED -> RESOLVED: the host's reconciliation has said what became of it. From then on its room can be
        taken."""
        self._step(payment, RESOLVED, kinds.M_RESOLVED)

    def offline(self, payment, caps=None):
        """CREATED -> OFFLINE: it waits in the queue. Never one with a PIN, which is not kept, and never where nothing
        outlives the power. caps.check(book, payment) raises where it may not: nothing can come between that and the
        mark."""
        if caps is not None:
            caps.check(self, payment)
        if not self.keeps or payment.kind != "sale" or payment.pin_entered:
            raise BookError(_name(payment), self._look(payment), OFFLINE)
        self._step(payment, OFFLINE, kinds.M_OFFLINE)
        self.offline_count += 1
        self.offline_total_fen += payment.amount_fen
        if self._sums is not None:
            self._sums.took(payment)

    def acked(self, payment, reply):
        """OFFLINE -> ACKED. reply: as in replied()."""
        self._answered(payment, ACKED, reply, kinds.M_ACCEPTED)

    def refused(self, payment, response):
        """OFFLINE -> REFUSED. response: F39."""
        self._answered(payment, REFUSED, {"response": response}, kinds.M_REJECTED)

    def cancelled(self, payment):
        """OFFLINE -> CANCELLED, in place, while no byte of it has left."""
        if self._look(payment) == OFFLINE and payment.sent:
            raise BookError(_name(payment), "OFFLINE and sent", CANCELLED)
        self._step(payment, CANCELLED, kinds.M_DROPPED, True)
        self._leave_queue(payment)

    def decided(self, payment):
        """A refused payment's fate has been decided by a person: it is a debt, or another payment tries again."""
        if self._look(payment) != REFUSED:
            raise BookError(_name(payment), payment.state, "decided")
        self._mark(payment, kinds.M_DECIDED)

    def told(self, payment):
        """The host knows what became of a refused payment that a person has decided; its room can be taken."""
        if self._look(payment) != REFUSED or not payment.decided:
            raise BookError(_name(payment), payment.state, "told")
        self._mark(payment, kinds.M_TOLD)

    def handed_over(self, payment):
        """A person has taken over what the host has not answered: written off, or exported for the host. It leaves the
        till's work and stays on the settlement slip. A reversal becomes UNRESOLVED."""
        state = self._look(payment)
        if state not in HANDED_OVER:
            raise BookError(_name(payment), state, "handed over")
        self._mark(payment, kinds.M_DECIDED)
        if state == OFFLINE:
            self._step(payment, CANCELLED, kinds.M_DROPPED, True)
            self._leave_queue(payment)
        elif state == REVERSING:
            self._step(payment, UNRESOLVED, kinds.M_UNRESOLVED)
        elif state == SENDING:
            self._mark(payment, kinds.M_DROPPED)
            payment.state = ABANDONED
            if payment.sequence > self.batch_sequence:
                self.count -= 1

    def abandoned(self, payment):
        """CREATED -> ABANDONED: no money moved."""
        self._step(payment, ABANDONED, kinds.M_DROPPED)

    def printed(self, payment):
        """The slip is on paper."""
        if self._look(payment) not in TAKEN:
            raise BookError(_name(payment), payment.state, "printed")
        self._mark(payment, kinds.M_PRINTED)

    def chip_asked(self, payment, de55):
        """What an inserted card gave with its first cryptogram, durable before the payment is SENDING. de55: bytes."""
        self._keep_chip(payment, kinds.CHIP_ASKED, de55, False)
        payment.asked_de55 = payment.de55

    def chip_ended(self, payment, de55, approved):
        """What it gave with its last one, with tags 8A, 9B and DF31, which no payment's message has. de55: bytes.
        approved: its word, durable before APPROVED."""
        self._keep_chip(payment, kinds.CHIP_ENDED, de55, approved)

    def script_due(self, payment):
        """The card's script result has yet to go to the host."""
        self._mark(payment, kinds.M_SCRIPT_DUE)

    def script_sent(self, payment):
        """It has been acknowledged."""
        self._mark(payment, kinds.M_SCRIPT_SENT)

    # ---- room

    def _roll(self, number):
        Batches._roll(self, number)
        newest = self.unprinted()
        self.unprinted_sequence = newest.sequence if newest else 0

    def reclaim(self):
        """Call while idle: one sector's worth of room is made where that pays. Returns whether something was done.

        The batch closed last is kept for its slip while there is plenty of room."""
        needed_pages = 2 * self._room_pages()
        plenty = not self.ring.is_short() and self.ring.space() > max(needed_pages, self.ring.pages // 4)
        return self.ring.reclaim(self._is_kept if plenty else self.is_live)

    def _is_kept(self, record):
        return record.sequence > self.previous or self.is_live(record)

    def is_live(self, record):
        """Whether a record is still needed: all of this batch; of earlier ones what is not decided, what counts in this
        one, the newest without a slip, and the last settlement. Kinds that are not known are kept."""
        if record.kind == kinds.BATCH:
            return record.sequence == self.batch_sequence
        if record.kind in (kinds.TOTALS, kinds.UPLOADING):
            return record.ref in (self.batch_sequence, self.previous)
        if record.sequence > self.batch_sequence:
            return True
        if record.kind in kinds.BELONGING:
            owner = self.ring.get(record.ref)
            return owner is not None and self.is_live(owner)
        if not kinds.name_of(record.kind):
            return True
        if record.marks[kinds.M_SCRIPT_DUE] != UNSET and record.marks[kinds.M_SCRIPT_SENT] == UNSET:
            return True
        unprinted = record.sequence == self.unprinted_sequence and record.marks[kinds.M_PRINTED] == UNSET
        decided = record.marks[kinds.M_DECIDED] != UNSET
        state = state_of(record.marks)
        if state == REFUSED:
            decided = record.marks[kinds.M_TOLD] != UNSET
        return unprinted or (state in OPEN or state == REFUSED) and not decided or self.counts(record)

    # ---- how a step is taken

    def _look(self, payment):
        """The state that the flash tells, into the payment."""
        record = self.ring.get(payment.sequence)
        if record is None:
            raise BookError(_name(payment), "none", "look")
        payment.marks = record.marks
        payment.state = state_of(record.marks)
        if payment.state == SENDING and self.ring.find(kinds.REPLY, payment.sequence):
            payment.state = REPLIED
        return payment.state

    def _allow(self, payment, state):
        if not may_follow(state, self._look(payment)):
            raise BookError(_name(payment), payment.state, state)

    def _step(self, payment, state, slot, in_copy=False):
        self._allow(payment, state)
        self._mark(payment, slot, in_copy)
        self._stepped(payment, state)

    def _stepped(self, payment, state):
        payment.state = state
        if state in UNDONE and payment.sequence > self.batch_sequence:
            self.count -= 1

    def _mark(self, payment, slot, in_copy=False):
        if in_copy or self.in_copies:
            self.ring.mark_in_copy(payment.sequence, slot)
        else:
            self.ring.mark(payment.sequence, slot)
        self._marked(payment, slot)

    def _marked(self, payment, slot):
        marks = bytearray(payment.marks)
        marks[slot] = 0
        payment.marks = bytes(marks)

    def _keep(self, payment, reply, sets=None):
        body = pack_reply(reply, payment.amount_fen)
        self.ring.append(kinds.REPLY, body, payment.sequence, sets)
        fill_reply(payment, body)

    def _keep_chip(self, payment, kind, de55, approved):
        self._look(payment)
        self.ring.append(kind, pack_chip(de55, approved), payment.sequence)
        payment.de55, payment.card_approved = bytes(de55), approved

    def _answered(self, payment, state, reply, slot):
        """The answer is the mark as well: one program, and both are durable at once."""
        self._allow(payment, state)
        if (reply.get("response") in APPROVALS) != (state == ACKED):
            raise BookError(_name(payment), "OFFLINE %s" % reply.get("response"), state)
        self._keep(payment, reply, slot)
        self._marked(payment, slot)
        self._stepped(payment, state)
        self._left(payment, state)

    def finish_answer(self, payment, state, slot):
        """The mark behind an answer that version 1 left without one."""
        self._step(payment, state, slot)
        self._left(payment, state)

    def _left(self, payment, state):
        self._leave_queue(payment)
        if state == ACKED and payment.sequence < self.batch_sequence:
            self.count += 1

    def _leave_queue(self, payment):
        self.offline_count -= 1
        self.offline_total_fen -= payment.amount_fen
        if self._sums is not None:
            self._sums.left(payment)


def _name(payment):
    return "%s %06d" % (payment.kind, payment.trace)


def _name_original(payment, original):
    """Into the payment; returns the original's sequence, 0 where it is not in the journal."""
    if isinstance(original, dict):
        payment.original_batch, payment.original_trace = original["batch"], original["trace"]
        payment.original_date, payment.original_rrn = original.get("date"), original.get("rrn")
        payment.original_auth = original.get("auth")
        return 0
    payment.original_batch, payment.original_trace = original.batch, original.trace
    payment.original_date, payment.original_rrn = original.host_date, original.rrn
    payment.original_auth = original.auth_code
    for name in ("pan", "psn", "expiry", "entry"):
        setattr(payment, name, getattr(original, name))
    return original.sequence
