# heap: 500k
"""Cryptograms, both of them, and what may follow. Source: EMV 4.4 Book 3, 6.5.5, 9, 10.8, 10.11; Book 4, annex A6."""

from binascii import hexlify, unhexlify
from hashlib import sha1

from card.chip import AC, Chip
from card.chip_records import CDOL1, CDOL2
from card.people import Till, payment
from checks import raises
from till.card.emv.aids import Aid
from till.card.emv.requests import Commit, Online, Reply
from till.card.errors import CardError

NAME = b"\xa0\x00\x00\x03\x33\x01\x01\x01"
OFFLINE = (Aid(NAME, floor_fen=10000, tac_online=bytes(5), tac_default=bytes(5), tac_denial=bytes(5)),)


def offline_terms(amount_fen=1234):
    return payment(amount_fen, offline_most_fen=5000)


def test_approved_offline():
    for aip, commands in (("3900", [0x50]), ("3800", [0x40]), ("1800", [0x40])):
        chip = Chip(aip=aip)
        till = Till(chip, aids=OFFLINE)
        card = till.pay(offline_terms())
        assert (card.outcome, card.arc, card.host_approved) == ("approved", "Y1", False)
        assert [type(request) for request in till.asked] == [Commit]
        assert [command[2] for command in chip.sent(0xAE)] == commands
        assert dict(card.de55_final)[0x9F27] == b"\x40" and card.arqc == unhexlify(AC)


def test_declined_offline():
    chip = Chip()
    chip.first = 0x00
    for terms, aids in ((None, None), (offline_terms(), OFFLINE)):
        till = Till(chip, aids=aids) if aids else Till(chip)
        card = till.pay(terms)
        assert (card.outcome, card.arc, card.arqc) == ("declined", "Z1", unhexlify(AC))
        chip.cryptograms = 0
    denied = (Aid(NAME, tac_denial=b"\xff" * 5, floor_fen=0),)
    chip = Chip()
    till = Till(chip, aids=denied)
    assert till.pay().arc == "Z1" and [command[2] for command in chip.sent(0xAE)] == [0x00]


def test_a_forged_cda_is_no_approval():
    chip = Chip()
    chip.forge = 9
    till = Till(chip, aids=OFFLINE)
    card = till.pay(offline_terms())
    assert (card.outcome, card.arc, len(chip.sent(0xAE))) == ("declined", "Z1", 1)


def test_without_the_host():
    chip = Chip()
    chip.first = 0x80
    card = Till(chip, aids=OFFLINE, reply=None).pay(offline_terms())
    assert (card.outcome, card.arc) == ("approved", "Y3")
    chip = Chip()
    chip.first, chip.second = 0x80, 0x00
    card = Till(chip, aids=OFFLINE, reply=None).pay(offline_terms())
    assert (card.outcome, card.arc) == ("declined", "Z3")
    chip = Chip()
    card = Till(chip, reply=None).pay()
    assert (card.outcome, card.arc) == ("declined", "Z3") and chip.sent(0xAE)[1][2] == 0x00
    second = chip.sent(0xAE)[1]
    assert second[5:7] == b"Z3"  # tag 8A leads CDOL2


def test_a_missing_answer_is_never_approved():
    chip = Chip()
    card = Till(chip, aids=OFFLINE, reply=Reply(False, "Z3")).pay(payment(1234, offline_most_fen=5000))
    assert card.outcome == "approved" and card.arc == "Y1"  # the card needed no host
    chip = Chip()
    chip.first = 0x80
    card = Till(chip, aids=OFFLINE, reply=Reply(False, "Z3")).pay(offline_terms())
    assert (card.outcome, card.arc, chip.sent(0xAE)[1][2]) == ("declined", "Z3", 0x00)


def test_a_type_higher_than_the_one_asked_for():
    for first, second, aids, terms in (
        (0x40, None, None, None),  # TC for an ARQC
        (None, 0x80, None, None),  # a second ARQC
        (0xC0, None, None, None),
        (0x80, None, (Aid(NAME, tac_denial=b"\xff" * 5),), None),
    ):
        chip = Chip()
        chip.first, chip.second = first, second
        till = Till(chip, aids=aids) if aids else Till(chip)
        assert raises(CardError, till.pay, terms).tag == 0x9F27
    chip = Chip()
    chip.second = 0x40
    assert raises(CardError, Till(chip, reply=Reply(False, "51")).pay).tag == 0x9F27


def test_the_data_that_the_card_is_given():
    chip = Chip(aip="1800")
    Till(chip).pay()
    first, second = chip.sent(0xAE)
    assert hexlify(first[5:-1]) == (b"00000000123400000000000001568000008000015626112300deadbeef22")
    assert len(first[5:-1]) == 30
    assert second[5:7] == b"00" and second[7:11] == unhexlify("DEADBEEF") and second[16:26] == b"ARPC-ARPC0"
    assert second[11:16] == unhexlify("8000008000")


def test_answers_of_the_wrong_form():
    for answer in (
        "9000", "77009000", "8000 9000", "800A80000601020304050607 9000", "770E9F2701809F36020006 9F2701809000",
        "77049F2701809000", "77069F2702800000 9000", "820100 9000", "77119F2608112233445566778 89F36020006 9000",
        "77149F2701809F26081122334455667788 9F1002 0701 9000", "6985", "6F00",
    ):  # fmt: skip
        chip = Chip()
        chip._AE = lambda command, answer=answer: unhexlify(answer.replace(" ", ""))
        assert raises(CardError, Till(chip).pay).code == "bad-data", answer


def test_format_80():
    chip = Chip(aip="1800")
    chip.with_80 = True
    card = Till(chip).pay()
    assert (card.outcome, card.atc, card.arqc) == ("approved", b"\x00\x06", unhexlify(AC))
    assert card.iad == unhexlify("07010103A0A000")
    chip = Chip(aip="3900")
    chip.with_80 = True
    card = Till(chip).pay()
    assert (card.arc, card.tvr[0]) == ("Z1", 0x04)  # a CDA has to be in format 77


def test_the_tc_hash():
    tdol = "9F02069A03"
    chip = Chip(aip="1800", T97=tdol, T8C="9814", T8D=CDOL2)
    card = Till(chip).pay()
    assert chip.sent(0xAE)[0][5:-1] == sha1(unhexlify("000000001234261123")).digest()
    assert card.tvr[4] == 0
    chip = Chip(aip="1800", T8C="9814", T8D=CDOL2)
    card = Till(chip, aids=(Aid(NAME, tdol=unhexlify("9A03")),)).pay()
    assert chip.sent(0xAE)[0][5:-1] == sha1(unhexlify("261123")).digest()
    assert card.tvr[4] == 0x80


def test_data_that_a_card_must_have():
    for tag in ("57", "5A", "5F24", "8C", "8D"):
        till = Till(Chip(**{"T" + tag: None}))
        error = raises(CardError, till.pay)
        assert (error.tag, error.code, till.asked) == (int(tag, 16), "chip-failed", [])
    assert raises(CardError, Till(Chip(T8C="9F02")).pay).code == "bad-data"
    assert raises(CardError, Till(Chip(T8C="9F02FF")).pay).tag == 0x9F02
    assert CDOL1.startswith("9F02")


def test_the_card_leaves_at_each_command():
    whole = Till(Chip(aip="3800"))
    whole.pay()
    count = len(whole.chip.commands)
    for gone in range(count):
        till = Till(Chip(aip="3800"), gone=gone)
        assert raises(CardError, till.pay).code == "card-gone", gone
        kinds = [type(request) for request in till.asked]
        assert kinds == [[], [Commit], [Commit, Online]][(gone >= count - 2) + (gone >= count - 1)], gone
        if gone == count - 1:  # the host approved: what the reversal needs is there
            assert till.card.host_approved and till.card.de55_reversal[0][0] == 0x9F36
