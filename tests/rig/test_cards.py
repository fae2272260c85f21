import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psec.des import encrypt_tdes_ecb
from pyemv.ac import PaddingType, generate_ac

from host_sim.networks.issuer import chips, cryptogram
from host_sim.rig.cards.apdu import parse
from host_sim.rig.cards.cryptogram import application_cryptogram, retail_mac, session_key
from host_sim.rig.cards.faults import GARBAGE, GarbageCard, LeavingCard, MuteCard, NoApplicationCard
from host_sim.rig.cards.profile import ProfileError
from host_sim.rig.cards.rack import Rack
from host_sim.rig.cards.tlv import dol, tlv
from host_sim.rig.cards.unionpay import PDOL, UnionPayCard

# the other implementations use 3DES as their library names it today
pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:cryptography.utils.CryptographyDeprecationWarning")

PROFILE = {
    "pan": "6292520000000000008",
    "psn": "01",
    "expiry": "3006",
    "service_code": "220",
    "udk": "0123456789ABCDEFFEDCBA9876543210",
    "uid": "08A1B2C3",
    "atc": 41,
    "label": "UnionPay Debit",
    "cvm_limit_fen": 100000,
}
PPSE = b"2PAY.SYS.DDF01"
AID = bytes.fromhex("A000000333010101")
TTQ = bytes.fromhex("26000000")  # qPBOC, online PIN, signature


def card(**changes):
    return UnionPayCard({**PROFILE, **changes})


def select(name, p2=0):
    return bytes([0, 0xA4, 4, p2, len(name)]) + name + b"\x00"


def options(amount_fen=1, ttq=TTQ, currency="0156", number="01020304"):
    data = (
        ttq
        + bytes.fromhex(f"{amount_fen:012d}" + "000000000000" + "0156" + "0000000000" + currency)
        + bytes.fromhex("261123" + "00" + number)
    )
    return bytes([0x80, 0xA8, 0, 0, len(data) + 2, 0x83, len(data)]) + data + b"\x00"


def objects(data):
    """Primitive data objects of an answer, templates entered: {tag: value}."""
    found, at = {}, 0
    while at < len(data):
        size = 2 if data[at] & 0x1F == 0x1F else 1
        tag = int.from_bytes(data[at : at + size], "big")
        at += size
        length, at = (data[at], at + 1) if data[at] < 0x80 else (data[at + 1], at + 2)
        value, at = data[at : at + length], at + length
        if data[at - length - size - (2 if length > 127 else 1)] & 0x20:
            found.update(objects(value))
        else:
            found.setdefault(tag, value)
    return found


def paid(chip, **terminal):
    assert chip.process(select(AID))[-2:] == b"\x90\x00"
    answer = chip.process(options(**terminal))
    assert answer[-2:] == b"\x90\x00" and answer[0] == 0x77
    return objects(answer[:-2])


# ---- cryptography: ISO/IEC 9797-1:1999, annex B, algorithm 3 with padding method 2
def test_the_standard_s_retail_mac():
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert retail_mac(key, b"Now is the time for all ").hex().upper() == "E9086230CA3BE796"


def test_another_implementation_finds_the_same_keys_and_cryptogram():
    udk, covered = bytes.fromhex(PROFILE["udk"]), bytes(range(37))
    key = encrypt_tdes_ecb(udk, bytes.fromhex("000000000000002A 000000000000FFD5"))
    assert session_key(udk, 42) == key
    assert application_cryptogram(udk, 42, covered) == generate_ac(key, covered, PaddingType.EMV)


# ---- encoding
def test_tlv_and_dol():
    assert tlv(0x9F26, b"ab") == bytes.fromhex("9F26026162")
    assert tlv(0x77, bytes(200))[:3] == bytes.fromhex("7781C8")
    assert dol((0x9F66, 4), (0x95, 5)) == bytes.fromhex("9F66049505")
    with pytest.raises(ValueError):
        tlv(0x77, bytes(256))


@pytest.mark.parametrize(
    "wrong", ["00", "00A404", "00A4040003AA", "00A4040000AA", "00A404000100AABB", "00A40400010203FF"]
)
def test_lengths_that_do_not_add_up_are_no_command(wrong):
    assert parse(bytes.fromhex(wrong)) is None
    assert card().process(bytes.fromhex(wrong)) == b"\x67\x00"


# ---- profiles
@pytest.mark.parametrize(
    "key, value",
    [
        ("pan", "629252"), ("pan", "62925200000000000ab"), ("pan", 6292520000000000008), ("psn", "1"),
        ("expiry", "3013"), ("expiry", "306"), ("service_code", "22"), ("udk", "00" * 15), ("udk", "zz" * 16),
        ("uid", "0102030405"), ("atc", -1), ("atc", 65536), ("atc", True), ("label", ""), ("label", "银联借记"),
        ("label", "x" * 17), ("cvm_limit_fen", None), ("cvm_limit_fen", -1), ("discretionary", "1" * 20),
        ("discretionary", "12x"), ("applications", [{"aid": "A0", "label": "x"}]),
        ("applications", [{"aid": "A000000333010101", "label": ""}]),
        ("applications", [{"aid": "A000000333010101", "label": "x", "priority": 16}]),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_written_names_the_key_and_not_the_value(key, value):
    with pytest.raises(ProfileError) as caught:
        card(**{key: value})
    assert caught.value.args[0] == key
    if value not in ("", None) and len(str(value)) > 3:
        assert str(value) not in str(caught.value)


@pytest.mark.parametrize("key", sorted(PROFILE))
def test_a_profile_without_a_key_is_refused(key):
    with pytest.raises(ProfileError, match=f"{key} is missing"):
        UnionPayCard({name: value for name, value in PROFILE.items() if name != key})


def test_a_card_never_shows_what_is_on_it():
    shown = repr(card()) + str(card()) + repr(MuteCard(card()))
    assert PROFILE["pan"] not in shown and PROFILE["udk"] not in shown


# ---- status words
@pytest.mark.parametrize(
    "command, status",
    [
        ("00A4040005A000000004", "6A82"),
        ("00A4040007D276000085010100", "6A82"),
        ("00A4000C023F00", "6A86"),
        ("00A4040C08A000000333010101", "6A86"),
        ("00A4040004A0000003", "6700"),
        ("00B0000000", "6D00"),
        ("80AE800000", "6D00"),
        ("90A8000000", "6E00"),
        ("80A4040008A000000333010101", "6E00"),
        ("00B2010C00", "6985"),
        ("00B2010000", "6A86"),
        ("80CA9F3600", "6985"),
    ],
)
def test_status_words_before_anything_is_selected(command, status):
    assert card().process(bytes.fromhex(command)).hex().upper() == status


def test_processing_options_in_the_wrong_order_or_shape():
    chip = card()
    good = options()
    assert chip.process(good).hex() == "6985"
    chip.process(select(PPSE))
    assert chip.process(good).hex() == "6985"  # the directory is no application
    chip.process(select(AID))
    assert chip.process(b"\x80\xa8\x01" + good[3:]).hex() == "6a86"
    assert chip.process(bytes.fromhex("80A80000028300")).hex() == "6700"
    assert chip.process(bytes.fromhex("80A80000028500")).hex() == "6a80"
    assert chip.process(bytes.fromhex("80A80000")).hex() == "6a80"
    assert chip.process(good[:4] + b"\x22\x83\x20" + bytes(32) + b"\x00").hex() == "6700"
    assert chip.process(options(ttq=b"\x06\x00\x00\x00")).hex() == "6985"
    assert chip.process(good[:12] + b"\xff" + good[13:]).hex() == "6a80"  # an amount that is no number
    assert chip.atc == 41
    assert chip.process(good)[-2:].hex() == "9000"
    assert chip.process(good).hex() == "6985"  # one cryptogram a selection
    assert chip.atc == 42


def test_a_worn_out_card_gives_no_more_cryptograms():
    chip = card(atc=0xFFFF)
    chip.process(select(AID))
    assert chip.process(options()).hex() == "6985"


# ---- the payment
def test_the_directory_names_the_application():
    answer = card().process(select(PPSE))
    expected = bytes.fromhex("4F08A000000333010101") + b"\x50\x0eUnionPay Debit" + bytes.fromhex("870101")
    assert answer == tlv(0x6F, tlv(0x84, PPSE) + tlv(0xA5, tlv(0xBF0C, tlv(0x61, expected)))) + b"\x90\x00"


def test_a_directory_of_two_and_the_next_occurrence():
    two = [
        {"aid": "A000000333010102", "label": "Credit", "priority": 2},
        {"aid": "A000000333010101", "label": "Debit", "priority": 1},
    ]
    chip = card(applications=two)
    answer = chip.process(select(PPSE))
    assert answer.count(b"\x61") == 2 and b"Credit" in answer and b"Debit" in answer
    assert objects(chip.process(select(AID[:5]))[:-2])[0x84].hex().upper() == "A000000333010102"
    assert objects(chip.process(select(AID[:5], p2=2))[:-2])[0x84] == AID
    assert card().process(select(AID[:5], p2=2)).hex() == "6a82"


def test_the_application_says_what_it_wants_to_know():
    found = objects(card().process(select(AID))[:-2])
    assert found[0x84] == AID and found[0x50] == found[0x9F12] == b"UnionPay Debit" and found[0x5F2D] == b"zhen"
    assert found[0x9F38].hex().upper() == "9F66049F02069F03069F1A0295055F2A029A039C019F3704"
    assert found[0x9F4D] == b"\x0b\x0a"
    assert sum(length for _, length in PDOL) == 33


def test_a_payment_s_answer_and_its_cryptogram():
    found = paid(card(), amount_fen=12345)
    assert found[0x57].hex().upper() == "6292520000000000008D300622000000"
    assert (found[0x82], found[0x5F34], found[0x9F27], found[0x9F36]) == (b"\x1c\x00", b"\x01", b"\x80", b"\x00\x2a")
    assert found[0x9F10].hex().upper() == "07010103A0A00001" and found[0x9F6C] == b"\x00\x00"
    assert 0x94 not in found
    covered = "000000012345 000000000000 0156 0000000000 0156 261123 00 01020304 1C00 002A 03A0A000"
    key = session_key(bytes.fromhex(PROFILE["udk"]), 42)
    assert found[0x9F26] == generate_ac(key, bytes.fromhex(covered), PaddingType.EMV)


def test_the_issuer_s_side_verifies_the_cryptogram():
    imk = bytes.fromhex("9E15204313F7318ACB79B90BD986AD29")
    udk = cryptogram.card_key(imk, PROFILE["pan"], PROFILE["psn"])
    terminal = {0x9F02: "000000012345", 0x9F03: "000000000000", 0x9F1A: "0156", 0x95: "0000000000", 0x5F2A: "0156"}
    terminal |= {0x9A: "261123", 0x9C: "00", 0x9F37: "01020304"}
    found = paid(card(udk=udk.hex()), amount_fen=12345)
    objects = found | {tag: bytes.fromhex(value) for tag, value in terminal.items()}
    assert chips.verify(chips.chip(imk, PROFILE["pan"], PROFILE["psn"], objects), objects) == 0x80


def test_an_odd_track_is_filled_up():
    assert paid(card(discretionary="0000"))[0x57].hex().upper() == "6292520000000000008D30062200000F"


def test_the_counter_goes_up_and_outlives_the_field():
    chip = card()
    assert paid(chip)[0x9F36] == b"\x00\x2a"
    chip.reset()
    assert chip.process(options()).hex() == "6985"
    assert paid(chip)[0x9F36] == b"\x00\x2b"
    assert chip.process(bytes.fromhex("80CA9F3600")).hex() == "9f3602002b9000"
    assert chip.process(bytes.fromhex("80CA9F1700")).hex() == "6a88"
    assert (chip.atc, chip.transactions) == (43, 2)


@pytest.mark.parametrize(
    "terminal, qualifiers, cryptogram",
    [
        ({"amount_fen": 100000}, "0000", 0x80),
        ({"amount_fen": 100001}, "8000", 0x80),
        ({"amount_fen": 1, "currency": "0840"}, "8000", 0x80),
        ({"amount_fen": 1, "ttq": bytes.fromhex("26400000")}, "8000", 0x80),
        ({"amount_fen": 100001, "ttq": bytes.fromhex("22000000")}, "4000", 0x80),
        ({"amount_fen": 100001, "ttq": bytes.fromhex("20000000")}, "0000", 0x00),
        ({"amount_fen": 1, "ttq": bytes.fromhex("2E000000")}, "0000", 0x00),
    ],
)
def test_what_the_card_wants_done(terminal, qualifiers, cryptogram):
    found = paid(card(), **terminal)
    assert found[0x9F6C].hex() == qualifiers and found[0x9F27][0] == cryptogram
    assert found[0x9F10][3:7].hex() == ("03a0a000" if cryptogram else "0380a000")


def test_records_behind_a_file_locator():
    chip = card(records=True)
    assert paid(chip)[0x94].hex() == "08010100"
    record = chip.process(bytes.fromhex("00B2010C00"))
    assert record[-2:].hex() == "9000"
    found = objects(record[:-2])
    assert found[0x5F24].hex() == "300630" and found[0x5A].hex() == "6292520000000000008f"
    assert chip.process(bytes.fromhex("00B2020C00")).hex() == "6a83"
    assert chip.process(bytes.fromhex("00B2011400")).hex() == "6a82"
    plain = card()
    paid(plain)
    assert plain.process(bytes.fromhex("00B2010C00")).hex() == "6a82"


def test_the_time_a_card_takes():
    chip = card()
    assert chip.time_us(options()) > chip.time_us(select(AID)) > 0 < chip.time_us(b"")


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_no_command_upsets_a_card(commands):
    chip = card()
    for command in (select(AID), *commands, options()):
        answer = chip.process(command)
        assert len(answer) >= 2 and answer[-2] in (0x90, 0x67, 0x69, 0x6A, 0x6D, 0x6E)


# ---- cards with something wrong
def test_a_card_goes_mute():
    chip = MuteCard(card(), after_apdus=1)
    assert chip.process(select(PPSE))[-2:] == b"\x90\x00"
    chip.reset()
    assert chip.process(select(AID)) is None and chip.uid == card().uid and chip.ats == card().ats


def test_a_card_leaves_while_it_works():
    inner = card()
    chip, left = LeavingCard(inner, after_apdus=1, times=1), []
    chip.leave = lambda: left.append(True)
    assert chip.process(select(AID))[-2:] == b"\x90\x00" and not left
    assert chip.process(options()) is None and left == [True]
    assert inner.atc == 42  # it had counted: the answer is lost, the counter is not
    chip.reset()
    assert chip.process(select(AID)) and chip.process(options())[-2:] == b"\x90\x00"


def test_a_card_without_an_application():
    chip = NoApplicationCard()
    assert chip.process(select(PPSE)).hex() == chip.process(select(AID)).hex() == "6a82"
    assert chip.process(options()).hex() == "6d00" and chip.process(b"\x00").hex() == "6700"


@pytest.mark.parametrize("kind", sorted(GARBAGE))
def test_a_card_that_talks_rubbish(kind):
    chip = GarbageCard(card(), kind, after_apdus=1)
    assert chip.process(select(PPSE)) == card().process(select(PPSE))
    assert chip.process(select(AID)) == GARBAGE[kind] + b"\x90\x00"
    chip.reset()
    assert chip.process(select(PPSE)) == card().process(select(PPSE))


# ---- the rack
def test_cards_by_name():
    rack = Rack(json.loads(json.dumps([{**PROFILE, "name": "lunch"}, {**PROFILE, "name": "travel", "atc": 7}])))
    assert list(rack) == ["lunch", "travel"] and len(rack) == 2
    assert rack["travel"].atc == 7 and rack["lunch"] is rack["lunch"]
    assert rack.add(PROFILE).name == "UnionPay Debit" and rack.add(PROFILE, name="third").name == "third"
    with pytest.raises(ProfileError, match="a name of its own"):
        rack.add(PROFILE, name="lunch")
    with pytest.raises(KeyError, match="lunch, travel"):
        rack["none"]
