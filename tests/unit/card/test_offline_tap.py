# heap: 500k
"""Taps that the card approves, taps that break off. Source: EMV Contactless Books C-7 and C-3; JR/T 0025.12."""

from binascii import unhexlify

from card.cards import AID, PAN, PDOL, entry, fci, ppse, tlv, transaction
from card.chip import OK, Chip
from card.people import ca_keys
from checks import raises
from till.card.emv.aids import Aid
from till.card.emv.ca_keys import Store
from till.card.emv.contactless import contactless
from till.card.emv.torn import Tap
from till.card.errors import CardError

RELATED = "01AABBCCDD0000"
CAPS = {"floor_fen": 5000, "offline_most_fen": 5000, "ttq": b"\x26\x00\x00\x80"}
AMOUNT, CURRENCY, NUMBER = unhexlify("000000001234"), b"\x01\x56", b"\xde\xad\xbe\xef"


class Phone(Chip):
    """A contactless card on the same keys. kind: "40" TC, "80" ARQC, "00" AAC. related: hex of tag 9F69, "" without."""

    def __init__(self, kind="40", keys="small", aip="2000", ctq="0000", related=RELATED, **changes):
        Chip.__init__(self, keys, aip, **changes)
        self.kind = kind
        self.ctq = ctq
        self.related = related
        self.also = ""

    def _A4(self, command):
        return ppse(entry()) if command[5:9] == b"2PAY" else fci(pdol=PDOL)

    def _A8(self, command):
        covered = NUMBER
        if self.related[:2] == "01":
            covered += AMOUNT + CURRENCY + unhexlify(self.related)
        signature = self.sign(b"\x02\xab\xcd", covered)
        body = [("82", self.aip), ("94", "1001%02X01" % len(self.records)), ("9F10", "07010103A0A000"),
                ("9F26", "0102030405060708"), ("9F27", self.kind), ("9F36", "0005"), ("9F6C", self.ctq)]  # fmt: skip
        if self.related:
            body.append(("9F69", self.related))
        inner = unhexlify("".join([tlv(*item) for item in body]) + self.also)
        inner += unhexlify("9F4B81%02X" % len(signature)) + signature
        head = "7781%02X" % len(inner) if len(inner) < 256 else "7782%04X" % len(inner)
        return unhexlify(head) + inner + OK


def tapped(phone, store=None, tap=None, gone=None, aids=None, **terms):
    """CardRead or CardError. gone: number of the command at which the card leaves."""
    wanted = dict(CAPS, **terms)
    amount_fen = wanted.pop("amount_fen", 1234)
    date = wanted.pop("date", None)
    made = transaction(amount_fen, **wanted)
    made.date = date or made.date
    steps = contactless(made, aids or (Aid(unhexlify(AID)),), store or Store(ca_keys()), tap)
    reply = None
    for number in range(40):
        try:
            request = steps.send(reply)
        except StopIteration as end:
            return end.value
        if number == gone:
            return steps.throw(CardError(0, 0, "the card left", "card-gone"))
        reply = phone.answer(request.data)
    raise AssertionError("no end")


def fails(phone, **more):
    return raises(CardError, tapped, phone, **more).code


def test_a_forged_or_missing_signature_is_no_approval():
    phone = Phone()
    phone.forge = 7
    assert fails(phone) == "declined"
    assert fails(Phone(aip="0000")) == "declined"
    assert fails(Phone(), store=Store()) == "declined"
    assert fails(Phone(T9F46=None)) == "declined"
    assert fails(Phone(related="")) == "declined"  # version 01 was asked for
    wrong = Phone()
    sign = wrong.sign
    wrong.sign = lambda dynamic, covered: sign(dynamic, covered[:-1] + b"x")
    assert fails(wrong) == "declined"


def test_what_the_card_wants_when_the_signature_fails():
    for ctq, code in (("1000", "declined"), ("0000", "declined")):
        phone = Phone(ctq=ctq)
        phone.forge = 7
        assert fails(phone) == code
    phone = Phone(ctq="1000")
    phone.forge = 7
    assert fails(phone, ttq=b"\x36\x00\x00\x80") == "use-other"
    phone = Phone(ctq="2000")
    phone.forge = 7
    assert tapped(phone).outcome == "online"


def test_approved_offline_with_both_versions_and_sizes():
    for keys in ("small", "large"):
        card = tapped(Phone(keys=keys))
        assert (card.outcome, card.arc, card.cvm, card.pan) == ("approved", "Y1", "none", PAN)
        assert dict(card.de55)[0x9F27] == b"\x40"
        assert tapped(Phone(keys=keys, related=""), ttq=b"\x26\x00\x00\x00").outcome == "approved"


def test_version_00_may_be_announced_too():
    phone = Phone(related="00AABBCCDD0000")  # covers the unpredictable number alone
    assert tapped(phone, ttq=b"\x26\x00\x00\x00").outcome == "approved"
    assert fails(phone) == "declined"


def test_an_approval_that_the_till_may_not_take():
    assert fails(Phone(), offline_most_fen=1000) == "use-other"
    assert fails(Phone(ctq="8000")) == "use-other"  # an online PIN is never offline
    assert fails(Phone(), store=Store(ca_keys(), listed=lambda pan, psn: pan == PAN)) == "declined"
    assert fails(Phone(), date=b"\x31\x01\x01") == "expired"
    assert tapped(Phone(ctq="0800"), date=b"\x31\x01\x01").outcome == "online"
    assert fails(Phone("00")) == "declined"


def test_limits_by_application():
    aid = unhexlify(AID)
    assert fails(Phone(), aids=(Aid(aid, tap_most_fen=1000),)) == "over-limit"
    assert tapped(Phone(), aids=(Aid(aid, tap_most_fen=1234),)).outcome == "approved"
    card = tapped(Phone("80"), aids=(Aid(aid, tap_cvm_fen=1000),))
    assert card.cvm == "online-pin"
    phone = Phone("80")
    tapped(phone, aids=(Aid(aid, tap_floor_fen=1000),))
    assert phone.sent(0xA8)[0][7:11] == b"\x26\x80\x00\x80"
    phone = Phone("80")
    tapped(phone, force_online=True)
    assert phone.sent(0xA8)[0][8] == 0x80
    phone = Phone()
    tapped(phone)
    assert phone.sent(0xA8)[0][8] == 0x00


def test_verified_by_signature_or_on_the_device():
    card = tapped(Phone("80", ctq="4000"))
    assert card.cvm == "signature" and dict(card.de55)[0x9F34] == b"\x1e\x00\x00"
    card = tapped(Phone("80", ctq="0080"), amount_fen=200000, offline_most_fen=0)
    assert card.cvm == "device" and dict(card.de55)[0x9F34] == b"\x01\x00\x02"


def test_the_balance_that_the_card_tells():
    phone = Phone()
    phone.also = tlv("9F5D", "000000012345")
    assert tapped(phone).available_fen == 12345
    assert tapped(Phone()).available_fen == -1
    phone.also = tlv("9F5D", "00000001234A")
    assert fails(phone) == "bad-data"


def test_a_tap_that_breaks_off_before_the_last_record_costs_nothing():
    last = 3 + len(Phone().records) - 1
    for gone in (0, 1, 2, 3, last - 1):
        tap = Tap()
        assert fails(Phone(), tap=tap, gone=gone) == "card-gone"
        assert not tap.approved
        phone = Phone()
        assert tapped(phone, tap=tap).outcome == "approved"
        assert tap.broken == (1 if gone > 1 else 0) and phone.sent(0xA8)[0][8] == 0x00


def test_after_a_broken_approval_the_host_decides_on_the_same_card():
    tap = Tap()
    assert fails(Phone(), tap=tap, gone=2 + len(Phone().records)) == "card-gone"
    assert tap.approved and not tap.broken
    again = Phone("80")
    card = tapped(again, tap=tap)
    assert (card.outcome, again.sent(0xA8)[0][8], tap.broken) == ("online", 0x80, 1)


def test_another_card_after_a_broken_approval():
    tap = Tap()
    first = Phone(T57=None)
    first.also = tlv("57", "6292520000000000008D3012220123456789")
    assert fails(first, tap=tap, gone=2 + len(first.records)) == "card-gone"
    other = Phone("80", T57=None)
    other.also = tlv("57", "6292520000000000008D3112220123456789")
    assert fails(other, tap=tap) == "other-card"
    same = Phone("80", T57=None)
    same.also = first.also
    assert tapped(same, tap=tap).outcome == "online"
