"""The golden frames against the host's codec, MACs and security module, and against their own working.

How the frames were worked out: tests/golden/README.md.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from host_sim.acquirer.codec import Codec, maced_part
from host_sim.acquirer.frame import Frame, FrameReader, answer_frame
from host_sim.acquirer.hsm import MAC, PIN, TMK, Hsm
from host_sim.acquirer.mac import mac
from host_sim.acquirer.profiles import load_profile
from host_sim.acquirer.totals import SchemeTotals, Totals, read_totals, write_totals
from host_sim.networks.cards import luhn
from tests.golden.make_module import FRAMES_JSON, MODULE, module

GOLDEN = json.loads(FRAMES_JSON.read_text(encoding="utf-8"))
PROFILE = load_profile("cup-3des")
CODEC = Codec(PROFILE)
MAK = bytes.fromhex(GOLDEN["mak"])
RULES = {"offline_advice": "offline"}  # message -> name in the profile, where they differ
FRAMING = 13  # length 2, TPDU 5, header 6


@dataclass(frozen=True)
class Golden:
    """fields: as the codec takes them. source: what the JSON says."""

    name: str
    fields: dict[int, str | bytes]
    whole: bytes
    source: dict[str, Any]

    @property
    def body(self) -> bytes:
        return self.whole[FRAMING:]

    @property
    def frame(self) -> Frame:
        return Frame(self.whole[2:7], self.whole[7:FRAMING], self.body)


def _read(source: dict[str, Any]) -> Golden:
    fields: dict[int, str | bytes] = {
        int(number): bytes.fromhex(value) if int(number) in GOLDEN["hex_fields"] else value
        for number, value in source["fields"].items()
    }
    return Golden(source["name"], fields, bytes.fromhex(source["frame"]), source)


FRAMES = {source["name"]: _read(source) for source in GOLDEN["frames"]}
every = pytest.mark.parametrize("golden", FRAMES.values(), ids=lambda golden: golden.name)
MACED = [golden for golden in FRAMES.values() if 64 in golden.fields]
maced = pytest.mark.parametrize("golden", MACED, ids=lambda golden: golden.name)


def des(key: bytes, data: bytes) -> bytes:
    return Cipher(TripleDES(key * 3 if len(key) == 8 else key + key[:8]), modes.ECB()).encryptor().update(data)


def test_the_module_for_micropython_holds_the_same():
    assert MODULE.read_text(encoding="utf-8") == module(GOLDEN), "run python tests/golden/make_module.py"


@every
def test_the_parts_of_the_working_are_the_frame(golden):
    parts = {part: bytes.fromhex(pairs) for part, pairs, _ in golden.source["working"]}
    assert b"".join(parts.values()) == golden.whole
    assert list(parts) == ["length", "TPDU", "header", "MTI", "bitmap", *golden.source["fields"]]
    assert int.from_bytes(parts["length"], "big") == len(golden.whole) - 2
    bits = int.from_bytes(parts["bitmap"], "big")
    assert [number for number in range(1, 65) if bits >> (64 - number) & 1] == list(golden.fields)


@maced
def test_the_steps_of_the_mac_hold(golden):
    steps, covered = golden.source["mac"], golden.body[:-8]
    assert (len(covered), -len(covered) % 8) == (steps["bytes"], steps["padding"])
    blocks = covered + bytes(steps["padding"])
    columns = [0] * 8
    for at, byte in enumerate(blocks):
        columns[at % 8] ^= byte
    assert (len(blocks) // 8, bytes(columns)) == (steps["blocks"], bytes.fromhex(steps["xor"]))
    left, right = steps["xor"][:8].encode(), steps["xor"][8:].encode()
    assert des(MAK, left).hex().upper() == steps["e1"]
    second = bytes(a ^ b for a, b in zip(bytes.fromhex(steps["e1"]), right))
    assert second.hex().upper() == steps["e1_xor_right"]
    assert des(MAK, second).hex().upper() == steps["e2"]
    assert bytes.fromhex(steps["f64"]) == steps["e2"][:8].encode() == golden.fields[64]


@every
def test_only_test_cards(golden):
    pan = golden.source["fields"].get("2")
    if pan is not None:
        assert pan.startswith("6292520") and luhn(pan)
        assert golden.source["fields"].get("35", pan).startswith(pan)


@every
def test_encoded(golden):
    assert CODEC.encode(golden.source["mti"], golden.fields) == golden.body


@every
def test_decoded(golden):
    assert CODEC.decode(golden.body) == (golden.source["mti"], golden.fields)


@maced
def test_mac_is_the_hosts(golden):
    covered = maced_part(golden.body)
    assert mac(PROFILE.mac_algorithm, MAK, covered) == golden.fields[64]
    hsm = Hsm(bytes(32), bytes)
    block = hsm.wrap(MAC, MAK)
    assert hsm.verify(block, PROFILE.mac_algorithm, covered, golden.fields[64])
    changed = bytes([covered[0], covered[1] ^ 1]) + covered[2:]
    assert not hsm.verify(block, PROFILE.mac_algorithm, changed, golden.fields[64])


def test_frames_are_cut_from_a_stream_in_pieces():
    stream = b"".join(golden.whole for golden in FRAMES.values())
    reader = FrameReader(PROFILE.header_bytes, PROFILE.limit_bytes)
    cut = [frame for at in range(0, len(stream), 97) for frame in reader.feed(stream[at : at + 97])]
    assert cut == [golden.frame for golden in FRAMES.values()]
    assert reader.pending == 0


@every
def test_answers_are_framed_as_answers(golden):
    name = golden.name.partition("_answer")[0] + "_request"
    if "_answer" in golden.name:
        request_digit = int(golden.source["header"][PROFILE.host_request_digit])
        framed = answer_frame(FRAMES[name].frame, golden.body, request_digit, PROFILE.host_request_digit)
        assert framed == golden.whole


@every
def test_the_profile_takes_requests_and_gives_answers(golden):
    fields, message = golden.fields, golden.source["message"]
    if message is None:
        return
    subfields = PROFILE.split(60, fields[60])
    request = golden.source["mti"][2] in "0246"
    if request:
        rule = PROFILE.find(golden.source["mti"], fields.get(3), subfields["type"], subfields["network"])
        assert rule is not None and rule.name == RULES.get(message, message)
        assert rule.must <= set(fields) <= rule.must | rule.may
    else:
        rule = next(rule for rule in PROFILE.messages if rule.name == RULES.get(message, message))
        assert set(fields) - {64} <= set(rule.answer)
    unproved = fields.get(39) in ("A0", "30") and not request
    assert (rule.mac and not unproved) == (64 in fields)


@every
def test_fields_with_parts_are_split(golden):
    for number in (60, 61):
        if number in golden.fields:
            parts = PROFILE.split(number, golden.fields[number])
            assert "".join(parts.values()) == golden.fields[number]
    if golden.name == "edge_every_field":
        assert PROFILE.split(60, golden.fields[60]) == {
            "type": "22", "batch": "000001", "network": "000", "capability": "6", "condition": "0", "partial": "0",
            "account": "001",
        }  # fmt: skip
    if golden.name == "edge_voice_advice":
        assert PROFILE.split(61, golden.fields[61]) == {
            "batch": "000001", "trace": "000020", "date": "1123", "mode": "03", "institution": "10010000001",
        }  # fmt: skip


def test_totals():
    ours = Totals(SchemeTotals(151280, 2, 1280, 1), SchemeTotals(9900, 1, 0, 0))
    assert read_totals(FRAMES["settle_request"].fields[48]) == ours
    assert write_totals(ours, "11") == FRAMES["settle_answer"].fields[48]
    theirs = Totals(SchemeTotals(151180, 2, 1280, 1), SchemeTotals(9900, 1, 0, 0))
    assert write_totals(theirs, theirs.flags(ours)) == FRAMES["settle_answer_mismatch"].fields[48]


def test_working_keys():
    hsm = Hsm(bytes(32), bytes)
    keys = ((TMK, GOLDEN["tmk"]), (PIN, GOLDEN["pik"]), (MAC, GOLDEN["mak"]))
    blocks = [hsm.wrap(usage, bytes.fromhex(key)) for usage, key in keys]
    assert hsm.export(*blocks, None) == FRAMES["sign_on_answer"].fields[62]


def test_published_working_keys():
    keys = (
        (TMK, "CA5D92598DCA48CE8A4C76361A9269E9"),
        (PIN, "807A23AD32B36D457AE91FDF927570EA"),
        (MAC, "5BB5C72CD00B7338"),
    )
    hsm = Hsm(bytes(32), bytes)
    blocks = [hsm.wrap(usage, bytes.fromhex(key)) for usage, key in keys]
    assert hsm.export(*blocks, None) == FRAMES["edge_published_keys"].fields[62]


def test_pin_block():
    sale, hsm = FRAMES["sale_pin_request"].fields, Hsm(bytes(32), bytes)
    zone = bytes(range(16))
    translated = hsm.translate_pin(
        sale[52], hsm.wrap(PIN, bytes.fromhex(GOLDEN["pik"])), hsm.wrap(PIN, zone), str(sale[2])
    )
    assert translated == des(zone, bytes.fromhex(GOLDEN["clear_pin_block"]))
