"""Totals: which payments are in which of the four numbers."""

from checks import raises
from journal.day import EPOCH, Card, answer, opened
from journal.torn_flash import TornFlash
from till.journal import totals
from till.journal.errors import JournalError


def test_what_does_not_fit_is_refused():
    for count, amount_fen in ((-1, 0), (0x10000, 0), (0, -1), (0, 1 << 40)):
        some = totals.Totals()
        some.counts[1][2], some.amounts_fen[1][2] = count, amount_fen
        raises(JournalError, some.pack)
    raises(JournalError, totals.unpack, b"")
    raises(JournalError, totals.unpack, bytes(totals.PACKED_BYTES + 1))


def test_they_come_back():
    some = totals.Totals()
    for scheme in range(2):
        for kind in range(4):
            some.counts[scheme][kind] = 100 * scheme + kind
            some.amounts_fen[scheme][kind] = (1 << 39) + scheme * 7 + kind
    again = totals.unpack(some.pack())
    assert again.counts == some.counts and again.amounts_fen == some.amounts_fen


def test_each_payment_is_where_it_belongs():
    book = opened(TornFlash(16))
    book.open_batch(1)

    def online(kind, amount_fen, scheme="CUP", response="00", original=None):
        card = Card() if original is None else None
        payment = book.create(kind, amount_fen, EPOCH, "01", card=card, original=original)
        book.sending(payment)
        book.replied(payment, answer(response, scheme=scheme))
        (book.approved if response == "00" else book.declined)(payment)
        return payment

    assert totals.of(book).domestic == totals.of(book).foreign == (0, 0, 0, 0)
    sale = online("sale", 1)
    online("sale", 10)
    online("sale", 100, response="51")
    online("sale", 1000, scheme="VIS")
    online("sale", 10000, scheme=None)  # not said to be domestic
    online("void", 1, original=sale)  # the sale stays in debit
    online("refund", 5, original=sale)
    queued = book.create("sale", 100000, EPOCH, "01", card=Card())
    book.offline(queued)
    for step in (("reversing", "98"), ("reversed",)):
        if step[0] == "reversing":
            reversed_one = book.create("sale", 1000000, EPOCH, "01", card=Card())
            book.sending(reversed_one)
        getattr(book, step[0])(reversed_one, *step[1:])
    assert totals.of(book).domestic == (11, 2, 6, 2)
    book.acked(queued, answer())
    found = totals.of(book)
    assert found.domestic == (100011, 3, 6, 2) and found.foreign == (11000, 2, 0, 0)
    assert found.kinds(0) == (("sale", 2, 11), ("offline", 1, 100000), ("void", 1, 1), ("refund", 1, 5))
    assert found.kinds(1) == (("sale", 2, 11000),) and found.count == 7
