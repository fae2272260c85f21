# heap: 700k
import gc

from checks import raises
from journal.day import EPOCH, Card, opened
from journal.torn_flash import TornFlash
from till.card.card_read import CardRead
from till.drivers.calendar import from_epoch
from till.flows.errors import Stopped
from till.flows.offline import Caps, Gauge, any_overdue, authority_of, overdue
from till.journal.offline_sums import OfflineSums
from till.journal.payment import AUTHORITIES

HOUR_S = 3600
EACH = {"on": True, "each_fen": 300, "card_fen": 500, "day_fen": 2000, "total_fen": 1000, "count": 10, "age_h": 10}


class FakeClock:
    def __init__(self):
        self.now = EPOCH

    def epoch(self):
        return self.now

    def local(self):
        return self.local_of(self.now)

    def local_of(self, epoch):
        return from_epoch(epoch + 8 * HOUR_S)


class FakeTill:
    def __init__(self, sectors=8, **caps):
        gc.collect()
        flash = TornFlash(sectors)
        self.book = opened(flash)
        self.book.open_batch(1)
        self.clock = FakeClock()
        kinds = {}
        for kind in ("card", "voice", "deferred"):
            kinds[kind] = dict(EACH)
            kinds[kind].update(caps)
        self.settings = {"offline": kinds, "cutoff": "2300"}

    def take(self, amount_fen=100, number=1, authority="deferred", cvm="none", card=None):
        """A payment into the queue, within the caps."""
        code = "123456" if authority == "voice" else None
        card = card or Card(number)
        card.de55 = b""
        payment = self.book.create(
            "sale", amount_fen, self.clock.now, "01", card=card, authority=authority, auth_code=code
        )
        self.book.offline(payment, Caps(self, cvm))
        return payment

    def refuses(self, *args, **more):
        before = self.book.offline_count
        cause = raises(Stopped, self.take, *args, **more).args[0]
        assert self.book.offline_count == before
        return cause


def test_the_card_decides_who_approved():
    card = CardRead()
    for outcome, authority in (("approved", "card"), ("online", "deferred"), ("", "deferred")):
        card.outcome = outcome
        assert authority_of(card) == authority


def test_each_cap_of_each_kind_is_its_own():
    for authority in ("card", "voice", "deferred"):
        till = FakeTill(count=2)
        assert till.refuses(301, authority=authority) == "offline-cap"
        till.take(300, authority=authority)
        assert till.refuses(201, authority=authority) == "offline-cap", "the card's"
        till.take(201, 2, authority=authority)
        assert till.refuses(1, 3, authority=authority) == "offline-cap", "the number"
        for other in ("card", "voice", "deferred"):
            if other != authority:
                till.take(300, authority=other)
    till = FakeTill()
    for number in range(3):
        till.take(300, number)
    assert till.refuses(101, 9) == "offline-cap", "in all"
    till.take(100, 9)


def test_the_day_counts_what_was_sent_too_and_ends_at_the_cut_off():
    till = FakeTill(day_fen=350)
    till.book.acked(till.take(300), {"response": "00"})
    assert till.refuses(51, 2) == "offline-cap"
    start = till.clock.now
    hour = till.clock.local()[3]
    till.clock.now = start + (23 - hour) * HOUR_S - till.clock.local()[4] * 60 - till.clock.local()[5] - 1
    assert till.clock.local()[3:] == (22, 59, 59)
    assert till.refuses(51, 2) == "offline-cap"
    till.clock.now += 1
    till.take(300, 2)


def test_age_stops_new_ones_until_somebody_decides():
    till = FakeTill()
    till.take()
    till.clock.now += 10 * HOUR_S
    till.take()
    till.clock.now += 1
    assert till.refuses() == "offline-overdue" and len(list(overdue(till))) == 1
    till.take(authority="voice")  # a kind that has nothing overdue
    till.settings["offline_extended"] = till.clock.now
    assert not list(overdue(till))
    till.take()


def test_never_offline():
    till = FakeTill()
    assert till.refuses(cvm="online-pin") == "offline-never"
    assert till.refuses(card=Card(1, "S")) == "offline-never"
    assert till.refuses(card=Card(1, "M")) == "offline-never"
    old = Card()
    old.expiry = "2610"
    assert till.refuses(card=old) == "expired"
    for kind, cause in (("deferred", "no-link"), ("card", "offline-off"), ("voice", "offline-off")):
        till.settings["offline"][kind]["on"] = False
        assert till.refuses(authority=kind) == cause
    till = FakeTill()
    till.clock.epoch = lambda: None
    assert till.refuses() == "offline-never"


def test_the_gauge_shows_the_nearest_cap_in_three_levels():
    till = FakeTill(card_fen=100000, total_fen=100000, day_fen=100000)
    gauge = Gauge(till)
    assert gauge.nearest() is None
    for count, found in ((4, None), (5, ("count", 50)), (8, ("count", 80)), (9, ("count", 80)), (10, ("count", 95))):
        while till.book.offline_count < count:
            till.take()
        assert gauge.nearest() == found, count
    till = FakeTill()
    till.take(300)
    assert Gauge(till).nearest() == ("card", 50)
    till.book.load()  # the power was off
    assert Gauge(till).nearest() == ("card", 50)
    till.clock.now += 8 * HOUR_S
    assert Gauge(till).nearest() == ("age", 80)
    till = FakeTill(total_fen=320, card_fen=10000)
    till.take(300)
    assert Gauge(till).nearest() == ("total", 80)
    till = FakeTill(day_fen=305, card_fen=10000)
    till.take(300)
    assert Gauge(till).nearest() == ("day", 95)


class Counted:
    """Counts what a ring reads of its records' bodies."""

    def __init__(self, ring):
        self.bodies = self.heads = 0
        self._body_of, self._load = ring.body_of, ring.load
        ring.body_of, ring.load = self.body_of, self.load

    def body_of(self, record):
        self.bodies += 1
        return self._body_of(record)

    def load(self, *where):
        self.heads += 1
        return self._load(*where)


def test_a_full_queue_costs_a_check_nothing():
    till = FakeTill(24, count=500, day_fen=10**9, total_fen=10**9, card_fen=10**6)
    for number in range(60):
        till.take(100 + number, number)
    till.book.load()
    counted = Counted(till.book.ring)
    gauge = Gauge(till)
    gauge.nearest()
    assert 60 <= counted.bodies <= 62, "each once after a start, and what waits longest"
    for _ in range(3):
        till.clock.now += 61
        counted.bodies = counted.heads = 0
        assert gauge.nearest() is None and not any_overdue(till)
        assert (counted.bodies, counted.heads) == (0, 0), "an idle minute reads nothing"
    payment = till.book.create("sale", 100, till.clock.now, "01", card=Card(7))
    counted.bodies = 0
    Caps(till, "none").check(till.book, payment)
    assert counted.bodies == 0


def sums_of(till):
    start = till.book._sums.day_start
    return [
        (sums.counts, sums.totals_fen, sums.day_fen, sums._shares, [sums.oldest(name) for name in AUTHORITIES])
        for sums in (till.book._sums, OfflineSums(till.book, start))
    ]


def test_the_sums_follow_every_step():
    till = FakeTill()
    taken = []
    for number, authority in enumerate(("deferred", "card", "voice", "card", "deferred", "voice")):
        till.clock.now += 60
        taken.append(till.take(100 + number, number % 3, authority))
    book = till.book
    for step in (
        lambda: book.acked(taken[0], {"response": "00"}),
        lambda: book.refused(taken[1], "51"),
        lambda: book.cancelled(taken[2]),
        lambda: book.handed_over(taken[3]),
    ):
        step()
        kept, fresh = sums_of(till)
        assert kept == fresh
    till.clock.now += 24 * HOUR_S
    any_overdue(till)
    assert till.book._sums.day_fen == [0, 0, 0] and sums_of(till)[0] == sums_of(till)[1]


def test_cards_that_share_a_sum_do_not_share_a_cap():
    till = FakeTill(24, count=500, day_fen=10**9, total_fen=10**9)
    for number in range(70):  # more cards than sums
        till.take(300, number)
    assert till.refuses(201, 5) == "offline-cap"
    till.take(200, 5)
    assert Gauge(till).nearest() == ("card", 95)
    till.book.acked(next(one for one in till.book.offline_queue() if one.pan == Card(5).pan), {"response": "00"})
    assert Gauge(till).nearest() == ("card", 50)
