# heap: 500k
"""Restrictions, risk management, action analysis. Source: EMV 4.4 Book 3, 10.4, 10.6, 10.7; Book 4, 6.3.5."""

from card.chip import Chip
from card.people import Till, ca_keys, payment
from till.card.emv import tvr
from till.card.emv.aids import Aid
from till.card.emv.ca_keys import Store
from till.card.emv.card_data import CardData
from till.card.emv.outcome import AAC, ARQC, TC
from till.card.emv.processing_restrictions import processing_restrictions
from till.card.emv.state import State
from till.card.emv.terminal_action_analysis import analysis_without_host, terminal_action_analysis
from till.card.emv.terminal_risk_management import selected

NAME = b"\xa0\x00\x00\x03\x33\x01\x01\x01"
QUIET = {"tac_online": bytes(5), "tac_default": bytes(5), "tac_denial": bytes(5)}


def restricted(terms=None, **objects):
    state = State(terms or payment(), Aid(NAME))
    state.data.add([(0x5F24, b"\x30\x12\x31")] if "x5F24" not in objects else [])
    state.data.add([(int(name[1:], 16), value) for name, value in objects.items()])
    processing_restrictions(state)
    assert bytes(state.tvr[:1] + state.tvr[2:]) == bytes(4)
    return state.tvr[1]


def test_versions():
    assert restricted(x9F08=b"\x00\x30") == 0
    assert restricted(x9F08=b"\x00\x20") == 0x80
    assert restricted() == 0


def test_dates_to_the_day():
    for expiry, mark in ((b"\x26\x11\x22", 0x40), (b"\x26\x11\x23", 0), (b"\x49\x12\x31", 0), (b"\x50\x01\x01", 0x40)):
        assert restricted(x5F24=expiry) == mark
    for effective, mark in ((b"\x26\x11\x24", 0x20), (b"\x26\x11\x23", 0), (b"\x99\x01\x01", 0)):
        assert restricted(x5F25=effective) == mark


def test_usage():
    china, elsewhere = b"\x01\x56", b"\x08\x40"
    for usage, country, allowed in (
        (b"\xff\x00", china, True), (b"\xfe\x00", china, False), (b"\xfe\x00", None, False), (b"\x21\x00", china, True),
        (b"\x09\x00", china, True), (b"\x11\x00", china, False), (b"\x05\x00", china, False),
        (b"\x11\x00", elsewhere, True), (b"\x05\x00", elsewhere, True), (b"\x29\x00", elsewhere, False),
        (b"\x01\x00", None, True),
    ):  # fmt: skip
        more = {} if country is None else {"x5F28": country}
        assert restricted(x9F07=usage, **more) == (0 if allowed else 0x10), (usage, country)
    cashback = payment(5000, other_fen=1000)
    for usage, country, allowed in (
        (b"\xff\x80", china, True), (b"\xff\x40", china, False), (b"\xff\x40", elsewhere, True),
        (b"\xff\x80", elsewhere, False),
    ):  # fmt: skip
        assert restricted(cashback, x9F07=usage, x5F28=country) == (0 if allowed else 0x10)


def risk(terms=None, aid=None, store=None, counters=None, aip="1900", **changes):
    """TVR bytes 1 (exception file), 2 (new card) and 4, and the till."""
    chip = Chip(aip=aip, **changes)
    chip.data = counters or chip.data
    till = Till(chip, store=store, aids=(Aid(NAME, **dict({"floor_fen": 10000}, **(aid or {}))),))
    card = till.pay(terms)
    return card.tvr[0] & 0x30, card.tvr[1] & 0x08, card.tvr[3]


def test_the_floor():
    assert risk(payment(9999)) == (0, 0, 0)
    assert risk(payment(10000)) == (0, 0, 0x80)
    spent = Store(ca_keys(), spent_fen=lambda pan: 9000)
    assert risk(payment(1000), store=spent) == (0, 0, 0x80)
    assert risk(payment(999), store=spent) == (0, 0, 0)


def test_without_the_aip_bit_only_list_and_merchant_count():
    listed = Store(ca_keys(), listed=lambda pan, psn: psn == "001" and pan[:4] == "6292")
    assert risk(payment(20000, force_online=True), store=listed, aip="1100") == (0x10, 0, 0x08)
    card = Till(Chip(aip="1100")).pay()
    assert card.tsi[0] & 0x08 == 0


def test_random_selection_rises_from_the_threshold_to_the_floor():
    aid = Aid(NAME, floor_fen=10000, threshold_fen=2000, target_percent=10, target_most_percent=50)

    def share(amount_fen):
        return sum([selected(amount_fen, aid, bytes((draw >> 8, draw & 255))) for draw in range(99)])

    assert [share(amount) for amount in (1, 1999, 2000, 6000, 9999)] == [10, 10, 10, 30, 49]
    assert share(4000) == 20
    never = Aid(NAME, floor_fen=10000, threshold_fen=2000)
    assert not [draw for draw in range(256) if selected(500, never, bytes((draw, draw)))]
    always = {"target_percent": 99, "target_most_percent": 99}
    assert risk(payment(500, draw=b"\xff\x11"), aid=always) == (0, 0, 0x10)
    assert risk(payment(10000), aid=always) == (0, 0, 0x80)  # over the floor nothing is drawn


def test_velocity():
    for counter, last, marks, new in (
        ("0005", "0004", 0, 0), ("0006", "0004", 0, 0), ("0007", "0004", 0x40, 0), ("0008", "0004", 0x40, 0),
        ("0009", "0004", 0x60, 0), ("0004", "0004", 0x60, 0), ("0001", "0000", 0, 0x08), ("0003", "0004", 0x60, 0),
    ):  # fmt: skip
        got = risk(counters={"9F36": counter, "9F13": last}, T9F14="02", T9F23="04")
        assert got == (0, new, marks), (counter, last)
    assert risk(counters={"9F36": "0005"}, T9F14="02", T9F23="04") == (0x20, 0, 0x60)
    assert risk(counters={"9F13": "0005"}, T9F14="02", T9F23="04") == (0x20, 0, 0x60)
    assert risk(counters={"9F36": "0009", "9F13": "0001"}, T9F14="02") == (0, 0, 0)  # both limits or none


def analysed(bit=None, aid=None, issuer=None, terms=None, cvm="none"):
    state = State(terms or payment(offline_most_fen=5000), Aid(NAME, **dict(QUIET, **(aid or {}))))
    state.data = CardData()
    codes = {0x9F0D: bytes(5), 0x9F0E: bytes(5), 0x9F0F: bytes(5)}
    codes.update(issuer or {})
    state.data.add([(tag, value) for tag, value in codes.items() if value is not None])
    state.cvm = cvm
    if bit is not None:
        tvr.raise_bit(state.tvr, bit)
    return terminal_action_analysis(state), analysis_without_host(state)


def test_each_bit_against_each_code():
    assert analysed() == (TC, TC)
    for byte in range(5):
        for place in range(8):
            code = bytearray(5)
            code[byte] = 1 << place
            code = bytes(code)
            bit = byte << 8 | 1 << place
            other = byte << 8 | (1 << (place ^ 1))
            assert analysed(bit, {"tac_denial": code})[0] == AAC and analysed(other, {"tac_denial": code})[0] == TC
            assert analysed(bit, {"tac_online": code}) == (ARQC, TC)
            assert analysed(bit, {"tac_default": code}) == (TC, AAC)
            assert analysed(bit, None, {0x9F0E: code})[0] == AAC and analysed(other, None, {0x9F0E: code})[0] == TC
            assert analysed(bit, None, {0x9F0F: code}) == (ARQC, TC)
            assert analysed(bit, None, {0x9F0D: code}) == (TC, AAC)


def test_codes_that_the_issuer_left_out():
    missing = {0x9F0D: None, 0x9F0E: None, 0x9F0F: None}
    assert analysed(None, None, missing) == (TC, TC)
    assert analysed(tvr.EXPIRED, None, missing) == (ARQC, AAC)


def test_the_till_s_own_caps_come_first():
    assert analysed(terms=payment(5001, offline_most_fen=5000)) == (ARQC, AAC)
    assert analysed(terms=payment(5000, offline_most_fen=5000)) == (TC, TC)
    assert analysed(terms=payment(1)) == (ARQC, AAC)
    assert analysed(cvm="online-pin")[1] == AAC


def test_no_bit_is_left_over():
    names = [name for name in dir(tvr) if name == name.upper() and not name.startswith("_")]
    bits = [getattr(tvr, name) for name in names]
    assert len([bit for bit in bits if bit >> 8 == 1]) == 5 and max(bits) == 0x0480
