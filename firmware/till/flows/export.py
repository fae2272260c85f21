"""Hands over to the host's operator what the host has not answered, where it cannot be sent: before other keys, another
owner, another firmware, or when the line is gone for good.

A file goes out over the serial console, enciphered (docs/export.md). Whoever holds its key opens it and reads back
a receipt number, which nobody else can know; only then is the receipt printed, and only behind a whole receipt are the
records handed over. Until then they stay in the queue and go on being sent: the host takes each once, whether it comes
by the line or by the file.
"""

from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.listing import print_list
from till.journal.payment import OFFLINE
from till.link.handover import RECEIPT_DIGITS, HandOver
from till.ui.interact import TimedOut

SEEN_MS = 3_000
NONCE_BYTES = 16
TRIES = 5
PATIENCE = 30  # times the wait for a digit, about half an hour: the file goes to another computer meanwhile


async def export(till):
    """Under the manager's password. Stopped where nothing has been handed over."""
    if not till.settings.get("export_key"):
        raise Stopped("export-no-key")
    count = total_fen = 0
    for payment in till.book.unanswered():
        count += 1
        total_fen += payment.amount_fen
    if not count:
        till.ui.show("notice", "export-menu", "nothing-waits")
        await till.ui.key(SEEN_MS)
        return
    await manager(till, "export-menu")
    await till.ui.confirm("question", "export-menu", "export-question", total_fen)
    till.ui.show("notice", "export-menu", "exporting", "please-wait")
    file = await _write(till)
    await _acknowledged(till, file)
    await _hand_over(till, file)
    till.ui.show("notice", "export-menu", "export-done")
    await till.ui.key(SEEN_MS)


async def _write(till):
    """The file on the console. Each record counts as sent before a byte of it leaves: from then on nobody cancels it in
    place or writes it off."""
    book = till.book
    async with till.session.turn():
        await till.session.flash_is_free()
        for payment in book.unanswered():
            if payment.state == OFFLINE and not payment.sent:
                book.sending(payment)
        file = HandOver(till.settings, till.profile, till.devices.entropy(NONCE_BYTES))
        for line in file.lines(book.unanswered(), lambda epoch: "%02d%02d" % tuple(till.clock.local_of(epoch)[1:3])):
            print(line)
    return file


async def _acknowledged(till, file):
    """Returns once the receipt number has been typed. Cancelled or Stopped: nothing is handed over."""
    tries = TRIES
    for _ in range(PATIENCE):
        try:
            typed = await till.ui.ask_digits("export-menu", "enter-receipt", RECEIPT_DIGITS, least=RECEIPT_DIGITS)
        except TimedOut:
            continue
        if file.is_received(typed):
            return
        tries -= 1
        if not tries:
            break
        await till.ui.message("export-wrong")
    raise Stopped("export-kept")


async def _hand_over(till, file):
    """Prints the receipt and marks what it lists. Nothing of it leaves or is answered meanwhile."""
    book = till.book
    async with till.session.turn():
        if not await print_list(till, "export-slip", _up_to(book, file.newest), file.digest):
            raise Stopped("export-kept")
        await till.session.flash_is_free()
        for payment in _up_to(book, file.newest):
            book.handed_over(payment)
    till.session.changed()


def _up_to(book, newest):
    for payment in book.unanswered():
        if payment.sequence <= newest:
            yield payment
