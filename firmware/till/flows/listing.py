"""Lists on paper: what waits too long, what became a debt, what was handed over."""

from till.flows.errors import Stopped
from till.flows.paper import print_lines
from till.slip.listing import list_slip

LISTED_MOST = 500


async def print_list(till, title, payments, digest=""):
    """title: a label of the slips. digest: of a file that holds them. Prints one line a payment; the merchant may go on
    without paper. Returns whether it was printed."""
    rows = []
    for payment in payments:
        rows.append((payment.batch, payment.trace, payment.amount_fen, payment.response or ""))
        if len(rows) == LISTED_MOST:
            break
    settings = till.settings
    lines = list_slip(till.paper, settings["language"], title, rows, till.clock.local(), settings["operator"], digest)
    try:
        await print_lines(till, lines, "step-list")
        return True
    except Stopped as stopped:
        await till.ui.result(stopped.args[0])
        return False
