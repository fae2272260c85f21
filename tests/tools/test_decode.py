"""`picotill decode` tells a message as JSON and nothing of the card, by either codec."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.acquirer.codec import Codec
from host_sim.acquirer.profiles import load_profile
from tools import decode
from tools.cli import run
from tools.errors import ToolError

PAN = "6292523141592653589"
TRACK = PAN + "D30122200000000000"
PIN_BLOCK = bytes.fromhex("1122334455667788")
SALE = {
    2: PAN, 3: "000000", 4: "000000012345", 11: "000007", 14: "3012", 22: "071", 25: "00", 35: TRACK[:37],
    41: "90000001", 42: "898110000000001", 49: "156", 52: PIN_BLOCK, 53: "2600000000000000",
    55: bytes.fromhex("9F360200075A0A6292523141592653589F9F2608A1A2A3A4A5A6A7A8"), 60: "22000001000", 64: b"ABCDEF12",
}  # fmt: skip
GOLDEN = json.loads((Path(__file__).parents[1] / "golden/frames.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def profile():
    return load_profile("cup-3des")


def frame(profile, mti, fields):
    content = bytes.fromhex("6000030000" + "613100310000") + Codec(profile).encode(mti, fields)
    return len(content).to_bytes(2, "big") + content


def fields_of(told):
    return {entry["field"]: entry for entry in told["fields"]}


def test_text_that_is_no_hex():
    for text in ("", "123", "12 3g", "zz"):
        with pytest.raises(ToolError, match="hex"):
            decode.read_hex(text)
    assert decode.read_hex("00:0a 1B\n") == b"\x00\x0a\x1b"


def test_every_cut_of_a_message_says_where(profile):
    whole = frame(profile, "0200", SALE)
    for end in range(1, len(whole)):
        error = decode.describe(whole[:end], profile)["error"]
        assert error["reason"] and (error["field"] is not None or error["offset"] <= end)
        assert PAN not in json.dumps(error)


@pytest.mark.parametrize("codec", decode.CODECS)
def test_broken_field_is_named_without_its_value(profile, codec):
    body = bytearray(frame(profile, "0820", {41: "90000001", 60: "00000001301"}))
    body[-2:] = b"\xff\xff"
    told = decode.describe(bytes(body), profile, codec)
    assert (told["error"]["field"], "mac_ok" in told) == (60, False)
    cut = frame(profile, "0200", {2: PAN, 3: "000000"})[13:-2]
    assert decode.describe(cut, profile, codec)["error"]["field"] == 3
    assert PAN not in json.dumps(decode.describe(cut, profile, codec))


@given(data=st.binary(min_size=1, max_size=80), start=st.sampled_from((b"", b"\x02\x00\x70", b"\x60\x00\x03")))
def test_anything_is_told(profile, data, start):
    told = decode.describe(start + data, profile, "host", bytes(8))
    json.dumps(told)
    assert told["error"] is None or told["error"]["reason"]


def test_offsets_of_a_cut_message(profile):
    cut = frame(profile, "0200", {4: "000000012345", 11: "000007"})[13:-1]
    for codec in decode.CODECS:
        error = decode.describe(cut, profile, codec)["error"]
        assert (error["field"], error["offset"]) == (11, 16), codec


def test_broken_data_objects(profile):
    told = decode.describe(frame(profile, "0200", {**SALE, 55: bytes.fromhex("9A032611239F3605")}), profile)
    assert (told["error"]["field"], told["error"]["tag"], told["error"]["offset"]) == (55, "9F36", 8)
    assert [one["tag"] for one in fields_of(told)[55]["objects"]] == ["9A"]


def test_broken_parts(profile):
    told = decode.describe(frame(profile, "0820", {60: "000000013"}), profile)
    assert told["error"]["field"] == 60 and "network" in told["error"]["reason"]


def test_unknown_names():
    for arguments, what in (
        (("00", "nowhere"), "no profile nowhere"),
        (("00", "cup-3des", "card"), "no codec card"),
        (("02000000", "cup-3des-xor", "till"), "the till has no profile"),
        (("0200", "cup-3des", "host", "xyz"), "not hex"),
    ):
        with pytest.raises(ToolError, match=what) as caught:
            decode.run(*arguments)
        assert caught.value.do_next


@pytest.mark.parametrize("codec", decode.CODECS)
def test_sale_is_shown_and_its_card_is_not(profile, codec):
    told = decode.describe(frame(profile, "0200", SALE), profile, codec)
    assert (told["mti"], told["message"], told["error"], told["frame"]["tpdu"]) == ("0200", "sale", None, "6000030000")
    fields = fields_of(told)
    assert set(fields) == set(SALE)
    assert fields[2] == {"field": 2, "name": "PAN", "value": "629252*********3589"}
    assert (fields[4]["value"], fields[41]["value"]) == ("000000012345", "90000001")
    assert fields[60]["parts"] == {"type": "22", "batch": "000001", "network": "000"}
    objects = {one["tag"]: one for one in fields[55]["objects"]}
    assert (objects["9F36"]["value"], objects["5A"]["value"]) == ("0007", "[10 bytes]")
    assert objects["9F26"]["name"] == "application cryptogram"
    assert (fields[35]["value"], fields[52]["value"]) == ("[37 characters]", "[8 bytes]")
    digits = json.dumps(told).upper()
    for secret in (PAN, PAN[6:15], TRACK[:37], PIN_BLOCK.hex().upper(), "3012"):
        assert secret not in digits


def test_keys_and_upload_detail_are_told_by_length_only(profile):
    keys = bytes(range(40))
    detail = "01" + "00" + "000007" + PAN + "0" + "000000012345"
    told = decode.describe(frame(profile, "0810", {11: "000001", 39: "00", 60: "00000001003", 62: keys}), profile)
    assert fields_of(told)[62]["value"] == "[40 bytes]" and told["message"] == "sign_on"
    told = decode.describe(frame(profile, "0320", {11: "000001", 48: detail}), profile)
    assert fields_of(told)[48]["value"] == "[42 characters]"
    told = decode.describe(frame(profile, "0320", {11: "000001", 48: "0002"}), profile)
    assert fields_of(told)[48]["value"] == "0002"


def test_with_and_without_a_frame(profile):
    whole = frame(profile, "0200", {2: PAN, 3: "000000"})  # its bitmap begins with 60, as a TPDU does
    told = [decode.describe(data, profile) for data in (whole, whole[2:], whole[13:])]
    assert [one["fields"] for one in told] == [told[0]["fields"]] * 3 and len(told[0]["fields"]) == 2
    assert [bool(one["frame"]) for one in told] == [True, True, False]


def test_golden_frames_and_their_macs(profile):
    mak, wrong = bytes.fromhex(GOLDEN["mak"]), bytes(8)
    for one in GOLDEN["frames"]:
        told = decode.describe(bytes.fromhex(one["frame"]), profile, "host", mak)
        assert (told["mti"], told["error"]) == (one["mti"], None), one["name"]
        assert told["mac_ok"] is (one["mac"] is not None), one["name"]
        assert decode.describe(bytes.fromhex(one["frame"]), profile, "host", wrong)["mac_ok"] is False


def test_the_till_s_codec_says_the_same(profile):
    mak = bytes.fromhex(GOLDEN["mak"])
    for name in ("sale_pin_request", "settle_answer", "edge_every_field", "sign_on_request"):
        data = bytes.fromhex(next(one["frame"] for one in GOLDEN["frames"] if one["name"] == name))
        till, host = (decode.describe(data, profile, codec, mak) for codec in ("till", "host"))
        assert till.pop("codec") != host.pop("codec") and till == host, name
    assert decode.describe(data, profile, "till", bytes(8))["mac_ok"] is False


def test_exit_status_and_a_key_that_does_not_fit(profile, capsys):
    sale = next(one["frame"] for one in GOLDEN["frames"] if one["name"] == "sale_request")
    assert run(["decode", "--profile", "cup-3des", "--mak", GOLDEN["mak"], sale]) == 0
    assert json.loads(capsys.readouterr().out)["mac_ok"] is True
    assert run(["decode", "--mak", "00" * 8, sale]) == 1
    assert run(["decode", sale[:-2]]) == 1
    capsys.readouterr()
    for codec in decode.CODECS:
        assert run(["decode", "--codec", codec, "--mak", "0011", sale]) == 1
        said = capsys.readouterr()
        assert said.out == "" and "0011" not in said.err and "next:" in said.err
