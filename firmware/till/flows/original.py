"""The sale that a void or a refund is about."""

from till.flows.errors import Stopped
from till.journal.payment import REVERSED, REVERSING


class Kept:
    """A card as the journal still knows it; the customer need not present it again."""

    def __init__(self, payment):
        self.pan, self.psn, self.expiry = payment.pan, payment.psn, payment.expiry
        self.entry = payment.entry
        self.track2, self.de55, self.pin_entered = "", b"", False


def kept_of(payment):
    return Kept(payment)


def original_of(till, trace):
    """The newest sale with that voucher number. Raises Stopped where there is none that counts."""
    sale = till.book.find(trace)
    if sale is None or sale.kind != "sale":
        raise Stopped("not-found")
    if sale.state in (REVERSING, REVERSED):
        raise Stopped("already-reversed")
    return sale
