"""Data object lists. Source: EMV 4.4 Book 3, 5.4."""

from binascii import unhexlify

from card.cards import PDOL, transaction
from checks import raises
from till.card.emv.pdol import build, parse_dol
from till.card.emv.preprocessing import preprocess
from till.card.errors import CardError

VALUES = {0x9F02: b"\x00\x00\x00\x12\x34\x56", 0x9F1E: b"90000001", 0x9A: b"\x26\x11\x23"}


def made(dol):
    return build(unhexlify(dol), VALUES.get)


def test_lists_cut_short():
    for dol, offset in (("9F02", 2), ("9F", 0), ("9A039F", 2), ("9A", 1), ("9F8180", 0)):
        assert raises(CardError, parse_dol, unhexlify(dol)).offset == offset
    raises(CardError, parse_dol, b"\x9a\x03" * 33)
    assert raises(CardError, made, "9AFD").tag == 0x9A
    raises(CardError, made, "9A80" * 2)
    assert len(made("9AFC")) == 252


def test_lengths_as_asked():
    assert made("9A03") == b"\x26\x11\x23"
    assert made("9F0206") == b"\x00\x00\x00\x12\x34\x56"
    assert made("9F0203") == b"\x12\x34\x56"  # numeric: the last digits
    assert made("9F0208") == b"\x00\x00\x00\x00\x00\x12\x34\x56"
    assert made("9F1E04") == b"9000"  # other: the first bytes
    assert made("9F1E0A") == b"90000001\x00\x00"
    assert made("9F0200") == b""


def test_unknown_tags_are_zeros():
    assert made("9F7A01DF69019F9F0104") == bytes(6)
    assert made("9F7A019A039F6604") == b"\x00\x26\x11\x23" + bytes(4)
    assert made("") == b""


def test_the_pdol_of_a_unionpay_card():
    data = build(unhexlify(PDOL), preprocess(transaction(123456)).value)
    assert data == unhexlify("24C00000000000123456000000000000015600000000000156261123" + "00DEADBEEF")
