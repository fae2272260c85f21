"""`picotill decode` shows a message and nothing of the card."""

import pytest

from host_sim.acquirer.codec import Codec
from host_sim.acquirer.profiles import load_profile
from tools import decode
from tools.errors import ToolError

PAN = "6292523141592653589"
TRACK = PAN + "D30122200000000000"
PIN_BLOCK = bytes.fromhex("1122334455667788")
SALE = {
    2: PAN, 3: "000000", 4: "000000012345", 11: "000007", 14: "3012", 22: "071", 25: "00", 35: TRACK[:37],
    41: "90000001", 42: "898110000000001", 49: "156", 52: PIN_BLOCK, 53: "2600000000000000",
    55: bytes.fromhex("9F360200075A0A6292523141592653589F9F2608A1A2A3A4A5A6A7A8"), 60: "22000001000", 64: b"ABCDEF12",
}  # fmt: skip


@pytest.fixture(scope="module")
def profile():
    return load_profile("cup-3des")


def frame(profile, mti, fields):
    content = bytes.fromhex("6000030000" + "613100310000") + Codec(profile).encode(mti, fields)
    return len(content).to_bytes(2, "big") + content


def test_text_that_is_no_hex():
    for text in ("", "123", "12 3g", "zz"):
        with pytest.raises(ToolError, match="hex"):
            decode.read_hex(text)
    assert decode.read_hex("00:0a 1B\n") == b"\x00\x0a\x1b"


def test_every_cut_of_a_message_is_an_error_that_says_what_next(profile):
    whole = frame(profile, "0200", SALE)
    for end in range(1, len(whole)):
        with pytest.raises(ToolError) as caught:
            decode.describe(whole[:end], profile)
        assert caught.value.do_next and PAN not in str(caught.value)


def test_broken_field_is_named_without_its_value(profile):
    body = bytearray(frame(profile, "0820", {41: "90000001", 60: "00000001301"}))
    body[-1] = 0xFF
    body[-2] = 0xFF
    with pytest.raises(ToolError, match="field 60 is wrong"):
        decode.describe(bytes(body), profile)


def test_broken_data_objects(profile):
    with pytest.raises(ToolError, match="F55 is wrong at offset"):
        decode.describe(frame(profile, "0200", {**SALE, 55: bytes.fromhex("9F3605")}), profile)


def test_unknown_profile():
    with pytest.raises(ToolError, match="no profile nowhere"):
        decode.run("00", "nowhere")


def test_sale_is_shown_and_its_card_is_not(profile):
    text = "\n".join(decode.describe(frame(profile, "0200", SALE), profile))
    for shown in (
        "MTI     0200  sale",
        "000000012345",
        "90000001",
        "9F36 = 0007",
        "9F26 = A1A2A3A4A5A6A7A8",
        "22000001000",
    ):
        assert shown in text, shown
    assert "629252*********3589" in text and "[37 characters]" in text and "[8 bytes]" in text
    digits = "".join(character for character in text if character.isalnum())
    for secret in (PAN, PAN[6:15], TRACK[:37], PIN_BLOCK.hex(), "3012"):
        assert secret not in text and secret.upper() not in digits


def test_keys_and_upload_detail_are_told_by_length_only(profile):
    keys = bytes(range(40))
    detail = "01" + "00" + "000007" + PAN + "0" + "000000012345"
    text = "\n".join(decode.describe(frame(profile, "0810", {11: "000001", 39: "00", 62: keys}), profile))
    assert "[40 bytes]" in text and keys.hex() not in text.lower()
    text = "\n".join(decode.describe(frame(profile, "0320", {11: "000001", 48: detail}), profile))
    assert "[42 characters]" in text and PAN not in text
    text = "\n".join(decode.describe(frame(profile, "0320", {11: "000001", 48: "0002"}), profile))
    assert "0002" in text
