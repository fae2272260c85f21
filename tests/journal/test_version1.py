"""A journal that a program of format version 1 left (version1.bin.gz, and what was in it) is carried over."""

import gzip
import json
from pathlib import Path

import pytest

from journal.day import EPOCH, Card, answer, opened
from journal.torn_flash import AFTER, TORN, Random, TornFlash
from till.journal import totals

HERE = Path(__file__).parent
IMAGE = gzip.decompress((HERE / "version1.bin.gz").read_bytes())
KNOWN = json.loads((HERE / "version1.json").read_text())
SECTORS = len(IMAGE) // 4096


def rows(book):
    return [
        [one.sequence, one.kind, one.state, one.amount_fen, one.batch, one.trace, one.rrn]
        for one in book.each(lambda record: True)
    ]


def versions(flash):
    return [flash.image[sector * 4096 + 3] for sector in range(SECTORS)]


def same(book):
    assert rows(book) == KNOWN["payments"]
    assert (book.batch, book.count, book.trace) == (KNOWN["batch"], KNOWN["count"], KNOWN["trace"])
    assert [book.offline_count, book.offline_total_fen] == KNOWN["offline"]
    assert list(totals.of(book).domestic) == KNOWN["totals"]
    last = book.last_settlement()
    assert [last.batch, list(last.totals.domestic)] == KNOWN["last"]


def test_all_of_it_is_read_and_a_payment_is_possible_at_once():
    flash = TornFlash(SECTORS, IMAGE)
    book = opened(flash)
    same(book)
    erases = flash.erases
    payment = book.create("sale", 100, EPOCH, "01", card=Card(1))
    book.sending(payment)
    book.replied(payment, answer())
    book.approved(payment)
    assert flash.erases == erases
    again = opened(flash)
    assert again.get(payment.sequence).state == "APPROVED" and again.batch == KNOWN["batch"]


def test_in_time_every_sector_is_of_this_version():
    flash = TornFlash(SECTORS, IMAGE)
    book = opened(flash)
    book.recover()
    queue = [(one.trace, one.amount_fen) for one in book.offline_queue()]
    for _ in range(8):
        for number in range(6):
            payment = book.create("sale", 100, EPOCH, "01", card=Card(number))
            book.sending(payment)
            book.replied(payment, answer("51"))
            book.declined(payment)
        book.begin_settlement(totals.of(book))
        book.uploading((1, 1))
        book.close_batch(book.batch + 1)
        while book.reclaim():
            pass
    assert [(one.trace, one.amount_fen) for one in opened(flash).offline_queue()] == queue
    assert set(versions(flash)) == {2}


@pytest.mark.parametrize("seed", range(1, 9))
def test_carrying_over_survives_a_cut_at_every_operation(seed):
    flash = TornFlash(SECTORS, IMAGE)
    flash.history = []
    opened(flash)
    history, flash.history = flash.history, None
    assert len(history) > 4
    for index in range(len(history)):
        again = TornFlash(SECTORS, IMAGE)
        random = again.noise = Random(seed * 1000 + index)
        for operation in history[:index]:
            again.apply(operation, AFTER)
        again.apply(history[index], TORN, random)
        same(opened(again))
        same(opened(again))
