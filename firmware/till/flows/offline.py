"""Offline payments: who approves them, what they may come to, and how near to that the till is (states.md, Offline).

Each authority has a switch and caps of its own in the settings: "card" by a TC after offline authentication, "voice" by
the issuer on the telephone, "deferred" by nobody yet: an ARQC kept for later, at the merchant's risk.
"""

from till.flows.errors import Stopped
from till.flows.waiting import business_start
from till.journal.payment import AUTHORITIES
from till.settings import offline_of

HOUR_S = 3600
ENTRIES = ("C", "I")  # never a stripe, a fallback to it, a key or a code
LEVELS = (50, 80, 95)


def authority_of(card):
    """Who approves a card's payment while there is no host: "card" where it gave a TC and proved itself, which is what
    the kernel calls approved; else nobody yet."""
    return "card" if card.outcome == "approved" else AUTHORITIES[0]


def caps_of(till, authority):
    """The caps that hold now: as provisioned, or lower by the manager's choice."""
    return offline_of(till.settings, authority)


class Caps:
    """Asked by the book in the same step that makes a payment OFFLINE. cvm: how the card wants its holder verified."""

    def __init__(self, till, cvm):
        self._till, self._cvm = till, cvm

    def check(self, book, payment):
        """Raises Stopped with why this payment may not wait in the journal."""
        till = self._till
        caps = caps_of(till, payment.authority)
        if not caps["on"]:
            raise Stopped("no-link" if payment.authority == AUTHORITIES[0] else "offline-off")
        now = till.clock.epoch()
        if payment.kind != "sale" or payment.entry not in ENTRIES or self._cvm == "online-pin" or now is None:
            raise Stopped("offline-never")
        if payment.expiry < "%02d%02d" % (till.clock.local()[0] % 100, till.clock.local()[1]):
            raise Stopped("expired")
        sums = book.offline_sums(business_start(till, now))
        if _is_overdue(till, sums, payment.authority, now):
            raise Stopped("offline-overdue")
        at, fen = AUTHORITIES.index(payment.authority), payment.amount_fen
        over = (
            fen > caps["each_fen"]
            or sums.counts[at] + 1 > caps["count"]
            or sums.totals_fen[at] + fen > caps["total_fen"]
            or sums.day_fen[at] + fen > caps["day_fen"]
            or sums.card_over(payment.authority, payment.pan, caps["card_fen"] - fen)
        )
        if over:
            raise Stopped("offline-cap")


def extended(till, epoch):
    """Since when a payment counts as waiting: the manager may have granted it another period."""
    return max(epoch, till.settings.get("offline_extended", 0))


def overdue(till):
    """Payments of the queue that have waited longer than their cap, oldest first: somebody must decide."""
    now = till.clock.epoch()
    if now is None:
        return
    for payment in till.book.offline_queue():
        if now - extended(till, payment.epoch) > caps_of(till, payment.authority)["age_h"] * HOUR_S:
            yield payment


def any_overdue(till):
    """Whether there is one. Reads no more than what waits longest."""
    now = till.clock.epoch()
    if now is None or not till.book.offline_count:
        return False
    sums = till.book.offline_sums(business_start(till, now))
    for authority in AUTHORITIES:
        if _is_overdue(till, sums, authority, now):
            return True
    return False


def _is_overdue(till, sums, authority, now):
    oldest = sums.oldest(authority)
    return oldest is not None and now - extended(till, oldest) > caps_of(till, authority)["age_h"] * HOUR_S


class Gauge:
    """How near the caps are, for the idle screen: looked at again when the queue has grown, and once a minute."""

    def __init__(self, till):
        self._till = till
        self._seen = None
        self._nearest = None

    def nearest(self):
        """(name, LEVELS percent) of the cap that is nearest, or None while less than half of each is used."""
        till = self._till
        now = till.clock.epoch()
        if not till.book.offline_count or now is None:
            self._seen = self._nearest = None
            return None
        seen = now // 60, till.book.offline_count
        if self._seen is None or seen[0] != self._seen[0] or seen[1] > self._seen[1]:
            self._seen = seen
            self._nearest = self._measure(now)
        return self._nearest

    def _measure(self, now):
        till = self._till
        sums = till.book.offline_sums(business_start(till, now))
        shares = []
        for at, authority in enumerate(AUTHORITIES):
            if not sums.counts[at]:
                continue
            caps = caps_of(till, authority)
            shares.append((sums.counts[at] * 100 // caps["count"], "count"))
            shares.append((sums.totals_fen[at] * 100 // caps["total_fen"], "total"))
            shares.append((sums.day_fen[at] * 100 // caps["day_fen"], "day"))
            card_fen = caps["card_fen"]
            shares.append((sums.card_most(authority, card_fen * LEVELS[0] // 100) * 100 // card_fen, "card"))
            waited_s = now - extended(till, sums.oldest(authority))
            shares.append((waited_s * 100 // (caps["age_h"] * HOUR_S), "age"))
        percent, name = max(shares)
        reached = [level for level in LEVELS if level <= percent]
        return (name, reached[-1]) if reached else None
