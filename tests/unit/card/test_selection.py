"""PPSE and final selection. Source: EMV Contactless Book B, 3.3.2 and 3.3.3."""

from binascii import unhexlify

from card.cards import AID, PDOL, entry, fci, feed, ppse, tlv
from checks import raises
from till.card.emv.aids import UNIONPAY
from till.card.emv.candidates import Candidate
from till.card.emv.ppse import candidates, select_ppse
from till.card.emv.select import final_select
from till.card.errors import CardError

CREDIT = "A000000333010102"
VISA = "A0000000031010"


def aids_of(*entries):
    return [candidate.aid for candidate in candidates(ppse(*entries)[:-2], UNIONPAY)]


def test_no_environment_or_none_of_ours():
    for answer in (b"\x6a\x82", b"\x6a\x81", b"\x62\x83", ppse(), ppse(entry(VISA)), ppse(entry("A00000"))):
        error = raises(CardError, feed, select_ppse(UNIONPAY), answer)
        assert error.code == "no-application"


def test_answers_that_are_no_ppse():
    for answer in (b"\x90\x00", b"\x6f\x00\x90\x00", fci(), b"\x6f\x05\x84\x90\x00", unhexlify("77009000"), b"\x90"):
        error = raises(CardError, feed, select_ppse(UNIONPAY), answer)
        assert error.code == "bad-data"
    raises(CardError, candidates, ppse(*[entry()] * 17)[:-2], UNIONPAY)


def test_the_command():
    _, commands = feed(select_ppse(UNIONPAY), ppse(entry()))
    assert commands == [unhexlify("00A404000E325041592E5359532E444446303100")]


def test_priority_orders_and_none_comes_last():
    debit, credit = unhexlify(AID), unhexlify(CREDIT)
    assert aids_of(entry(AID, "02"), entry(CREDIT, "01")) == [credit, debit]
    assert aids_of(entry(AID, "01"), entry(CREDIT, "01")) == [debit, credit]
    assert aids_of(entry(AID, None), entry(CREDIT, "0F")) == [credit, debit]
    assert aids_of(entry(AID, "00"), entry(CREDIT, "0F")) == [credit, debit]
    assert aids_of(entry(AID, "81"), entry(CREDIT, "02")) == [debit, credit]  # the upper bits are no priority
    assert aids_of(entry(VISA, "01"), entry(AID, "02")) == [debit]


def test_a_longer_name_on_the_card_matches():
    assert aids_of(entry(AID + "0102")) == [unhexlify(AID + "0102")]
    assert aids_of(entry(AID[:-2])) == []
    assert aids_of(entry(AID + "00" * 9)) == []  # 17 bytes


def test_a_kernel_that_the_till_has_not():
    assert aids_of(entry(more=tlv("9F2A", "03"))) == []
    assert aids_of(entry(more=tlv("9F2A", "07"))) == [unhexlify(AID)]
    assert aids_of(entry(more=tlv("9F2A", "00"))) == [unhexlify(AID)]
    assert aids_of(entry(more=tlv("9F2A", "87015600"))) == []


def test_labels_lose_what_cannot_be_shown():
    odd = tlv("61", tlv("4F", AID) + tlv("50", "556E1B696F6E" + "41" * 20))
    assert candidates(ppse(odd)[:-2], UNIONPAY)[0].label == "Union" + "A" * 10


def test_final_select():
    candidate = Candidate(unhexlify(AID), 1, "from the PPSE")
    application, commands = feed(final_select(candidate), fci())
    assert commands == [unhexlify("00A4040008" + AID + "00")]
    assert (application.aid, application.label) == (unhexlify(AID), "UnionPay Debit")
    assert application.pdol == unhexlify(PDOL)
    application, _ = feed(final_select(candidate), fci(AID + "01", pdol=None))
    assert (application.aid, application.pdol) == (unhexlify(AID + "01"), b"")


def test_a_refused_application_is_passed_over():
    for status in (b"\x6a\x82", b"\x62\x83", b"\x6a\x81"):
        assert feed(final_select(Candidate(unhexlify(AID), 1, "")), status)[0] is None


def test_answers_that_are_no_fci():
    candidate = Candidate(unhexlify(AID), 1, "")
    for answer in (
        b"\x90\x00",
        fci(CREDIT),  # another application
        unhexlify(tlv("6F", tlv("84", AID))) + b"\x90\x00",
        unhexlify(tlv("6F", tlv("A5", tlv("50", "41")))) + b"\x90\x00",
        unhexlify(tlv("77", tlv("84", AID))) + b"\x90\x00",
        fci()[:20] + b"\x90\x00",
        fci(AID + "00" * 9),
    ):
        raises(CardError, feed, final_select(candidate), answer)
