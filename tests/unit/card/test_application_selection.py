"""Selection on a contact card. Source: EMV 4.4 Book 1, 12.2 to 12.4."""

from binascii import unhexlify

from card.cards import AID, feed, text, tlv
from card.chip import OK, Chip
from card.people import Till
from checks import raises
from till.card.emv.aids import UNIONPAY, Aid
from till.card.emv.candidates import Candidate
from till.card.emv.pse import build_candidates, list_of_aids
from till.card.emv.requests import Choose
from till.card.emv.select import choose, language_of
from till.card.errors import CardError

CREDIT = "A000000333010102"
NOT_FOUND, BLOCKED_CARD, BLOCKED = b"\x6a\x82", b"\x6a\x81", b"\x62\x83"


def fci(aid, more=""):
    return unhexlify(tlv("6F", tlv("84", aid) + tlv("A5", tlv("50", text("A")) + more))) + OK


def pse(sfi="01"):
    inner = tlv("88", sfi) + tlv("5F2D", "7A68")
    return unhexlify(tlv("6F", tlv("84", text("1PAY.SYS.DDF01")) + tlv("A5", inner))) + OK


def record(*entries):
    return unhexlify(tlv("70", "".join([tlv("61", entry) for entry in entries]))) + OK


def names(found):
    return [candidate.aid for candidate in found]


def test_a_blocked_card_ends_it_at_once():
    assert raises(CardError, feed, build_candidates(UNIONPAY), BLOCKED_CARD).code == "blocked"
    assert raises(CardError, feed, build_candidates(UNIONPAY), NOT_FOUND, BLOCKED_CARD).code == "blocked"
    chip = Chip()
    chip.refuse = {0xA4: "6A81"}
    assert raises(CardError, Till(chip).pay).code == "blocked"


def test_a_blocked_application_is_no_candidate():
    answers = (NOT_FOUND, fci(AID)[:-2] + BLOCKED, NOT_FOUND, NOT_FOUND)
    assert raises(CardError, feed, build_candidates(UNIONPAY), *answers).code == "blocked"
    answers = (NOT_FOUND, fci(AID)[:-2] + BLOCKED, fci(CREDIT), NOT_FOUND)
    (found, _), _ = feed(build_candidates(UNIONPAY), *answers)
    assert names(found) == [unhexlify(CREDIT)]
    chip = Chip()
    chip.refuse = {}
    found = Candidate(unhexlify(AID), 1, "")
    assert not found.blocked


def test_no_application_at_all():
    answers = (NOT_FOUND,) * 4
    assert raises(CardError, feed, build_candidates(UNIONPAY), *answers).code == "no-application"


def test_the_directory():
    first = record(tlv("4F", CREDIT) + tlv("50", text("Credit")) + tlv("87", "02"))
    second = record(tlv("4F", AID) + tlv("50", text("Debit")) + tlv("87", "01"), tlv("4F", "A0000000031010"))
    (found, language), commands = feed(build_candidates(UNIONPAY), pse(), first, second, b"\x6a\x83")
    assert names(found) == [unhexlify(AID), unhexlify(CREDIT)] and language == b"zh"
    assert commands == [
        unhexlify("00A404000E315041592E5359532E444446303100"),
        unhexlify("00B2010C00"), unhexlify("00B2020C00"), unhexlify("00B2030C00"),
    ]  # fmt: skip


def test_a_directory_with_errors_counts_as_none():
    for broken in (pse("0B"), pse("00"), unhexlify("6F00") + OK, b"\x90\x00", BLOCKED):
        (found, _), _ = feed(build_candidates(UNIONPAY), broken, fci(AID), NOT_FOUND, NOT_FOUND)
        assert names(found) == [unhexlify(AID)]
    (found, _), _ = feed(build_candidates(UNIONPAY), pse(), b"\x70\x05\x61\x90\x00", fci(AID), NOT_FOUND, NOT_FOUND)
    assert names(found) == [unhexlify(AID)]
    (found, _), _ = feed(build_candidates(UNIONPAY), pse(), record(), b"\x6a\x83", fci(AID), NOT_FOUND, NOT_FOUND)
    assert names(found) == [unhexlify(AID)]


def test_a_directory_without_end_is_bounded():
    one = record(tlv("4F", AID))
    (found, _), commands = feed(build_candidates(UNIONPAY), pse(), *[one] * 10)
    assert len(commands) == 11 and len(found) == 1


def test_partial_names_ask_for_the_next_one():
    short = (Aid(unhexlify("A000000333")),)
    found, commands = feed(list_of_aids(short), fci(AID), fci(CREDIT), NOT_FOUND)
    assert names(found) == [unhexlify(AID), unhexlify(CREDIT)]
    assert [command[3] for command in commands] == [0, 2, 2]
    found, commands = feed(list_of_aids(short), *[fci(AID)] * 8)
    assert len(commands) == 8 and len(found) == 1
    found, _ = feed(list_of_aids(short), fci(AID)[:-2] + BLOCKED, fci(CREDIT), NOT_FOUND)
    assert names(found) == [unhexlify(CREDIT)]
    exact = (Aid(unhexlify("A000000333"), asi=1),)
    found, commands = feed(list_of_aids(exact), fci(AID))
    assert found == [] and len(commands) == 1


def test_the_cardholder_chooses():
    both = [Candidate(b"a", 1, "Debit"), Candidate(b"b", 2, "")]
    steps = choose(both)
    request = steps.send(None)
    assert isinstance(request, Choose) and request.labels == ("Debit", "2")
    try:
        steps.send(1)
    except StopIteration as end:
        assert end.value.aid == b"b" and names(both) == [b"a"]
    steps = choose(both + [Candidate(b"c", 3, "C")])
    steps.send(None)
    assert raises(CardError, steps.send, None).code == "cancelled"


def test_one_application_is_asked_about_only_when_it_wants_consent():
    chip = Chip()
    till = Till(chip)
    till.pay()
    assert not [request for request in till.asked if isinstance(request, Choose)]
    chip = Chip()
    chip.entries = [(AID, "UnionPay Debit", "81")]
    till = Till(chip)
    till.pay()
    assert till.asked[0].labels == ("UnionPay Debit",)


def test_the_next_one_when_the_card_refuses_the_chosen_one():
    chip = Chip()
    chip.entries = [(AID, "Debit", "01"), (CREDIT, "Credit", "02")]
    till = Till(chip, choice=1)
    assert till.pay().aid == unhexlify(CREDIT)
    chip = Chip()
    chip.entries = [(AID, "Debit", "01"), (CREDIT, "Credit", "02")]
    once = [b"\x69\x85"]
    gpo = chip._A8
    chip._A8 = lambda command: once.pop() if once else gpo(command)
    till = Till(chip)
    assert till.pay().aid == unhexlify(CREDIT)
    assert [len(request.labels) for request in till.asked[:1]] == [2]
    chip = Chip()
    chip.refuse = {0xA8: "6985"}
    assert raises(CardError, Till(chip).pay).code == "no-application"


def test_a_card_without_directory_pays_too():
    chip = Chip()
    chip.pse = False
    card = Till(chip).pay()
    assert (card.outcome, card.language, len(chip.sent(0xA4))) == ("approved", "", 5)


def test_the_cardholder_is_asked_in_the_card_s_language():
    steps = choose([Candidate(b"a", 1, "Debit"), Candidate(b"b", 2, "Credit")], "en")
    request = steps.send(None)
    assert isinstance(request, Choose) and request.language == "en" and len(request.labels) == 2


def test_languages():
    assert language_of(b"frzhen") == "zh" and language_of(b"EN") == "en"
    assert language_of(b"frde") == language_of(b"") == language_of(b"z") == ""
