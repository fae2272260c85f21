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
        used = Used(till, book, payment.authority, payment.pan)
        if used.oldest is not None and now - extended(till, used.oldest) > caps["age_h"] * HOUR_S:
            raise Stopped("offline-overdue")
        fen = payment.amount_fen
        over = (
            fen > caps["each_fen"]
            or used.count + 1 > caps["count"]
            or used.total_fen + fen > caps["total_fen"]
            or used.card_fen + fen > caps["card_fen"]
            or used.day_fen + fen > caps["day_fen"]
        )
        if over:
            raise Stopped("offline-cap")
        till.card_share = (used.card_fen + fen) * 100 // caps["card_fen"]


class Used:
    """What of an authority's caps is used, folded from the journal. oldest: epoch of what waits longest, or None."""

    def __init__(self, till, book, authority, pan=None):
        self.count = self.total_fen = self.card_fen = self.day_fen = 0
        self.oldest = None
        for payment in book.offline_queue():
            if payment.authority != authority:
                continue
            self.count += 1
            self.total_fen += payment.amount_fen
            if payment.pan == pan:
                self.card_fen += payment.amount_fen
            if self.oldest is None or payment.epoch < self.oldest:
                self.oldest = payment.epoch
        now = till.clock.epoch()
        if now is not None:
            self.day_fen = book.offline_since(business_start(till, now), authority)[1]


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
            till.card_share = 0
            return None
        seen = now // 60, till.book.offline_count
        if self._seen is None or seen[0] != self._seen[0] or seen[1] > self._seen[1]:
            self._seen = seen
            self._nearest = self._measure(now)
        return self._nearest

    def _measure(self, now):
        till = self._till
        shares = [(till.card_share, "card")]
        for authority in AUTHORITIES:
            caps = caps_of(till, authority)
            used = Used(till, till.book, authority)
            if not used.count:
                continue
            shares.append((used.count * 100 // caps["count"], "count"))
            shares.append((used.total_fen * 100 // caps["total_fen"], "total"))
            shares.append((used.day_fen * 100 // caps["day_fen"], "day"))
            waited_s = now - extended(till, used.oldest)
            shares.append((waited_s * 100 // (caps["age_h"] * HOUR_S), "age"))
        percent, name = max(shares)
        reached = [level for level in LEVELS if level <= percent]
        return (name, reached[-1]) if reached else None
