# heap: 500k
"""A contact payment from the directory to the last script. Source: EMV 4.4 Book 3, section 8."""

from binascii import hexlify

from card.cards import PAN, TRACK2
from card.chip import Chip
from card.people import Till
from checks import raises
from till.card.emv.requests import Commit, Online, Reply
from till.card.errors import CardError


def bits(card):
    return hexlify(card.tvr).decode(), hexlify(card.tsi).decode()


def test_online_approved_with_each_kind_of_authentication():
    kinds = (("3900", "0000008000"), ("3800", "0000008000"), ("5800", "0200008000"), ("1800", "8000008000"))
    for keys in ("small", "large"):
        for aip, tvr in kinds:
            chip = Chip(keys, aip)
            till = Till(chip)
            card = till.pay()
            tsi = "e800" if aip != "1800" else "6800"
            assert (card.outcome, card.arc, bits(card)) == ("approved", "00", (tvr, tsi)), (keys, aip)
            assert [type(request) for request in till.asked] == [Commit, Online]
            assert len(chip.sent(0x88)) == (1 if aip == "3800" else 0)
            assert [command[2] for command in chip.sent(0xAE)] == ([0x90, 0x50] if aip == "3900" else [0x80, 0x40])


def test_what_the_flow_gets():
    till = Till(Chip())
    card = till.pay()
    assert till.card is card
    assert (card.entry, card.pan, card.psn, card.expiry, card.track2) == ("I", PAN, "001", "3012", TRACK2)
    assert (card.cvm, card.language, card.label, card.host_approved) == ("none", "en", "UnionPay Debit", True)
    assert [tag for tag, _ in card.de55][:5] == [0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36]
    assert dict(card.de55)[0x9F27] == b"\x80" and dict(card.de55_final)[0x9F27] == b"\x40"
    assert [tag for tag, _ in card.de55_reversal] == [0x9F36, 0x95, 0x9F1E, 0x9F10]
    assert card.de55_script == [] and card.script_results == b""
    assert sum([len(value) + 4 for _, value in card.de55]) <= 255


def test_the_host_says_no_and_the_card_says_no():
    card = Till(Chip(), reply=Reply(False, "51")).pay()
    assert (card.outcome, card.arc, card.host_approved) == ("declined", "51", False)
    chip = Chip()
    chip.second = 0x00
    card = Till(chip).pay()
    assert (card.outcome, card.arc, card.host_approved) == ("declined", "00", True)


def test_answers_without_the_host():
    chip = Chip()
    chip.first = 0x00
    card = Till(chip).pay()
    assert (card.outcome, card.arc) == ("declined", "Z1")
    till = Till(Chip(), reply=None)
    card = till.pay()
    assert (card.outcome, card.arc, len(till.asked)) == ("declined", "Z3", 2)
    assert till.chip.sent(0xAE)[1][2] == 0x00


def test_a_broken_chip_allows_the_stripe_only_before_the_first_cryptogram():
    chip = Chip()
    chip.refuse = {0xA8: "6700"}
    assert raises(CardError, Till(chip).pay).code == "chip-failed"
    chip = Chip()
    chip.refuse = {0xAE: "6700"}
    till = Till(chip)
    assert raises(CardError, till.pay).code == "bad-data"
    assert len(till.asked) == 1
