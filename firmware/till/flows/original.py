"""The sale that a void or a refund is about."""

from till.flows.errors import Stopped
from till.journal.payment import REVERSED, REVERSING


def original_of(till, trace):
    """The newest sale with that voucher number. Raises Stopped where there is none that counts."""
    sale = till.book.find(trace)
    if sale is None or sale.kind != "sale":
        raise Stopped("not-found")
    if sale.state in (REVERSING, REVERSED):
        raise Stopped("already-reversed")
    return sale
