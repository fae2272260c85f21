"""How much fits, what a total and a start cost to read, and that nobody waits for an erase however full it is."""

import sys

import pytest

from host_sim.rig.nor import Nor
from journal.day import EPOCH, Card, answer, opened
from journal.torn_flash import TornFlash
from till.journal import totals
from till.journal.body import answer_of
from till.journal.errors import JournalError
from till.journal.ring import Ring
from till.journal.seal import Seal
from tools.torture.chance import Chance
from tools.torture.partition import Partition

PROGRAM_MS, READ_BYTES_PER_MS = 0.4, 1000


def queued(sectors, count):
    nor = Nor(sectors * 4096, Chance(1))
    book = opened(Partition(nor))
    book.open_batch(1)
    for number in range(count):
        assert book.has_room()
        book.offline(book.create("sale", 100, EPOCH, "01", card=Card(number % 1000)))
    return nor, book


@pytest.mark.parametrize(("sectors", "count"), [(128, 500), (576, 4000)])
def test_open_transactions_fit_and_are_recovered_within_a_second(sectors, count):
    """128 sectors are half a megabyte, of a 2 MB board; 576 are 2.25 MB, of a 4 MB one."""
    nor, _ = queued(sectors, count)
    assert nor.erases == 0
    nor.programs = nor.bytes_read = 0
    again = opened(Partition(nor))
    ms = nor.programs * PROGRAM_MS + nor.bytes_read / READ_BYTES_PER_MS
    print(f"\n{count} open payments in {sectors} sectors: {ms:.0f} ms of flash time, {nor.bytes_read} bytes read")
    assert (again.offline_count, again.offline_total_fen) == (count, 100 * count)
    assert ms <= 1000
    acked = next(again.offline_queue())
    again.acked(acked, answer())
    assert again.offline_count == count - 1 and nor.erases == 0


def test_ram_is_a_matter_of_sectors_and_not_of_records():
    def size(ring):
        return sum(sys.getsizeof(part) for part in vars(ring).values())

    empty = Ring(TornFlash(64), b"journal test key")
    empty.open()
    nor, _ = queued(64, 300)
    full = opened(Partition(nor)).ring
    assert abs(size(full) - size(empty)) < 400
    arrays = (full.sequences, full.first, full.starts, *full.sets, full.copies, full.old)
    assert sum(len(part) * getattr(part, "itemsize", 1) for part in arrays) == 16 * 64


def test_a_total_of_500_sales_reads_one_block_of_each_answer(monkeypatch):
    flash = TornFlash(128)
    book = opened(flash)
    book.open_batch(1)
    for number in range(500):
        payment = book.create("sale", 100 + number, EPOCH, "01", card=Card(number))
        book.sending(payment)
        book.replied(payment, answer())
        book.approved(payment)
    blocks = whole = 0

    def first_block(self, *arguments, really=Seal.first_block):
        nonlocal blocks
        blocks += 1
        return really(self, *arguments)

    def decipher(self, *arguments, really=Seal.decipher):
        nonlocal whole
        whole += 1
        return really(self, *arguments)

    monkeypatch.setattr(Seal, "first_block", first_block)
    monkeypatch.setattr(Seal, "decipher", decipher)
    flash.bytes_read = 0
    assert totals.of(book).domestic == (sum(range(100, 600)), 500, 0, 0)
    assert (blocks, whole) == (500, 0)  # two AES blocks each
    assert flash.bytes_read <= 1001 * 48 + 500 * 16
    blocks = 0
    opened(flash)
    assert blocks == 0 and whole <= 2  # the batch, and the newest payment's trace


def test_a_damaged_block_is_never_added_up():
    book = opened(TornFlash(16))
    book.open_batch(1)
    payment = book.create("sale", 100, EPOCH, "01", card=Card(1))
    book.sending(payment)
    book.replied(payment, answer())
    block = bytearray(book.ring.find(0x20, payment.sequence).peek())
    assert answer_of(block) == (100, True)
    accepted = 0
    for at in range(9):
        for bit in range(8):
            block[at] ^= 1 << bit
            accepted += answer_of(block) is not None
            block[at] ^= 1 << bit
    assert accepted == 0


@pytest.mark.parametrize("sectors", [16])
def test_nobody_waits_for_an_erase_with_a_full_ring_and_a_full_queue(sectors):
    nor, book = queued(sectors, 80)
    while book.has_room():
        payment = book.create("sale", 100, EPOCH, "01", card=Card(1))
        book.sending(payment)
        book.replied(payment, answer())
        book.approved(payment)
    with pytest.raises(JournalError, match="settle first"):
        book.create("sale", 100, EPOCH, "01", card=Card(1))
    for payment in book.offline_queue():
        book.sending(payment)
        book.acked(payment, answer())
    assert nor.erases == 0 and book.offline_count == 0
    book.begin_settlement(totals.of(book))
    book.uploading((1, 1))
    book.close_batch(2)
    assert nor.erases == 0
    erases = 0
    while book.reclaim():
        assert nor.erases == erases + 1
        erases = nor.erases
    assert erases >= 4 and book.has_room()


def test_what_is_unresolved_stays_until_it_is_resolved():
    flash = TornFlash(16)
    book = opened(flash)
    book.open_batch(1)
    payment = book.create("sale", 100, EPOCH, "01", card=Card(1))
    book.sending(payment)
    book.reversing(payment, "98")
    book.unresolved(payment)

    def business():
        for _ in range(6):
            for number in range(12):
                other = book.create("sale", 100, EPOCH, "01", card=Card(number))
                book.sending(other)
                book.replied(other, answer("51"))
                book.declined(other)
            book.begin_settlement(totals.of(book))
            book.uploading((1, 1))
            book.close_batch(book.batch + 1)
            while book.reclaim():
                pass

    business()
    assert opened(flash).get(payment.sequence).state == "UNRESOLVED"
    book.resolved(payment)
    assert opened(flash).get(payment.sequence).state == "RESOLVED"
    business()
    assert opened(flash).get(payment.sequence) is None


def test_without_a_partition_nothing_is_taken_offline():
    from till.journal.errors import BookError
    from till.journal.volatile import Volatile

    book = opened(Volatile())
    book.open_batch(1)
    assert not book.keeps and opened(TornFlash(6)).keeps
    payment = book.create("sale", 100, EPOCH, "01", card=Card(1))
    with pytest.raises(BookError):
        book.offline(payment)
    book.sending(payment)
    book.replied(payment, answer())
    book.approved(payment)
