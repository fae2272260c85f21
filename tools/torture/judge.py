"""The verdict after a cut: what was told to the shop and what the issuer did, against what the till makes of it.

The till goes on first: sends what waits, takes the next payment, settles. Then nothing is under way any more, and money
has moved exactly where the shop was told so."""

from tools.torture.shop import COUNTED, Card, Shop, key_of

LOST, DUPLICATED, CORRUPT, STUCK = "lost", "duplicated", "corrupt-accepted", "stuck"
NEXT_FEN = 100


class Verdict(Exception):
    """args: which of the four, what."""


def judge(nor, world):
    """Starts the till on these cells and goes on to the end of the batch. Raises Verdict."""
    try:
        shop = Shop(nor, world)
    except Exception as error:
        raise Verdict(STUCK, "does not start: %r" % error)
    _waiting(shop, world, _records(shop, world))
    try:
        _go_on(shop)
        again = Shop(nor, world)
    except Exception as error:
        raise Verdict(STUCK, "does not go on: %r" % error)
    _money(again, world, _records(again, world))


def _records(shop, world):
    """Every record is one that was made, as it was made, and no payment has two."""
    seen = {}
    for payment in shop.book.each(lambda record: True):
        key = key_of(payment)
        if key in seen:
            raise Verdict(DUPLICATED, "two records of %s" % (key,))
        seen[key] = payment.state
        kind, amount_fen, pan, epoch = world.made.get(key) or (None, None, None, None)
        if (payment.kind, payment.amount_fen, payment.pan, payment.epoch) != (kind, amount_fen, pan, epoch):
            raise Verdict(CORRUPT, "%s is not what was made" % (key,))
        if payment.rrn and payment.rrn != "%012d" % (payment.batch * 1000000 + payment.trace):
            raise Verdict(CORRUPT, "%s has another's answer" % (key,))
        if payment.state == "CANCELLED" and world.told.get(key) == "refused":
            raise Verdict(LOST, "%s changed its end" % (key,))
    if shop.book.damaged:
        raise Verdict(LOST, "record %d cannot be read" % shop.book.damaged)
    return seen


def _waiting(shop, world, seen):
    """What the shop gave goods for without the issuer stands in the queue, or has been answered."""
    queue = [key for key in seen if seen[key] == "OFFLINE"]
    queue_fen = sum([world.made[key][1] for key in queue])
    if (len(queue), queue_fen) != (shop.book.offline_count, shop.book.offline_total_fen):
        raise Verdict(LOST, "the queue is counted wrong")
    for key in world.told:
        if world.told[key] == "offline" and key not in queue and not world.is_moved(key):
            if world.made[key][1] % 10 != 3 and seen.get(key) != "CANCELLED":
                raise Verdict(LOST, "%s left the queue" % (key,))
        if world.told[key] == "cancelled" and key in queue:
            raise Verdict(DUPLICATED, "%s is in the queue again" % (key,))


def _go_on(shop):
    book = shop.book
    if not book.batch:
        book.open_batch(1)
    if book.settling:
        shop.settle()
    shop.idle(9)
    payment = shop.pay(NEXT_FEN, Card(1))
    if payment.state != "APPROVED":
        raise AssertionError("the next payment is %s" % payment.state)
    shop.drain()
    shop.settle()
    shop.idle(2)


def _money(shop, world, seen):
    if world.twice:
        raise Verdict(DUPLICATED, "a key came with other content")
    for key in world.told:
        if world.told[key] == "approved" and not world.is_moved(key):
            raise Verdict(LOST, "%s was shown as approved" % (key,))
        if world.told[key] in ("cancelled", "declined", "nothing") and world.is_moved(key):
            raise Verdict(DUPLICATED, "%s was charged after all" % (key,))
        if world.told[key] == "offline" and not world.is_moved(key) and world.made[key][1] % 10 != 3:
            if seen.get(key, "CANCELLED") != "CANCELLED":
                raise Verdict(LOST, "%s never went up" % (key,))
    for key in seen:
        if (seen[key] in COUNTED) != world.is_moved(key):
            raise Verdict(LOST if world.is_moved(key) else CORRUPT, "%s is %s" % (key, seen[key]))
    for batch in world.settled:
        if world.settled[batch] != world.totals(batch):
            ours, theirs = world.settled[batch], world.totals(batch)
            verdict = LOST if sum(ours) < sum(theirs) else DUPLICATED
            raise Verdict(verdict, "batch %d: %s, host %s" % (batch, ours, theirs))
    for key in world.moved:
        if world.moved[key][0] not in world.settled and key not in world.undone:
            raise Verdict(LOST, "%s is in no settlement" % (key,))


__all__ = ["CORRUPT", "DUPLICATED", "LOST", "STUCK", "Verdict", "judge"]
