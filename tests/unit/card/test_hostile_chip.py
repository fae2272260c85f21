# heap: 500k
"""A whole contact payment with answers damaged on the way, and the parsers under random bytes, bounded, on both
runtimes: nothing but the card room's own error comes out, and no account number with it."""

from card.cards import PAN
from card.chip import Chip
from card.people import APPROVED, ca_keys, payment
from till.card.emv.aids import UNIONPAY, parse_aid
from till.card.emv.ca_keys import Store, parse_ca_key
from till.card.emv.candidates import candidate_of
from till.card.emv.check_card import check_card
from till.card.emv.contact import contact
from till.card.emv.pdol import build, parse_dol
from till.card.emv.ppse import candidates
from till.card.emv.read_records import files
from till.card.emv.requests import Apdu, AskPin, Choose, Online, Reply
from till.card.emv.select import application
from till.card.errors import CardError
from till.card.stripe import parse_stripe
from till.card.tlv import find, parse
from till.card.track import parse_track2

CODES = (
    "card-gone", "no-application", "bad-data", "declined", "use-other", "blocked", "chip-failed", "cancelled",
    "expired", "over-limit",
)  # fmt: skip


class Random:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 1103515245 + 12345) & 0x3FFFFFFF
        return (self.state >> 9) % bound

    def bytes(self, count):
        return bytes([self.below(256) for _ in range(count)])


def damaged(answer, random):
    """One of: a byte changed, cut short, doubled, noise, a length made huge."""
    out = bytearray(answer)
    kind = random.below(5)
    if kind == 0 or len(out) < 4:
        out[random.below(len(out))] = random.below(256)
    elif kind == 1:
        out = out[: random.below(len(out))]
    elif kind == 2:
        out = out[:-2] + out
    elif kind == 3:
        out = bytearray(random.bytes(random.below(40)))
    else:
        out[1 + random.below(3)] = (0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0xFF)[random.below(7)]
    return bytes(out)


def drive(steps, chip, random, at):
    """The result of steps when the answer to command number at, and now and then a later one, is damaged."""
    reply = None
    number = 0
    for _ in range(300):
        try:
            request = steps.send(reply)
        except StopIteration as end:
            return end.value
        if isinstance(request, Apdu):
            reply = chip.answer(request.data) if len(request.data) > 4 else b"\x90\x00"
            if number == at or (number > at and not random.below(12)):
                reply = damaged(reply, random)
            number += 1
        elif isinstance(request, AskPin):
            reply = ("1234", "", "99999", None)[random.below(4)]
        elif isinstance(request, Choose):
            reply = 0
        elif isinstance(request, Online):
            scripts = [(0x71, random.bytes(random.below(30))), (0x72, b"\x86\x04\0\0\0\0")]
            reply = (None, APPROVED, Reply(False, "51"), Reply(True, "00", scripts))[random.below(4)]
        else:
            reply = None
    raise AssertionError("no end")


def test_damaged_payments():
    random = Random(20261123)
    outcomes = {}
    for turn in range(150):
        chip = Chip(aip="5C00", T8E="00" * 8 + "410342031F00", T9F14="02", T9F23="05")
        chip.pse = bool(turn & 1)
        steps = contact(payment(offline_most_fen=turn & 2 and 9999), UNIONPAY, Store(ca_keys()))
        try:
            card = drive(steps, chip, random, turn % 19)
            key = card.outcome + card.arc
            assert len(card.tvr) == 5 and len(card.tsi) == 2 and card.outcome in ("approved", "declined")
        except CardError as error:
            key = error.code
            assert error.code in CODES and PAN not in str(error) and "6292" not in str(error)
        outcomes[key] = outcomes.get(key, 0) + 1
    assert outcomes["chip-failed"] > 30 and len(outcomes) >= 5, outcomes


def test_a_damaged_check_of_the_card():
    random = Random(7)
    told = 0
    for turn in range(60):
        chip = Chip()
        chip.data["9F79"] = "000000012345"
        try:
            _, atc, available_fen = drive(check_card(UNIONPAY, True), chip, random, turn % 6)
            told += atc == 5 and available_fen == 12345
        except CardError as error:
            assert error.code in CODES
    assert told


PARSERS = (
    parse,
    lambda data: find(data, 0x9F26),
    parse_dol,
    lambda data: build(data, lambda tag: b"\x01\x02"),
    files,
    parse_track2,
    parse_stripe,
    parse_aid,
    lambda data: parse_ca_key(data, b"\x26\x11\x23"),
    lambda data: candidates(data, UNIONPAY),
    lambda data: candidate_of(parse(data), UNIONPAY),
    lambda data: application(data, candidate_of([(0x4F, UNIONPAY[0].name)], UNIONPAY)),
)
STARTS = (b"", b"\x6f\x81", b"\x70", b"\x77\x82\x01", b"\x9f", b"\x5f\x2d", b";62", b"%B", b"\x9f\x06\x08")


def test_random_bytes_in_every_parser():
    random = Random(5)
    refused = 0
    for turn in range(600):
        data = STARTS[random.below(len(STARTS))] + random.bytes(random.below(48))
        try:
            PARSERS[turn % len(PARSERS)](data)
        except CardError:
            refused += 1
    assert refused > 200
