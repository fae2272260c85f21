from till.journal.payment import Payment
from till.link import messages
from till.wire import cup_3des
from till.wire.presence import check_request

SETTINGS = {"terminal_id": "90000001", "merchant_id": "898110000000001"}


def item(batch):
    payment = Payment()
    payment.kind, payment.batch, payment.trace, payment.amount_fen = "sale", 3, 12, 5_000
    payment.pan, payment.psn, payment.entry, payment.de55 = "6292520000000000015", "001", "C", b"\x9f\x27\x01\x80"
    fields = messages.upload(SETTINGS, cup_3des, payment, batch)
    check_request(cup_3des.MESSAGES["upload"], fields)
    return fields


def test_an_item_of_this_batch_says_nothing_of_it():
    assert 61 not in item(3)


def test_an_item_that_waited_says_in_which_batch_it_was_made():
    fields = item(4)
    assert fields[61] == "000003000012" and fields[60][2:8] == "000004" and fields[11] == "000012"
