"""What of the caps of offline payments is used, kept in RAM beside the queue: a check of a cap reads no flash.

Folded from the journal once after each start and once a business day; from then on each step of a payment changes it.
Cards share a few sums by a hash of their number, so that the memory does not grow with the queue: such a sum is never
less than the card's own, and only where it could be too much are the records asked.
"""

from binascii import crc32

from micropython import const

from till.journal import kinds
from till.journal.payment import AUTHORITIES, OFFLINE, TAKEN, state_of
from till.journal.record import UNSET

_SHARES = const(32)
_NOTHING = const(-1)


class OfflineSums:
    """book: loaded. day_start: epoch with which the business day began. counts, totals_fen, day_fen: of each of
    AUTHORITIES, what waits, and what was taken in the day and not refused or cancelled."""

    def __init__(self, book, day_start):
        self._book, self.day_start = book, day_start
        self.counts, self.totals_fen, self.day_fen = ([0] * len(AUTHORITIES) for _ in range(3))
        self._oldest = [None] * len(AUTHORITIES)
        self._shares = [[0] * _SHARES for _ in AUTHORITIES]
        # what card_most() was asked and found, while the queue is the same
        self._asked_fen = [_NOTHING] * len(AUTHORITIES)
        self._most_fen = [0] * len(AUTHORITIES)
        for payment in book.each(_was_taken):
            if payment.state == OFFLINE:
                self.took(payment)
            elif payment.epoch >= day_start:
                self.day_fen[AUTHORITIES.index(payment.authority)] += payment.amount_fen

    def took(self, payment):
        """It has become OFFLINE."""
        at = AUTHORITIES.index(payment.authority)
        self.counts[at] += 1
        self.totals_fen[at] += payment.amount_fen
        self._shares[at][_share_of(payment.pan)] += payment.amount_fen
        self._asked_fen[at] = _NOTHING
        if payment.epoch >= self.day_start:
            self.day_fen[at] += payment.amount_fen
        if self.counts[at] == 1 or self._oldest[at] is not None and payment.epoch < self._oldest[at]:
            self._oldest[at] = payment.epoch

    def left(self, payment):
        """It is OFFLINE no more; its state says what it is."""
        at = AUTHORITIES.index(payment.authority)
        self.counts[at] -= 1
        self.totals_fen[at] -= payment.amount_fen
        self._shares[at][_share_of(payment.pan)] -= payment.amount_fen
        self._asked_fen[at] = _NOTHING
        if payment.epoch >= self.day_start and payment.state not in TAKEN:
            self.day_fen[at] -= payment.amount_fen
        if self._oldest[at] is not None and payment.epoch <= self._oldest[at]:
            self._oldest[at] = None  # the next one is looked for when somebody asks

    def oldest(self, authority):
        """Epoch of what waits longest, or None. Reads no further than the first of that authority."""
        at = AUTHORITIES.index(authority)
        if self._oldest[at] is None and self.counts[at]:
            for payment in self._book.offline_queue():
                if payment.authority == authority:
                    self._oldest[at] = payment.epoch
                    break
        return self._oldest[at] if self.counts[at] else None

    def card_over(self, authority, pan, most_fen):
        """Whether more than most_fen of that card waits."""
        share = _share_of(pan)
        if self._shares[AUTHORITIES.index(authority)][share] <= most_fen:
            return False
        return self._of_cards(authority, share).get(pan, 0) > most_fen

    def card_most(self, authority, least_fen):
        """What waits of the card of which most waits, where that is at least least_fen; else 0."""
        at = AUTHORITIES.index(authority)
        if self._asked_fen[at] != least_fen:
            most_fen = 0
            for share, sum_fen in enumerate(self._shares[at]):
                if sum_fen >= least_fen and sum_fen > most_fen:
                    most_fen = max([most_fen] + list(self._of_cards(authority, share).values()))
            self._asked_fen[at] = least_fen
            self._most_fen[at] = most_fen if most_fen >= least_fen else 0
        return self._most_fen[at]

    def _of_cards(self, authority, share):
        """{pan: fen} of the cards with that share."""
        found = {}
        for payment in self._book.offline_queue():
            if payment.authority == authority and _share_of(payment.pan) == share:
                found[payment.pan] = found.get(payment.pan, 0) + payment.amount_fen
        return found


def _share_of(pan):
    return crc32((pan or "").encode()) % _SHARES


def _was_taken(record):
    return record.marks[kinds.M_OFFLINE] != UNSET and state_of(record.marks) in TAKEN
