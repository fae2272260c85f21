"""Back to how the till left the factory: its keys and everything that was sealed with them are gone.

Power-cut safe: the first write puts a note in place of the settings, the second one takes away the sector with the
settings of before, so no key is left that could open; a start that finds the note goes on. The board's secret goes too
where it lies in flash, and with it whatever could still be read out of a chip.
"""

import json

from till.journal.book import Book
from till.journal.errors import JournalError
from till.journal.payment import UNRESOLVED
from till.journal.ring import Ring
from till.keys.vault import Vault, derive
from till.settings import SettingsError

NOTE = "factory_reset"
CLEARED = ("journal", "parameters", "update-a", "update-b", "settings", "secret")  # in this order


def nothing_waits(devices):
    """Raises SettingsError where the journal is not empty of what concerns this terminal's host and its keys."""
    if devices.flash("journal") is None:
        return
    try:
        ring = Ring(devices.flash("journal"), derive(devices.secret, "journal"))
        ring.open()
        book = Book(ring)
        book.load()
        waits = is_waiting(book)
    except JournalError:
        raise SettingsError("the journal cannot be read: look at the board before it gets other keys")
    if waits:
        raise SettingsError("the journal holds payments that are not settled: send or hand over and settle them first")


def is_waiting(book):
    """Whether a book, loaded, holds payments that are not settled or that the host has not answered."""
    waits = bool(book.has_open_records() or book.offline_count)
    for payment in book.undecided():
        if payment.state != UNRESOLVED:
            waits = True
    for _ in book.unanswered():
        waits = True
    return waits


def begin(devices):
    """From here on there are no keys. Yields before each operation."""
    vault = Vault(devices.flash("settings"), devices.secret)
    for _ in range(2):  # into the one sector, then into the other
        yield
        vault.write(json.dumps({NOTE: 1}).encode())


def is_begun(settings):
    return NOTE in settings


def finish(devices):
    """Erases everything. Yields before each operation. Again and again the same, until its last one is through."""
    for name in CLEARED:
        device = devices.flash(name)
        for block in range(device.ioctl(4, 0) if device else 0):
            yield
            device.ioctl(6, block)
