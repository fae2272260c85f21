"""What a till at its prompt tells of itself: numbers, check values and figures, never a key."""

import gc
import json
from binascii import hexlify, unhexlify

from till.journal.book import Book
from till.journal.errors import JournalError
from till.journal.ring import Ring
from till.keys.vault import Vault, VaultError, derive
from till.keys.working import check_value

SHOWN = ("terminal_id", "merchant_id", "merchant_name", "profile", "language", "tpdu", "provisioned_at")
_PAGE = 256


def provisioned(devices):
    """Of the settings: what may be shown. None where there are none; VaultError where they are damaged."""
    found = Vault(devices.flash("settings"), devices.secret).read()
    if found is None:
        return None
    settings = json.loads(found)
    shown = {}
    for name in SHOWN:
        shown[name] = settings.get(name)
    shown["tmk_check"] = hexlify(check_value(unhexlify(settings["tmk"]))).decode().upper()
    return shown


def keys(devices):
    """As provisioned(), with what is wrong in place of an error."""
    try:
        return provisioned(devices)
    except VaultError as error:
        return error.args[0]


def journal(devices):
    """Counts of the journal, read as a start reads it; nothing in it is changed that a start would not change."""
    try:
        ring = Ring(devices.flash("journal"), derive(devices.secret, "journal"))
        ring.open()
        book = Book(ring)
        book.load()
    except JournalError as error:
        return type(error).__name__
    undecided = 0
    for _ in book.undecided():
        undecided += 1
    return {
        "batch": book.batch, "offline": book.offline_count, "undecided": undecided,
        "free_pages": ring.space(), "pages": ring.pages,
    }  # fmt: skip


def used(devices, name):
    """(pages that hold something, pages) of a partition."""
    device = devices.flash(name)
    page = bytearray(_PAGE)
    blank = b"\xff" * _PAGE
    count = 0
    for block in range(device.ioctl(4, 0)):
        for offset in range(0, device.ioctl(5, 0), _PAGE):
            device.readblocks(block, page, offset)
            count += page != blank
    return count, device.ioctl(4, 0) * device.ioctl(5, 0) // _PAGE


def report(devices):
    """All of it, as a dictionary for JSON."""
    gc.collect()
    free = gc.mem_free()
    flash = {}
    for name in ("journal", "settings", "secret", "crash"):
        flash[name] = used(devices, name)
    return {"heap_free": free, "flash": flash, "journal": journal(devices), "keys": keys(devices)}
