"""What a till at its prompt tells of itself: numbers, check values and figures, never a key."""

import gc
import json
from binascii import hexlify, unhexlify

from crash import PARTITION, CrashLog
from till.journal.book import Book
from till.journal.errors import JournalError
from till.journal.ring import Ring
from till.keys.vault import Vault, VaultError, derive
from till.keys.working import check_value
from till.update.choice import key_of
from till.update.header import version_of
from update import slots_of

SHOWN = ("terminal_id", "merchant_id", "merchant_name", "profile", "language", "tpdu", "provisioned_at")
_PAGE = 256


def provisioned(devices):
    """Of the settings: what may be shown. None where there are none; VaultError where they are damaged."""
    found = Vault(devices.flash("settings"), devices.secret).read()
    settings = json.loads(found) if found is not None else {}
    if "tmk" not in settings:
        return None
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
    for name in ("journal", "settings", "secret", "crash", "update-a", "update-b"):
        flash[name] = used(devices, name)
    log = CrashLog(devices.flash(PARTITION))
    return {
        "heap_free": free, "flash": flash, "journal": journal(devices), "keys": keys(devices),
        "crashes": log.row(), "crash": log.last(), "updates": updates(devices),
    }  # fmt: skip


def updates(devices):
    """Of each slot: version and how it stands; None for an empty one."""
    key = key_of(devices.secret)
    found = []
    for slot in slots_of(devices):
        header = slot.header()
        state = None
        if header is not None:
            state = "arriving"
            if slot.is_accepted(key):
                state = "good" if slot.is_good() else "failed" if slot.has_failed(slot.head()) else "on trial"
        found.append(state and [version_of(header.version), state])
    return found
