"""Offline payments of kind (c): deferred online, at the merchant's risk, within caps, where the merchant has it on."""

from till.flows.errors import Stopped


def allow(till, payment, cvm):
    """Raises Stopped where states.md or the caps forbid to take this payment without the host."""
    caps = till.settings["offline"]
    if not caps["on"] or cvm != "none" or payment.kind != "sale" or till.clock.epoch() is None:
        raise Stopped("no-link" if not caps["on"] else "offline-never")
    if payment.expiry < "%02d%02d" % (till.clock.local()[0] % 100, till.clock.local()[1]):
        raise Stopped("expired")
    book = till.book
    over = (
        payment.amount_fen > caps["each_fen"]
        or book.offline_count + 1 > caps["count"]
        or book.offline_total_fen + payment.amount_fen > caps["total_fen"]
        or book.offline_card_total(payment.pan) + payment.amount_fen > caps["card_fen"]
    )
    if over:
        raise Stopped("offline-cap")
