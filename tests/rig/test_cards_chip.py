"""The chip at the level of commands: every step of a payment with contacts, and what a card says to nonsense.

The other side is tests/rig/terminal.py, and pyemv for what is computed with keys.
"""

import json
from hashlib import sha1

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv.cvn import MasterCardCVN16, VisaCVN10, VisaCVN18
from pyemv.kd import derive_icc_mk_a

from host_sim.networks.pki.authority import ca_key
from host_sim.rig.cards import atr
from host_sim.rig.cards.contact import Mute, Pulled
from host_sim.rig.cards.emv.answer_to_reset import answer_to_reset
from host_sim.rig.cards.emv.objects import walk
from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personalise import personalise
from host_sim.rig.cards.emv.personas import card_number, persona, personas
from host_sim.rig.cards.emv.schemes import read_pin
from tests.rig.terminal import Terminal

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:cryptography.utils.CryptographyDeprecationWarning")

IMK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SMI = bytes.fromhex("1113151719" + "1B1D1F212325272B2D2F31")
SMC = bytes.fromhex("3133353739" + "3B3D3F414345474B4D4F51")
ARQC, TC, AAC = 0x80, 0x40, 0x00
OK = "9000"


def account(row):
    pan = card_number(row)
    keys = {
        name: derive_icc_mk_a(key, pan, row["psn"]).hex() for name, key in (("udk", IMK), ("smi", SMI), ("smc", SMC))
    }
    shape = {"service_code": "220", "uid": "08A1B2C3", "label": row["label"], "cvm_limit_fen": 100000}
    return {"pan": pan, "psn": row["psn"], "expiry": row["expiry"], **keys, **shape}


def written(name, **changes):
    row = {**persona(name), **changes}
    return personalise(row, account(row))


def card(name, path=None, **changes):
    made = PersonaCard(written(name, **changes), path)
    made.contact.power_on()
    return made


def begun(made, **values):
    return Terminal(made.contact.transmit, **values).begin(made.chip.applications[0].aid)


def recovered(modulus, exponent, signature):
    return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(len(signature), "big")


def icc_key(terminal):
    """The card's public key, by the way a terminal goes from the CA's (EMV 4.4 Book 2, 6.3 and 6.4)."""
    found = terminal.found
    ca = ca_key(found[0x84][:5], found[0x8F][0]).key
    block = recovered(ca.modulus, ca.exponent, found[0x90])
    assert block[:2] == b"\x6a\x02" and block[-1] == 0xBC
    issuer_exponent = found[0x9F32]
    assert block[-21:-1] == sha1(block[1:-21] + found.get(0x92, b"") + issuer_exponent).digest()
    issuer = int.from_bytes((block[15:-21] + found.get(0x92, b""))[: block[13]], "big")
    block = recovered(issuer, int.from_bytes(issuer_exponent, "big"), found[0x9F46])
    assert block[:2] == b"\x6a\x04" and block[2:12].hex().rstrip("f") == found[0x5A].hex().rstrip("f")
    rest = found.get(0x9F48, b"")
    assert block[-21:-1] == sha1(block[1:-21] + rest + found[0x9F47] + terminal.signed).digest()
    return int.from_bytes((block[21:-21] + rest)[: block[19]], "big"), int.from_bytes(found[0x9F47], "big")


# ---- offline authentication
@pytest.mark.parametrize("name", ["short-answers", "long-keys"])
def test_dynamic_authentication(name):
    terminal = begun(card(name))
    modulus, exponent = icc_key(terminal)
    data, status = terminal.send("00880000", bytes.fromhex("01020304"))
    signature = dict(walk(data))[0x80] if data[0] == 0x80 else dict(walk(dict(walk(data))[0x77]))[0x9F4B]
    block = recovered(modulus, exponent, signature)
    assert status == OK and block[:3] == b"\x6a\x05\x01" and block[3] == block[4] + 1 and 2 <= block[4] <= 8
    assert block[-21:-1] == sha1(block[1:-21] + bytes.fromhex("01020304")).digest()


@pytest.mark.parametrize("name, matches", [("static", True), ("sda-forged", False)])
def test_static_authentication(name, matches):
    terminal = begun(card(name))
    found = terminal.found
    ca = ca_key(found[0x84][:5], found[0x8F][0]).key
    issuer = recovered(ca.modulus, ca.exponent, found[0x90])
    modulus = int.from_bytes((issuer[15:-21] + found.get(0x92, b""))[: issuer[13]], "big")
    block = recovered(modulus, int.from_bytes(found[0x9F32], "big"), found[0x93])
    assert block[:2] == b"\x6a\x03"
    assert (block[-21:-1] == sha1(block[1:-21] + terminal.signed).digest()) is matches


@pytest.mark.parametrize("name, matches", [("good", True), ("visa", True), ("mastercard", True), ("cda-forged", False)])
def test_combined_authentication_covers_both_cryptograms(name, matches):
    terminal = begun(card(name))
    modulus, exponent = icc_key(terminal)
    for kind, which in ((ARQC, 0x8C), (TC, 0x8D)):
        answer = terminal.generate(kind, which, cda=True)
        assert answer[0x9F27] == bytes([kind]) and 0x9F26 not in answer
        block = recovered(modulus, exponent, answer[0x9F4B])
        inside = block[4 : 4 + block[3]]
        assert inside[inside[0] + 1] == kind and block[:3] == b"\x6a\x05\x01"
        told = b"".join(
            bytes.fromhex(f"{tag:04X}") + bytes([len(answer[tag])]) + answer[tag] for tag in answer if tag != 0x9F4B
        )
        assert inside[-20:] == sha1(terminal.sent + told).digest()
        number = terminal.values[0x9F37]
        assert (block[-21:-1] == sha1(block[1:-21] + number).digest()) is matches


def test_no_combined_signature_on_a_refusal_or_on_a_card_without_it():
    assert 0x9F26 in begun(card("good")).generate(AAC, cda=True)
    assert 0x9F26 in begun(card("static")).generate(ARQC, cda=True)


# ---- cryptograms and the issuer's answer, against pyemv
VERSIONS = [("visa", VisaCVN10), ("visa-18", VisaCVN18), ("mastercard", MasterCardCVN16)]


def told(terminal, answer):
    tags = (0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37)
    values = {f"tag_{tag:02x}": terminal.values[tag] for tag in tags}
    return values | {"tag_82": terminal.found[0x82], "tag_9f36": answer[0x9F36]}


@pytest.mark.parametrize("name, version", VERSIONS)
def test_the_schemes_cryptograms(name, version):
    terminal = begun(card(name))
    answer = terminal.generate(ARQC)
    row = persona(name)
    issuer = version(IMK, SMI, SMC, card_number(row), row["psn"])
    data = answer[0x9F10]
    more = {"tag_9f10": data} if name == "visa-18" else {"cvr": data[2:8] if name == "mastercard" else data[3:7]}
    assert answer[0x9F26] == issuer.generate_ac(**told(terminal, answer), **more)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("name, version", VERSIONS)
def test_the_issuer_is_proved_and_without_that_the_card_refuses(name, version, right):
    made = card(name)
    terminal = begun(made)
    answer = terminal.generate(ARQC)
    row = persona(name)
    issuer = version(IMK, SMI, SMC, card_number(row), row["psn"])
    if name == "visa-18":
        data = issuer.generate_arpc(answer[0x9F26], answer[0x9F36], bytes.fromhex("00800000")) + bytes.fromhex(
            "00800000"
        )
    else:
        data = issuer.generate_arpc(answer[0x9F26], b"00") + b"00"
    if not right:
        data = bytes([data[0] ^ 1]) + data[1:]
    terminal.values |= {0x91: data, 0x8A: b"00"}
    if name != "mastercard":
        assert terminal.send("00820000", data)[1] == (OK if right else "6300")
        assert terminal.send("00820000", data)[1] == "6985", "once"
    assert terminal.generate(TC, 0x8D)[0x9F27] == bytes([TC if right else AAC])
    state = made.chip.applications[0].state
    assert state.issuer_failed is not right and state.last_online_atc == (42 if right else 40)
    assert terminal.generate(TC, 0x8D) == "6985", "no third cryptogram"


# ---- the card's decision
def test_what_the_card_decides_by_its_counters():
    row = {"limits": {"lower_offline": 2, "upper_offline": 3, "offline_fen": 10**9}, "scripts": []}
    made = card("approves-offline", **row)
    kinds = []
    for _ in range(4):
        terminal = begun(made)
        terminal.values[0x8A] = b"Y3"
        kinds.append(terminal.generate(TC)[0x9F27][0])
        if kinds[-1] == ARQC:
            kinds.append(terminal.generate(TC, 0x8D)[0x9F27][0])
    assert kinds == [TC, TC, ARQC, TC, ARQC, AAC], "two alone, one more where there is no line, then none"
    assert len(made.chip.applications[0].state.log) == 3


@pytest.mark.parametrize(
    "changes, values, given",
    [
        ({}, {}, TC), ({"limits": {"insists": "AAC"}}, {}, AAC), ({"limits": {"insists": "ARQC"}}, {}, ARQC),
        ({}, {"t5F2A": "0840"}, ARQC), ({}, {"t9F02": "000000200001"}, ARQC), ({}, {"t9F02": "000000200000"}, TC),
        ({"initial": {"atc": 1, "last_online_atc": 0}}, {}, ARQC), ({"initial": {"blocked": True}}, {}, AAC),
        ({"initial": {"online_incomplete": True, "last_online_atc": 1}}, {}, ARQC),
        ({"initial": {"script_failed": True, "last_online_atc": 1}}, {}, ARQC),
    ],
)  # fmt: skip
def test_why_a_card_goes_online(changes, values, given):
    made = card("approves-offline", **changes)
    app = made.chip.applications[0]
    terminal = Terminal(made.contact.transmit, **values)
    terminal.read(terminal.send("00A40400", app.aid)[0])
    terminal.options()
    terminal.records()
    assert terminal.generate(TC)[0x9F27] == bytes([given])


def test_a_purse_pays_out_of_itself():
    made = card("purse")
    assert begun(made).generate(TC)[0x9F27] == bytes([TC])
    assert made.chip.applications[0].state.balance_fen == 40000
    assert begun(made, t9F02="000000040001").generate(TC)[0x9F27] == bytes([ARQC])
    data, status = Terminal(made.contact.transmit).send("80CA9F79")
    assert status == OK and data.hex() == "9f7906000000040000"


# ---- PIN
def test_a_pin_is_checked_and_its_tries_run_out_and_come_back():
    made = card("pin-on-card")
    terminal = begun(made)
    right, wrong = bytes.fromhex("26123456FFFFFFFF"), bytes.fromhex("26654321FFFFFFFF")
    assert terminal.send("80CA9F17")[0].hex() == "9f170103"
    assert [terminal.send("00200080", pin)[1] for pin in (wrong, wrong, right, wrong)] == ["63c2", "63c1", OK, "63c2"]
    assert [terminal.send("00200080", pin)[1] for pin in (wrong, wrong, right)] == ["63c1", "63c0", "6983"]
    assert terminal.send("80CA9F17")[0].hex() == "9f170100"
    for head, data, status in (("00200088", right, "6a86"), ("00200080", right[:7], "6700")):
        assert terminal.send(head, data)[1] == status
    assert begun(card("good")).send("00200080", right)[1] == "6985", "a card without a PIN"


@pytest.mark.parametrize(
    "block", ["16123456FFFFFFFF", "23123FFFFFFFFFFF", "2612345FFFFFFFFF", "2612345AFFFFFFFF", "2612345600FFFFFF", "26"]
)
def test_blocks_that_hold_no_pin(block):
    assert read_pin(bytes.fromhex(block), control=2) is None


# ---- commands that are wrong
@pytest.mark.parametrize(
    "command, status",
    [
        ("00A4040005A000000099", "6A82"), ("00A4000008A000000333010101", "6A86"), ("00A4040004A0000003", "6700"),
        ("80A80000028300", "6985"), ("00B2010C00", "6985"), ("80AE800000", "6985"), ("C0A4040000", "6E00"),
        ("00", "6700"),
    ],
)  # fmt: skip
def test_before_anything_is_selected(command, status):
    assert card("good").contact.transmit(bytes.fromhex(command)).hex().upper() == status


@pytest.mark.parametrize(
    "command, status",
    [
        ("80A80000028300", "6985"), ("80A80100028300", "6A86"), ("00B2011400", None), ("00B2091400", "6A83"),
        ("00B2012400", "6A82"), ("00B2001400", "6A86"), ("00B2011000", "6A86"), ("80CA9F7900", "6A88"),
        ("80AEC00000", "6A86"), ("80AE800000", "6700"), ("80AE800100", "6A86"),
        ("008200000811223344556677889900", "6700"), ("0082000008112233445566778800", "6985"),
        ("00880000020102", "6700"), ("0084000008", "6D00"),
        ("84DA9F5805AABBCCDDEE", "6D00"), ("04DA9F5805AABBCCDDEE", "6985"), ("00DA9F5801AA", "6987"),
        ("00A8000000", "6E00"),
        ("80CA9F1300", None), ("80CA9F4F00", None), ("00B2015C00", "6A83"),
    ],
)  # fmt: skip
def test_commands_out_of_order_or_shape(command, status):
    made = card("good")
    begun(made)
    answer = made.contact.transmit(bytes.fromhex(command)).hex().upper()
    assert answer == status if status else answer.endswith("9000")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), st.builds(
    lambda cla, ins, rest: bytes([cla, ins]) + rest,
    st.sampled_from([0, 4, 0x80, 0x84]),
    st.sampled_from([0xA4, 0xA8, 0xB2, 0xAE, 0x88, 0x82, 0x20, 0xCA, 0x24, 0x1E, 0xDA, 0xDC]),
    st.binary(max_size=30),
)), max_size=10))  # fmt: skip
def test_no_command_upsets_a_chip(commands):
    made = card("pin-on-card")
    begun(made)
    for command in commands:
        answer = made.contact.transmit(command)
        assert len(answer) >= 2 and answer[-2] in (0x90, 0x62, 0x63, 0x67, 0x69, 0x6A, 0x6D, 0x6E)


# ---- selection
def test_the_directory_and_the_choice():
    made = card("two-applications")
    terminal = Terminal(made.contact.transmit)
    data, status = terminal.send("00A40400", b"1PAY.SYS.DDF01")
    assert status == OK and b"\x88\x01\x01" in data
    labels = [terminal.send(f"00B2{number:02X}0C") for number in (1, 2, 3)]
    assert b"UnionPay Debit" in labels[0][0] and b"UnionPay Credit" in labels[1][0] and labels[2][1] == "6a83"
    name = bytes.fromhex("A000000333")
    first, second = terminal.send("00A40400", name), terminal.send("00A40402", name)
    assert first[0][4:12].hex()[-2:] == "01" and second[0][4:12].hex()[-2:] == "02"
    assert terminal.send("00A40402", name)[1] == "6a82"
    assert card("no-directory").contact.transmit(bytes.fromhex("00A404000E") + b"1PAY.SYS.DDF01\x00").hex() == "6a82"


def test_blocked_in_part_and_as_a_whole():
    aid = bytes.fromhex("A000000333010101")
    assert Terminal(card("blocked-application").contact.transmit).send("00A40400", aid)[1] == "6283"
    assert Terminal(card("blocked-card").contact.transmit).send("00A40400", aid) == (b"", "6a81")


# ---- memory
def test_memory_outlives_the_power(tmp_path):
    path = tmp_path / "card.json"
    made = card("pin-on-card", path)
    terminal = begun(made)
    assert terminal.send("00200080", bytes.fromhex("24111122FFFFFFFF"))[1] == "63c2"
    assert path.stat().st_mode & 0o077 == 0
    again = card("pin-on-card", path)
    state = again.chip.applications[0].state
    assert (state.atc, state.pin_tries) == (42, 2) and begun(again).found[0x82] and state.atc == 43
    assert json.loads(path.read_text())["states"]["A000000333010101"]["atc"] == 43
    assert not list(tmp_path.glob("*.new"))


def test_a_worn_out_chip_makes_no_more_cryptograms():
    made = card("good", initial={"atc": 0xFFFF})
    terminal = Terminal(made.contact.transmit)
    terminal.select(made.chip.applications[0].aid)
    assert terminal.send("80A80000", b"\x83\x00")[1] == "6985"


# ---- in the slot
def test_answers_to_reset_are_what_the_reader_reads():
    t0, t1 = atr.read(answer_to_reset("T=0", b"PICOTILL")), atr.read(answer_to_reset("T=1", b"PICOTILL"))
    assert t0.protocols == (0,) and t1.protocols == (1,) and (t1.ifsc, t1.bwi, t1.cwi) == (254, 4, 5)
    assert card("t1").contact.power_on() == answer_to_reset("T=1", b"PICOTILL")
    check = 0
    for byte in answer_to_reset("T=1", b"PICOTILL")[1:]:
        check ^= byte
    assert check == 0
    with pytest.raises(ValueError):
        answer_to_reset("T=0", bytes(16))


def test_how_cards_misbehave_in_a_slot():
    select = bytes.fromhex("00A404000E") + b"1PAY.SYS.DDF01\x00"
    mute = PersonaCard(written("mute")).contact
    with pytest.raises(Mute):
        mute.transmit(select)  # without power
    mute.power_on()
    for _ in range(4):
        mute.transmit(select)
    with pytest.raises(Mute):
        mute.transmit(select)
    with pytest.raises(Mute):
        PersonaCard(written("mute-at-reset")).contact.power_on()
    pulled, gone = PersonaCard(written("pulled")).contact, []
    pulled.leave = lambda: gone.append(True)
    pulled.power_on()
    for _ in range(5):
        pulled.transmit(select)
    with pytest.raises(Pulled):
        pulled.transmit(select)
    assert gone == [True] and not pulled.powered
    pulled.power_on()
    assert all(pulled.transmit(select)[-2:] == b"\x90\x00" for _ in range(9)), "once only"
    slow, quick = PersonaCard(written("slow")).contact, card("good").contact
    slow.power_on()
    assert slow.transmit(select) == quick.transmit(select) and slow.delay_us == quick.delay_us + 2_000_000
    garbled = PersonaCard(written("garbled")).contact
    garbled.power_on()
    answers = [garbled.transmit(select) for _ in range(5)]
    assert answers[0] == answers[3] != answers[4] and answers[4][-2:] == b"\x90\x00"


def test_every_persona_can_be_written_and_shows_nothing():
    for name in personas():
        made = PersonaCard(written(name))
        shown = repr(made) + repr(made.chip.applications) + repr(made.tap) + repr(made.chip.applications[0].keys)
        assert card_number(persona(name)) not in shown and made.chip.applications[0].keys.ac.hex() not in shown
