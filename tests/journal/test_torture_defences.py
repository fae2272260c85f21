"""Each defence of the journal matters: without it, the torture's judge finds what was lost, doubled or believed."""

import pytest

from host_sim.rig.nor import Nor
from till.journal import power_cut, recovery, ring
from till.journal.errors import BookError, JournalError
from till.journal.flash import Flash
from till.journal.layout import SETS, SUPERSEDES
from tools.torture.chance import Chance
from tools.torture.judge import CORRUPT, Verdict, judge
from tools.torture.run import tries
from tools.torture.shop import Card, Shop
from tools.torture.world import World

TRIES = 900


def no_crc_and_no_mac(self, record):
    return self.read(record)


def the_last_record_is_trusted(_ring, _last):
    return True


def copies_are_forgotten(self, place, about, really=ring.Ring.apply):
    if about != SUPERSEDES:
        really(self, place, about)


def answers_set_nothing(self, place, about, really=ring.Ring.apply):
    if about < SETS:
        really(self, place, about)


def nothing_is_decided_at_boot(_book):
    return []


DEFECTS = (
    (ring.Ring, "read_whole", no_crc_and_no_mac),
    (recovery, "_settle_last", the_last_record_is_trusted),
    (ring.Ring, "apply", copies_are_forgotten),
    (ring.Ring, "apply", answers_set_nothing),
    (power_cut, "recover", nothing_is_decided_at_boot),
)


@pytest.mark.parametrize(("where", "name", "defect"), DEFECTS, ids=[row[2].__name__ for row in DEFECTS])
def test_the_torture_finds_it(monkeypatch, where, name, defect):
    monkeypatch.setattr(where, name, defect)
    try:
        found = any(verdict is not None for _, verdict in tries(1, 0, TRIES))
    except (AssertionError, JournalError, BookError):
        found = True  # the day itself cannot be played
    assert found


def sold():
    nor = Nor(9 * 4096, Chance(1))
    shop = Shop(nor, World())
    shop.book.open_batch(1)
    for number in range(3):
        shop.pay(1000 + 10 * number, Card(number))
    shop.offline(2000, Card(9))
    return nor, shop


def test_a_flipped_bit_of_a_record_is_never_taken_for_money():
    """Every bit of a queued payment's record, one at a time: what is believed is what was made, or the till says which
    record cannot be read."""
    nor, shop = sold()
    record = next(one for one in shop.book.ring.records() if one.marks[4] == 0).copy()
    begin, kept = record.sector * 4096 + record.start, nor.snapshot()
    for at in range(28, 48 + record.length, 3):
        nor.restore(kept)
        nor.flip(begin + at, 1 << at % 8)
        with pytest.raises(Verdict) as found:
            judge(nor, shop.world.copy())
        assert found.value.args[0] != CORRUPT, (at, found.value.args)


def test_without_the_authentication_a_flipped_bit_is_taken_for_money(monkeypatch):
    monkeypatch.setattr(ring.Ring, "read_whole", no_crc_and_no_mac)
    nor, shop = sold()
    record = next(one for one in shop.book.ring.records() if one.marks[4] == 0).copy()
    nor.flip(record.sector * 4096 + record.start + 48 + 100, 1)
    with pytest.raises(Verdict):
        judge(nor, shop.world)


def test_without_the_read_back_a_worn_sector_loses_a_payment(monkeypatch):
    nor, shop = sold()
    nor.stuck = (0,)
    shop.pay(3000, Card(4))
    judge(nor, shop.world.copy())
    monkeypatch.setattr(Flash, "holds", lambda *_: True)
    nor, shop = sold()
    nor.stuck = (0,)
    with pytest.raises((Verdict, AssertionError, BookError)):
        shop.pay(3000, Card(4))
        judge(nor, shop.world)


def test_without_erasing_ahead_a_customer_waits(monkeypatch):
    really = Shop.make

    def erased_when_needed(self, *arguments, **more):
        self.book.reclaim()
        return really(self, *arguments, **more)

    monkeypatch.setattr(Shop, "idle", lambda self, most: None)
    monkeypatch.setattr(Shop, "make", erased_when_needed)
    with pytest.raises(AssertionError, match="an erase while a customer waits"):
        for _ in tries(1, 0, 10):
            pass
