"""The card room's parsers under whatever hypothesis thinks of: what is built is read back, and nothing but the module's
own error comes out of the rest."""

from binascii import unhexlify

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card.cards import AID, tlv, transaction
from card.people import ca_keys, payment
from till.card.emv.aids import UNIONPAY, Aid, parse_aid
from till.card.emv.ca_keys import Store, parse_ca_key
from till.card.emv.candidates import candidate_of
from till.card.emv.card_data import CardData
from till.card.emv.certificates import icc_key, issuer_key, recover
from till.card.emv.contactless import contactless
from till.card.emv.gpo import options
from till.card.emv.offline_pin import plaintext_block
from till.card.emv.outcome import AAC, ARQC, TC
from till.card.emv.pdol import build, parse_dol
from till.card.emv.ppse import candidates
from till.card.emv.read_records import files
from till.card.emv.scripts import AFTER, process_scripts
from till.card.emv.select import application
from till.card.emv.state import State
from till.card.emv.terminal_action_analysis import analysis_without_host, terminal_action_analysis
from till.card.emv.terminal_risk_management import selected
from till.card.errors import CardError
from till.card.stripe import parse_stripe
from till.card.tlv import build as build_tlv
from till.card.tlv import find, parse
from till.card.track import luhn, parse_track2

TODAY = b"\x26\x11\x23"
PRIMITIVES = st.sampled_from([0x50, 0x57, 0x5A, 0x82, 0x95, 0x9F02, 0x9F10, 0x9F26, 0x9F36, 0x9F37, 0xDF8102])
VALUES = st.binary(max_size=300)
FILLED = st.lists(st.tuples(PRIMITIVES, VALUES), max_size=8)
NOISE = st.one_of(
    st.binary(max_size=80),
    st.tuples(st.sampled_from([b"\x6f", b"\x70", b"\x77", b"\x80"]), st.binary(max_size=80)).map(b"".join),
    FILLED.map(build_tlv),
    FILLED.map(lambda objects: build_tlv([(0x70, build_tlv(objects))])),
)
bounded = settings(max_examples=80, deadline=None)

PARSERS = {
    "tlv": parse,
    "find": lambda data: find(data, 0x9F26),
    "dol": parse_dol,
    "dol values": lambda data: build(data, lambda tag: b"\x01\x02\x03"),
    "afl": files,
    "track": parse_track2,
    "stripe": parse_stripe,
    "aid parameters": parse_aid,
    "ca key": lambda data: parse_ca_key(data, TODAY),
    "ppse": lambda data: candidates(data, UNIONPAY),
    "fci": lambda data: application(data, candidate_of([(0x4F, unhexlify(AID))], UNIONPAY)),
    "processing options": options,
    "signature": lambda data: recover(data, ca_keys()[0], 0x90),
}


@pytest.mark.parametrize("name", PARSERS)
def test_nothing_but_the_card_error(name):
    @bounded
    @given(NOISE)
    def run(data):
        try:
            PARSERS[name](data)
        except CardError as error:
            assert error.code

    run()


@bounded
@given(FILLED)
def test_what_is_built_is_read_back(objects):
    assert parse(build_tlv(objects)) == objects
    assert parse(b"\x00\xff" + build_tlv(objects) + b"\x00") == objects


@bounded
@given(st.lists(st.tuples(PRIMITIVES, st.integers(0, 30)), max_size=10), st.binary(max_size=12))
def test_a_dol_is_filled_to_its_length(wanted, value):
    dol = b"".join(build_tlv([(tag, b"")])[:-1] + bytes([length]) for tag, length in wanted)
    assert parse_dol(dol) == wanted
    total = sum(length for _, length in wanted)
    if total <= 252:
        assert len(build(dol, lambda tag: value)) == total


@bounded
@given(st.binary(min_size=144, max_size=144), st.binary(max_size=24), st.binary(min_size=1, max_size=3))
def test_certificates_of_noise(certificate, remainder, exponent):
    data = CardData()
    data.add([(0x8F, b"\xe2"), (0x90, certificate), (0x92, remainder), (0x9F32, exponent), (0x9F46, certificate),
              (0x9F48, remainder), (0x9F47, exponent)])  # fmt: skip
    key = ca_keys()[0]
    for step in (
        lambda: issuer_key(data, key.rid, "6292520000000000008", TODAY, Store([key])),
        lambda: icc_key(data, key, "6292520000000000008", TODAY, b""),
    ):
        with pytest.raises(CardError):
            step()


@bounded
@given(st.binary(max_size=120), st.lists(st.sampled_from([b"\x90\x00", b"\x6a\x80", b"\x63\x00", b"\x62", b""])))
def test_scripts_of_noise(script, statuses):
    class Card:
        script_results = b""

    state = State(payment(), UNIONPAY[0])
    steps = process_scripts(state, Card, [(AFTER, script)], AFTER)
    answers = iter(statuses)
    try:
        steps.send(None)
        while True:
            steps.send(next(answers, b"\x90\x00"))
    except StopIteration:
        pass
    assert len(Card.script_results) == 5 and Card.script_results[0] >> 4 in (0, 1, 2)
    assert (state.tvr[4] == 0) == (Card.script_results[0] == 0x20)


@bounded
@given(st.lists(NOISE, min_size=12, max_size=12))
def test_a_tap_with_noise(answers):
    steps = contactless(transaction(), UNIONPAY, Store(ca_keys()))
    try:
        steps.send(None)
        for answer in answers:
            steps.send(answer + b"\x90\x00")
    except CardError:
        pass
    except StopIteration as end:
        assert luhn(end.value.pan)


@bounded
@given(st.binary(min_size=5, max_size=5), st.lists(st.binary(min_size=5, max_size=5), min_size=6, max_size=6))
def test_action_codes_are_a_matter_of_bits(tvr, codes):
    denial, online, default = codes[:3]
    state = State(
        payment(offline_most_fen=9999), Aid(unhexlify(AID), tac_denial=denial, tac_online=online, tac_default=default)
    )
    state.tvr[:] = tvr
    state.data.add([(0x9F0E, codes[3]), (0x9F0F, codes[4]), (0x9F0D, codes[5])])
    meets = [any(t & (a | b) for t, a, b in zip(tvr, codes[n], codes[n + 3])) for n in range(3)]
    assert terminal_action_analysis(state) == (AAC if meets[0] else ARQC if meets[1] else TC)
    assert analysis_without_host(state) == (AAC if meets[2] else TC)


@bounded
@given(st.integers(1, 9999), st.integers(0, 9998), st.integers(0, 99), st.integers(0, 99), st.integers(0, 65535))
def test_random_selection_never_falls_with_the_amount(amount, threshold, one, other, number):
    draw = number.to_bytes(2, "big")
    aid = Aid(unhexlify(AID), floor_fen=10000, threshold_fen=threshold, target_percent=min(one, other),
              target_most_percent=max(one, other))  # fmt: skip
    if selected(amount, aid, draw):
        assert all(selected(more, aid, draw) for more in range(amount, 10000, 97))
    if amount < threshold:
        assert selected(amount, aid, draw) == (1 + number % 99 <= min(one, other))


@bounded
@given(st.text("0123456789", min_size=4, max_size=12))
def test_a_pin_block_holds_its_pin(pin):
    text = bytes(plaintext_block(pin)).hex()
    assert text == f"2{len(pin):x}{pin}".ljust(16, "f")


@bounded
@given(st.binary(min_size=1, max_size=250).map(lambda value: tlv("8C", value.hex())))
def test_hex_of_the_tests_own_objects(text):
    assert parse(unhexlify(text))[0][0] == 0x8C
