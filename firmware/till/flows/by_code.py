"""Payments by code: the till scans the code on a customer's phone, or shows one that the phone scans.

Both begin and end like a sale. Between, the customer may have something to do on the phone: the till asks the host what
has become of it, and the clerk may stop waiting. Whoever is faster wins, once: a payment that the host has taken before
the till asked it to close is paid or given back in full, never both.
"""

from till.flows.approved import show_approved
from till.flows.ask import CAUSES
from till.flows.errors import Stopped
from till.flows.guard import may_pay
from till.flows.paper import print_payment
from till.journal.payment import BY_CODE
from till.link import by_code as host
from till.link.errors import NotSent, NotSignedOn, ReversalPending, Reversed
from till.qr.customer_code import table_of, wallet_of
from till.qr.encoder import encode
from till.qr.errors import QrError
from till.qr.merchant_code import AMOUNT, CURRENCY, read

SCAN_MS = 60_000
TRIES = 3
WAIT_MS = 90_000  # shorter than an order lives at the wallets
POLL_MS = 3_000
TIMEOUT, OTHER = "98", "06"
# F39 of a wallet that means something else to who pays than to who has a card
MEANT = {"14": "code-unknown", "54": "code-old", "05": "code-refused"}


class Code:
    """What the journal keeps of a payment by code: no card. wallet: F44; code: the customer's; None where the till
    shows one."""

    pan = psn = expiry = track2 = None
    de55 = b""
    entry = BY_CODE

    def __init__(self, wallet=None, code=None):
        self.wallet, self.code = wallet, code


async def scan(till):
    """The customer shows a code, the till scans it. Ends with a slip, or raises Cancelled or Stopped."""
    if till.devices.scanner is None:
        raise Stopped("no-scanner")
    amount_fen = await _amount(till, "qr-scan")
    wallet, code = await _scanned(till, amount_fen)
    await _pay(till, amount_fen, Code(wallet, code))


async def show(till):
    """The till shows a code, the customer scans it."""
    amount_fen = await _amount(till, "qr-show")
    await _pay(till, amount_fen, Code())


async def _amount(till, title):
    await may_pay(till)
    amount_fen = await till.ui.ask_amount(title, "", till.settings["most_fen"])
    await till.ui.confirm("details", title, amount_fen)
    return amount_fen


async def _scanned(till, amount_fen):
    """(wallet, code): of the first code that is a wallet's. Cancelled by the key, Stopped where nobody shows one."""
    scanner, clock = till.devices.scanner, till.clock
    scanner.clear()  # what was scanned before somebody asked for it does not count
    text = "scan-code"
    deadline_ms = clock.ticks_ms() + SCAN_MS
    for _ in range(TRIES):
        till.ui.show("present_card", "qr-scan", amount_fen, text)
        found = scanner.read()
        while found is None:
            left_ms = deadline_ms - clock.ticks_ms()
            if left_ms <= 0:
                raise Stopped("no-code")
            await till.ui.cancelled(left_ms, (scanner.activity,))
            found = scanner.read()
        wallet = wallet_of(found.text, table_of(till.settings))
        if wallet is not None:
            return wallet, found.text
        text = "no-wallet-code"
        await till.ui.beep(2)
    raise Stopped("code-unknown")


async def _pay(till, amount_fen, code):
    payment = till.book.create("sale", amount_fen, till.clock.epoch(), till.settings["operator"], card=code)
    till.ui.show("processing", "sale", amount_fen)
    try:
        response, shown = await host.begin(till.session, payment)
        if response == host.PENDING:
            response = await _wait(till, payment, shown)
    except (NotSent, NotSignedOn):
        till.book.abandoned(payment)  # a wallet is never paid offline
        raise Stopped("no-link")
    except Reversed as error:
        raise Stopped("amount-differs" if error.args[0] == OTHER else "reversed")
    except ReversalPending as error:
        if payment.reversal_reason:
            closed_by_clerk = error.args[0] == OTHER and not payment.response
            raise Stopped("code-closing" if closed_by_clerk else CAUSES[error.args[0]])
        till.book.abandoned(payment)  # it is another payment's reversal that stands in the way
        raise Stopped("pending-reversal")
    if response not in till.profile.APPROVED:
        raise Stopped(MEANT.get(response, response))
    await show_approved(till, payment)
    await print_payment(till, payment)


async def _wait(till, payment, shown):
    """Until the host says what has become of it, the clerk cancels, or nobody has paid in time. Returns F39. Raises
    Stopped("not-paid") or ("code-closed") once the order is closed, and as close() and look() do."""
    if payment.code is None:
        _draw(till, payment, shown)
    else:
        till.ui.show("waiting_payment", payment.amount_fen)
    deadline_ms = till.clock.ticks_ms() + WAIT_MS
    reason, result = TIMEOUT, "not-paid"
    while till.clock.ticks_ms() < deadline_ms:
        key = await till.ui.key(POLL_MS)
        response = await host.look(till.session, payment)
        if response != host.PENDING:
            return response
        if key == "cancel":
            reason, result = OTHER, "code-closed"
            break
    till.ui.show("processing", "sale", payment.amount_fen, "closing")
    raised = await host.close(till.session, payment, reason)
    till.work.set()
    if isinstance(raised, Reversed):
        raise Stopped(result)
    raise raised


def _draw(till, payment, shown):
    """The code that the host made, once it is what the customer shall pay; else nothing, and the wait finds out."""
    try:
        found = read(shown or "")
        right = found.get(AMOUNT) == "%d.%02d" % (payment.amount_fen // 100, payment.amount_fen % 100)
        if right and found.get(CURRENCY) == till.settings["currency"]:
            till.ui.show("code_to_scan", payment.amount_fen, encode(shown.encode()))
            return
    except QrError:
        pass
    till.ui.show("waiting_payment", payment.amount_fen)
