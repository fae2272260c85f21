# heap: 500k
"""Cardholder verification. Source: EMV 4.4 Book 3, 10.5 and annex C3; Book 4, 6.3.4."""

from binascii import hexlify

from card.chip import Chip
from card.people import Till, payment
from checks import raises
from till.card.emv.aids import Aid
from till.card.emv.offline_pin import plaintext_block
from till.card.emv.requests import AskPin
from till.card.errors import CardError

AID = b"\xa0\x00\x00\x03\x33\x01\x01\x01"
AMOUNTS = "00000BB800001388"  # X 3000, Y 5000


def verified(rules, pins=(), terms=None, **changes):
    """(cvm, 9F34, TVR byte 3, PINs asked for, the chip) of a payment with that CVM list, given as rules or whole."""
    chip = Chip(aip=changes.pop("aip", "1900"), T8E=rules if rules.startswith(AMOUNTS) else "00" * 8 + rules, **changes)
    till = Till(chip, pins)
    card = till.pay(terms)
    asked = [request for request in till.asked if isinstance(request, AskPin)]
    return card.cvm, hexlify(dict(card.de55_final)[0x9F34]).decode(), card.tvr[2], asked, chip


def quick(rules, pins=(), terms=None, **changes):
    cvm, results, tvr, asked, _ = verified(rules, pins, terms, **changes)
    return cvm, results, tvr, len(asked)


def test_lists_of_the_wrong_form():
    for rules in ("1F", "00" * 8 + "1F0302", "00" * 7, "00" * 8 + "1F03" * 33):
        till = Till(Chip(aip="1900", T8E=rules))
        assert raises(CardError, till.pay).code == "chip-failed"


def test_no_list():
    chip = Chip(aip="1900", T8E=None)
    card = Till(chip).pay()
    assert (dict(card.de55_final)[0x9F34], card.tvr[0] & 0x20, card.tsi[0] & 0x40) == (b"\x3f\x00\x00", 0x20, 0)
    card = Till(Chip(aip="1900", T8E="00" * 8)).pay()
    assert (dict(card.de55_final)[0x9F34], card.tvr[0] & 0x20, card.tsi[0] & 0x40) == (b"\x3f\x00\x00", 0, 0)
    card = Till(Chip(aip="0900", T8E="00" * 8 + "0000")).pay()  # the AIP has no cardholder verification
    assert (dict(card.de55_final)[0x9F34], card.tvr[2], card.tsi[0] & 0x40) == (b"\x3f\x00\x00", 0, 0)


def test_each_method():
    for rules, pins, wanted in (
        ("1F03", (), ("none", "1f0302", 0, 0)),
        ("1E03", (), ("signature", "1e0300", 0, 0)),
        ("0203", ("123456",), ("online-pin", "020300", 0x04, 1)),
        ("0103", ("1234",), ("offline-pin", "010302", 0, 1)),
        ("0303", ("1234",), ("offline-pin-signature", "030300", 0, 1)),
        ("0000", (), ("none", "000001", 0x80, 0)),
        ("0400", (), ("none", "3f0001", 0x90, 0)),  # enciphered offline PIN: not this till
        ("0403", (), ("none", "3f0001", 0x80, 0)),  # and then its condition does not hold
        ("2000", (), ("none", "3f0001", 0xC0, 0)),  # a method of the scheme's own
    ):
        assert quick(rules, pins) == wanted, rules


def test_the_next_rule_only_where_this_one_lets_it():
    assert quick("44001F00") == ("none", "1f0002", 0x10, 0)
    assert quick("04001F00") == ("none", "3f0001", 0x90, 0)
    assert quick("60001F00") == ("none", "1f0002", 0x40, 0)
    assert quick("20001F00") == ("none", "3f0001", 0xC0, 0)
    assert quick("40001F00") == ("none", "400001", 0x80, 0)  # "fail" ends it whatever follows
    assert quick("42031E03", ("",)) == ("signature", "1e0300", 0x08, 1)


def test_conditions():
    small, large = payment(2000), payment(6000)
    for condition, fits_small, fits_large in (
        ("00", True, True), ("01", False, False), ("02", True, True), ("03", True, True), ("04", False, False),
        ("05", False, False), ("06", True, False), ("07", False, True), ("08", True, False), ("09", False, True),
        ("0A", False, False), ("80", False, False),
    ):  # fmt: skip
        for terms, fits in ((small, fits_small), (large, fits_large)):
            got = quick(AMOUNTS + "1F" + condition, terms=terms)
            wanted = "1f%s02" % condition.lower() if fits else "3f0001"
            assert got == ("none", wanted, 0 if fits else 0x80, 0), condition
    for condition in ("06", "07", "08", "09"):  # the card's amounts are in another currency, or in none
        assert quick(AMOUNTS + "1F" + condition, T9F42="0840")[1] == "3f0001"
        assert quick(AMOUNTS + "1F" + condition, T9F42=None)[1] == "3f0001"
    cashback = payment(6000, other_fen=1000)
    assert quick("1F05", terms=cashback)[1] == "1f0502" and quick("1F02", terms=cashback)[1] == "3f0001"


def test_amounts_at_the_limit_are_neither_under_nor_over():
    for amount_fen in (3000, 5000):
        under = "06" if amount_fen == 3000 else "08"
        over = "07" if amount_fen == 3000 else "09"
        assert quick(AMOUNTS + "1F" + under, terms=payment(amount_fen))[1] == "3f0001"
        assert quick(AMOUNTS + "1F" + over, terms=payment(amount_fen))[1] == "3f0001"


def test_a_till_without_pin_pad_or_signature():
    bare = payment(capabilities=b"\x60\x08\xc8")
    assert quick("42031F03", terms=bare) == ("none", "1f0302", 0, 0)
    assert quick("42001F03", terms=bare) == ("none", "1f0302", 0x10, 0)
    assert quick("5E001F03", terms=bare) == ("none", "1f0302", 0, 0)
    assert quick("1F00", terms=payment(capabilities=b"\x60\xe0\xc8")) == ("none", "3f0001", 0x80, 0)
    chip = Chip(aip="1900", T8E="00" * 8 + "0203")
    card = Till(chip, aids=(Aid(AID, online_pin=0),)).pay()
    assert dict(card.de55_final)[0x9F34] == b"\x3f\x00\x01"


def test_the_online_pin_is_the_caller_s():
    _, _, _, asked, chip = verified("0203", ("123456",))
    assert asked[0].online and asked[0].tries_left is None and not chip.sent(0x20)
    till = Till(Chip(aip="1900", T8E="00" * 8 + "0203"), (None,))
    assert raises(CardError, till.pay).code == "cancelled"


def test_a_bypassed_pin_is_not_asked_for_again():
    assert quick("4203410341031F03", ("",)) == ("none", "1f0302", 0x08, 1)
    assert quick("41034203", ("",)) == ("none", "420301", 0x88, 1)


def test_wrong_pins_count_down():
    _, results, tvr, asked, chip = verified("0103", ("9999", "0000", "1234"))
    assert (results, tvr, [request.tries_left for request in asked], chip.tries) == ("010302", 0, [3, 2, 1], 3)
    _, results, tvr, asked, chip = verified("41031F03", ("9999",) * 3)
    assert (results, tvr, len(asked), chip.tries) == ("1f0302", 0x20, 3, 0)
    assert [len(command) for command in chip.sent(0x20)] == [13, 13, 13]


def test_a_counter_at_nought_asks_for_no_pin():
    chip = Chip(aip="1900", T8E="00" * 8 + "0103")
    chip.tries = 0
    till = Till(chip)
    card = till.pay()
    assert (card.tvr[2], dict(card.de55_final)[0x9F34]) == (0xA0, b"\x01\x03\x01")
    assert not chip.sent(0x20)


def test_a_card_that_does_not_tell_the_counter():
    chip = Chip(aip="1900", T8E="00" * 8 + "0103")
    chip.refuse = {0xCA: "6A88"}
    till = Till(chip, ("1234",))
    assert till.pay().cvm == "offline-pin"
    assert till.asked[0].tries_left is None
    chip.refuse = {0xCA: "6A88", 0x20: "6983"}
    assert Till(chip, ("1234",)).pay().tvr[2] == 0xA0
    chip.refuse = {0x20: "6984"}
    assert Till(chip, ("1234",)).pay().tvr[2] == 0xA0
    chip.refuse = {0x20: "6D00"}
    assert raises(CardError, Till(chip, ("1234",)).pay).code == "chip-failed"


def test_the_pin_block():
    assert hexlify(plaintext_block("1234")) == b"241234ffffffffff"
    assert hexlify(plaintext_block("12345")) == b"2512345fffffffff"
    assert hexlify(plaintext_block("123456789012")) == b"2c123456789012ff"
    for pin in ("123", "1234567890123", "12a4", "12 4"):
        assert pin not in str(raises(CardError, plaintext_block, pin))
