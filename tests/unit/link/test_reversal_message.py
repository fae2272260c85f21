from journal.day import EPOCH, Card, opened
from journal.torn_flash import TornFlash
from till.link import messages
from till.wire import cup_3des, de55

SETTINGS = {"terminal_id": "90000001", "merchant_id": "898110000000001", "currency": "156", "operator": "01"}
ASKED = bytes.fromhex("95050000048000" + "9F3602002A" + "9F100707010103A0A000")
ENDED = bytes.fromhex("95050000048040" + "9F3602002A" + "9F10070701010360A002")


def fields_of(payment):
    return messages.reversal(SETTINGS, cup_3des, payment)


def test_each_try_of_a_reversal_is_the_same_whatever_the_card_says_meanwhile():
    """The first ones go out before an inserted card has had its last word; the host takes no other content for them."""
    flash = TornFlash(12)
    book = opened(flash)
    book.open_batch(1)
    payment = book.create("sale", 8800, EPOCH, "01", card=Card(1, "I"))
    book.chip_asked(payment, ASKED)
    book.sending(payment)
    book.reversing(payment, "98")
    first = fields_of(payment)
    assert first[55] == ASKED
    book.chip_ended(payment, ENDED, False)
    assert fields_of(payment) == first
    (pending,) = book.pending_reversals()
    assert fields_of(pending) == first and pending.de55 == ENDED
    (again,) = opened(flash).pending_reversals()
    assert fields_of(again) == first and again.de55 == ENDED


def test_a_card_that_was_tapped_has_said_it_once():
    book = opened(TornFlash(12))
    book.open_batch(1)
    payment = book.create("sale", 8800, EPOCH, "01", card=Card(1))
    book.sending(payment)
    book.reversing(payment, "98")
    assert {tag for tag, _ in de55.unpack(fields_of(payment)[55])} == {0x9F36, 0x95, 0x9F1E, 0x9F10}
