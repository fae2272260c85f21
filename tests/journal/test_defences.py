"""Each defence of the journal matters: without it, the cuts of tests/unit/journal/test_power_cuts.py find a loss."""

import pytest

from journal import test_power_cuts
from journal.day import play
from journal.torn_flash import TornFlash
from till.journal import book, power_cut, reclaim, record, recovery, ring
from till.journal.errors import BookError, JournalError
from till.journal.layout import MOVED

SECTORS = test_power_cuts.SECTORS
RECLAIMS = 172  # operations of the day before sectors are reclaimed


def trust_the_last_record(_ring, _last):
    return True


def forget_that_originals_moved(self, sector, page, head, whole=record.Record.fill):
    found = whole(self, sector, page, head)
    self.moved = False
    return found


def leave_both_copies(opened, last, whole=recovery._settle_last):
    last.copied = False
    return whole(opened, last)


def mark_moved_before_the_copy(self, moving, whole=ring.Ring.move):
    self.set_mark(moving, MOVED)
    whole(self, moving)


def erase_with_the_header_in_place(opened, sector):
    opened.sequences[sector] = opened.first[sector] = opened.copies[sector] = 0
    count = len(opened.sequences)
    opened.tail = next(at % count for at in range(sector + 1, sector + count) if opened.sequences[at % count])
    reclaim._prepare(opened, sector, 0)


def mark_before_the_answer(self, payment, state, reply, slot):
    self.finish_answer(payment, state, slot)
    self._keep(payment, reply)


def no_look_at_the_last_answer(_book):
    return []


def send_before_it_is_durable(self, payment):
    payment.state = "SENDING"


def honour_what_was_half_way(self, payment):
    self.offline(payment)


DEFECTS = (
    (recovery, "_settle_last", trust_the_last_record, 0),
    (record.Record, "fill", forget_that_originals_moved, RECLAIMS),
    (recovery, "_settle_last", leave_both_copies, RECLAIMS),
    (ring.Ring, "move", mark_moved_before_the_copy, RECLAIMS),
    (reclaim, "_retire", erase_with_the_header_in_place, RECLAIMS),
    (book.Book, "_answered", mark_before_the_answer, 0),
    (power_cut, "_finish_last_answer", no_look_at_the_last_answer, 0),
    (book.Book, "sending", send_before_it_is_durable, 0),
    (book.Book, "abandoned", honour_what_was_half_way, 0),
)


@pytest.mark.parametrize(("where", "name", "defect", "since"), DEFECTS, ids=[row[2].__name__ for row in DEFECTS])
def test_a_planted_defect_is_found(monkeypatch, where, name, defect, since):
    flash = TornFlash(SECTORS)
    monkeypatch.setattr(where, name, defect)
    with pytest.raises((AssertionError, JournalError, BookError)):
        test_power_cuts.cuts(play(SECTORS, 4), flash, tuple(range(1, 9)), 1, since=since)
