"""The contactless side of the personas: one question, one answer, offline with a signature where the purse pays."""

from hashlib import sha1

import pytest
from pyemv.ac import PaddingType, generate_ac

from host_sim.rig.cards.cryptogram import session_key
from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personas import persona, personas
from host_sim.rig.cards.faults import LeavingCard, MuteCard, SlowCard
from tests.rig.terminal import Terminal
from tests.rig.test_cards_chip import icc_key, recovered, written

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:cryptography.utils.CryptographyDeprecationWarning")

PPSE = b"2PAY.SYS.DDF01"
ECASH = bytes.fromhex("A000000333010106")
DEBIT = bytes.fromhex("A000000333010101")


def tapped(card, aid, **values):
    terminal = Terminal(card.tap.process, **values)
    assert terminal.send("00A40400", PPSE)[1] == "9000"
    terminal.select(aid)
    terminal.options()
    return terminal


def test_which_personas_have_an_antenna():
    for name, row in personas().items():
        assert (PersonaCard(written(name)).tap is None) is (row["expect"]["tap"] == "none"), name


def test_online_the_cryptogram_is_that_of_the_card():
    card = PersonaCard(written("good"))
    found = tapped(card, DEBIT).found
    assert (found[0x9F27], found[0x9F36], found[0x9F6C]) == (b"\x80", b"\x00\x2a", b"\x00\x00")
    assert 0x94 not in found and 0x9F4B not in found and 0x9F5D not in found
    keys = card.chip.applications[0].keys
    covered = "000000010000 000000000000 0156 0000048000 0156 261123 00 01020304"
    data = bytes.fromhex(covered) + found[0x82] + found[0x9F36] + found[0x9F10][3:7]
    assert found[0x9F26] == generate_ac(session_key(keys.ac, 42), data, PaddingType.EMV)


@pytest.mark.parametrize("name, right", [("purse", True), ("fdda-forged", False)])
def test_offline_the_answer_is_signed(name, right):
    card = PersonaCard(written(name))
    terminal = tapped(card, ECASH)
    terminal.records()
    found = terminal.found
    assert found[0x9F27] == b"\x40" and found[0x9F69][0] == 1 and len(found[0x9F69]) == 7
    modulus, exponent = icc_key(terminal)
    block = recovered(modulus, exponent, found[0x9F4B])
    assert block[:7] == b"\x6a\x05\x01\x03\x02" + found[0x9F36]
    covered = terminal.values[0x9F37] + terminal.values[0x9F02] + terminal.values[0x5F2A] + found[0x9F69]
    assert (block[-21:-1] == sha1(block[1:-21] + covered).digest()) is right


def test_a_long_signature_comes_with_the_last_record():
    card = PersonaCard(written("purse", icc_bits=1152))
    terminal = tapped(card, ECASH)
    assert 0x9F4B not in terminal.found
    terminal.records()
    assert len(terminal.found[0x9F4B]) == 144


def test_money_leaves_the_purse_with_the_last_record_and_not_before():
    card = PersonaCard(written("purse"))
    state = card.memory.states[ECASH.hex().upper()]
    terminal = tapped(card, ECASH)
    assert terminal.found[0x9F5D].hex() == "000000050000" and state.balance_fen == 50000
    card.tap.reset()  # torn
    assert (state.balance_fen, state.atc, state.log) == (50000, 42, [])
    terminal = tapped(card, ECASH)
    terminal.records()
    assert (state.balance_fen, state.atc, len(state.log)) == (40000, 43, 1)
    terminal.records()
    assert state.balance_fen == 40000, "once"
    assert terminal.send("80CA9F79")[0].hex() == "9f7906000000040000"


@pytest.mark.parametrize(
    "values, given",
    [
        ({}, 0x40), ({"t9F66": "26800000"}, 0x80), ({"t9F02": "000000050001"}, 0x80), ({"t5F2A": "0840"}, 0x80),
        ({"t9F66": "2E800000"}, 0x00), ({"t9F02": "000000050000"}, 0x40),
        ({"t9F02": "000000100001", "t9F66": "20000000"}, 0x00),
    ],
)  # fmt: skip
def test_when_a_purse_pays_itself(values, given):
    assert tapped(PersonaCard(written("purse")), ECASH, **values).found[0x9F27][0] == given


@pytest.mark.parametrize(
    "ttq, amount, qualifiers",
    [("26000000", 100000, "0000"), ("26000000", 100001, "8000"), ("22000000", 100001, "4000"), ("26400000", 1, "8000")],
)
def test_which_verification_the_card_wants(ttq, amount, qualifiers):
    found = tapped(PersonaCard(written("good")), DEBIT, t9F66=ttq, t9F02=f"{amount:012d}").found
    assert found[0x9F6C].hex() == qualifiers


def test_contacts_and_antenna_count_together_and_a_block_holds_for_both():
    card = PersonaCard(written("good"))
    tapped(card, DEBIT)
    card.contact.power_on()
    terminal = Terminal(card.contact.transmit).begin(DEBIT)
    assert terminal.generate(0x80)[0x9F36] == b"\x00\x2b"
    card.memory.states[DEBIT.hex().upper()].blocked = True
    assert Terminal(card.tap.process).send("00A40400", DEBIT)[1] == "6283"
    card.memory.blocked = True
    assert Terminal(card.tap.process).send("00A40400", PPSE)[1] == "6a81"


def test_faults_are_those_of_the_field():
    kinds = {"mute": MuteCard, "pulled": LeavingCard, "slow": SlowCard}
    for name, kind in kinds.items():
        assert isinstance(PersonaCard(written(name)).tap, kind)
    torn, left = PersonaCard(written("torn-purse")), []
    torn.tap.leave = lambda: left.append(True)
    terminal = tapped(torn, ECASH)
    assert torn.tap.process(bytes.fromhex("00B2011400")) is None and left == [True]
    terminal = tapped(torn, ECASH)
    terminal.records()
    assert torn.memory.states[ECASH.hex().upper()].balance_fen == 40000
    slow = PersonaCard(written("slow")).tap
    assert slow.time_us(bytes.fromhex("80A80000")) == 2_095_000


@pytest.mark.parametrize(
    "command, status",
    [
        ("00A4040005A000000099", "6A82"), ("80A80000028300", "6700"), ("80A80100028300", "6A86"),
        ("80A80000020000", "6A80"),
        ("00B2011400", "6985"), ("80AE800000", "6D00"), ("84A8000000", "6E00"), ("00", "6700"), ("80CA9F1700", "6A88"),
    ],
)  # fmt: skip
def test_commands_that_are_wrong(command, status):
    card = PersonaCard(written("good"))
    Terminal(card.tap.process).select(DEBIT)
    assert card.tap.process(bytes.fromhex(command)).hex().upper() == status
    assert persona("good")["initial"]["atc"] == card.memory.states[DEBIT.hex().upper()].atc
