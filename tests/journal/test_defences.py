"""Each defence of the journal matters: without it, the cuts of tests/unit/journal/test_power_cuts.py find a loss."""

import pytest

from journal import test_power_cuts, test_ring
from journal.day import play
from journal.torn_flash import TornFlash
from till.journal import book, layout, reclaim, recovery, ring
from till.journal.errors import BookError, JournalError

SECTORS = test_power_cuts.SECTORS
RECLAIMS = 172  # operations of the day before sectors are reclaimed


def trust_the_last_record(_ring, _last):
    return True


def forget_what_was_superseded(self, place, about, whole=ring.Ring.apply):
    if about != layout.SUPERSEDES:
        whole(self, place, about)


def forget_what_answers_set(self, place, about, whole=ring.Ring.apply):
    if about <= layout.SUPERSEDES:
        whole(self, place, about)


def erase_what_has_not_left_the_log(opened, is_live):
    sector = opened.tail
    if sector == opened.head or reclaim.close_gap(opened):
        return False
    record = reclaim.Record(opened)
    for found in reclaim.search.headers(opened, sector, record):
        if is_live(found):
            opened.move(found)
    reclaim._leaves_log(opened, sector)
    opened.last = (sector - 1) % len(opened.sequences)
    return reclaim.prepare(opened, sector)


def send_before_it_is_durable(self, payment):
    payment.state = "SENDING"


def honour_what_was_half_way(self, payment):
    self.offline(payment)


DEFECTS = (
    (recovery, "_settle_last", trust_the_last_record, 0),
    (ring.Ring, "apply", forget_what_was_superseded, 0),
    (ring.Ring, "apply", forget_what_answers_set, 0),
    (reclaim, "_reclaim", erase_what_has_not_left_the_log, RECLAIMS),
    (book.Book, "sending", send_before_it_is_durable, 0),
    (book.Book, "abandoned", honour_what_was_half_way, 0),
)


@pytest.mark.parametrize(("where", "name", "defect", "since"), DEFECTS, ids=[row[2].__name__ for row in DEFECTS])
def test_a_planted_defect_is_found(monkeypatch, where, name, defect, since):
    flash = TornFlash(SECTORS)
    monkeypatch.setattr(where, name, defect)
    with pytest.raises((AssertionError, JournalError, BookError)):
        test_power_cuts.cuts(play(SECTORS, 4), flash, tuple(range(1, 9)), 1, since=since)


def test_without_the_look_at_what_lies_there_another_record_is_read(monkeypatch):
    def believe(self, record):
        view = self.read(record)
        end = len(view) - layout.CRC
        assert layout.struct.unpack(">I", view[end:])[0] == layout.crc32(view[layout.HEADER_AT : end])
        return view

    test_ring.test_a_record_that_is_gone_is_not_what_lies_in_its_place_now()
    monkeypatch.setattr(ring.Ring, "read_whole", believe)
    with pytest.raises(AssertionError):
        test_ring.test_a_record_that_is_gone_is_not_what_lies_in_its_place_now()
