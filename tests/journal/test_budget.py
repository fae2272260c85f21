"""What the journal costs on flash: pages, programs and erases a payment, wear, recovery. The figures are printed."""

import time

from journal.day import EPOCH, Card, answer, opened
from journal.torn_flash import TornFlash
from till.journal import totals

PROGRAM_MS, ERASE_MS, READ_BYTES_PER_MS = 0.4, 45, 1000  # the model of a serial NOR
SALE_PAGES, SALE_PROGRAMS, SALE_ERASES = 2.0, 6.0, 0.13


def sell(book, number, offline=False):
    payment = book.create("sale", 8800, EPOCH, "01", card=Card(number % 1000))
    if offline:
        book.offline(payment)
        book.printed(payment)
        book.sending(payment)
        book.acked(payment, answer())
        return
    book.sending(payment)
    book.replied(payment, answer())
    book.approved(payment)
    book.printed(payment)


def business(sectors, batches, size, offline):
    """Batches on one flash, with reclaiming between payments. Returns (flash, payments, pages they took)."""
    flash = TornFlash(sectors)
    book = opened(flash)
    flash.programs = pages = 0
    book.open_batch(1)
    for _ in range(batches):
        for number in range(size):
            sell(book, number, offline)
            erases = flash.erases
            book.reclaim()
            assert flash.erases - erases <= 1
        pages += sum(record.pages for record in book.ring.records(book.batch_sequence + 1))
        book.begin_settlement(totals.of(book))
        book.uploading((1, 1))
        book.close_batch(book.batch + 1)
        while book.reclaim():
            pass
    return flash, batches * size, pages


def test_a_payment_stays_within_its_budget():
    for offline in (False, True):
        flash, payments, taken = business(14, 24, 50, offline)
        pages, programs, erases = taken / payments, flash.programs / payments, flash.erases / payments
        wear = max(flash.sector_erases) * flash.sectors / sum(flash.sector_erases)
        kind = "offline sale with acknowledgement" if offline else "sale"
        print(f"\n{kind}: {pages:.2f} pages, {programs:.2f} programs, {erases:.3f} erases; wear max/mean {wear:.2f}")
        assert pages <= SALE_PAGES
        assert programs <= SALE_PROGRAMS
        assert erases <= SALE_ERASES
        assert wear <= 1.2


def test_recovery_is_quick():
    flash = TornFlash(256)
    book = opened(flash)
    book.open_batch(1)
    for number in range(500):
        sell(book, number)
    flash.bytes_read = flash.pages_read = flash.programs = 0
    begun = time.perf_counter()
    again = opened(flash)
    wall_ms = (time.perf_counter() - begun) * 1000
    assert again.count == 500
    model_ms = flash.bytes_read / READ_BYTES_PER_MS + flash.programs * PROGRAM_MS
    print(
        f"\nrecovery of 1001 records: {flash.bytes_read} bytes in {flash.pages_read} reads, {flash.programs} programs,"
        f" {model_ms:.0f} ms of flash time; {wall_ms:.0f} ms here"
    )
    assert model_ms <= 250


def test_no_erase_while_a_customer_waits():
    flash = TornFlash(64)
    book = opened(flash)
    book.open_batch(1)
    for number in range(120):
        sell(book, number, number % 3 == 0)
    assert flash.erases == 0
