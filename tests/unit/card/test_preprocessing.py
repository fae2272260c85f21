"""Terms of a transaction. Source: EMV Contactless Book B, 3.1; unionpay.md's limits stand in the settings."""

from card.cards import transaction
from checks import raises
from till.card.emv.preprocessing import preprocess
from till.card.errors import CardError
from till.card.transaction import Transaction, bcd


def test_refused_before_the_card_is_asked():
    assert raises(CardError, transaction, 0).tag == 0x9F02
    assert raises(CardError, transaction, -1).code == "over-limit"
    raises(CardError, transaction, 1000000000000)
    raises(CardError, transaction, 100, other_fen=101)
    assert raises(CardError, preprocess, transaction(5000001)).code == "over-limit"
    assert preprocess(transaction(5000000)).cvm_required
    error = raises(CardError, preprocess, transaction(100001, ttq=b"\x20\x00\x00\x00"))
    assert error.code == "use-other" and error.tag == 0x9F66
    for name, value in (("ttq", b"\x24"), ("country", b"\x01\x56\x00"), ("time", b"")):
        assert "bytes" in raises(CardError, transaction, 1, **{name: value}).reason
    raises(CardError, Transaction, 1, b"\x26\x11", bytes(4), bytes(4), bytes(8), 0, 1)


def test_a_pin_is_due_above_the_limit_not_at_it():
    assert not preprocess(transaction(100000)).cvm_required
    assert preprocess(transaction(100000)).ttq == b"\x24\x80\x00\x00"
    assert preprocess(transaction(100001)).cvm_required
    assert preprocess(transaction(100001)).ttq == b"\x24\xc0\x00\x00"


def test_the_floor_and_what_stood_in_the_transient_bits():
    assert preprocess(transaction(500, floor_fen=500, offline_most_fen=500)).ttq == b"\x24\x00\x00\x00"
    assert preprocess(transaction(501, floor_fen=500, offline_most_fen=500)).ttq == b"\x24\x80\x00\x00"
    odd = transaction(500, floor_fen=500, offline_most_fen=500, ttq=b"\x24\xff\x00\x80")
    assert preprocess(odd).ttq == b"\x24\x3f\x00\x80"
    assert preprocess(transaction(500, floor_fen=500)).ttq == b"\x24\x80\x00\x00"  # no cap of the till allows it


def test_values_by_tag():
    terms = preprocess(transaction(123456))
    for tag, value in (
        (0x9F02, b"\x00\x00\x00\x12\x34\x56"),
        (0x9F03, bytes(6)),
        (0x9F1A, b"\x01\x56"),
        (0x5F2A, b"\x01\x56"),
        (0x95, bytes(5)),
        (0x9A, b"\x26\x11\x23"),
        (0x9C, b"\x00"),
        (0x9F37, b"\xde\xad\xbe\xef"),
        (0x9F66, b"\x24\xc0\x00\x00"),
        (0x9F33, b"\x00\x48\x00"),
        (0x9F35, b"\x22"),
        (0x9F1E, b"90000001"),
        (0x9F09, b"\x00\x30"),
        (0x9F41, b"\x00\x00\x00\x12"),
        (0x9F7A, None),
    ):
        assert terms.value(tag) == value, hex(tag)


def test_packed_decimals():
    assert bcd(0, 2) == b"\x00\x00"
    assert bcd(7, 2) == b"\x00\x07"
    assert bcd(999999999999, 6) == b"\x99" * 6
    assert bcd(10203, 3) == b"\x01\x02\x03"
