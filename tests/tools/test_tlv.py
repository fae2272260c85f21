"""`picotill tlv`: hostile bytes first, then what is named and what is hidden."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tools.cli import run
from tools.tlv import described

PAN = "6292523141592653589"
FCI = bytes.fromhex("6F1A840E325041592E5359532E4444463031A5088801015F2D027A68")


def test_where_it_went_wrong():
    for text, offset, tag in (
        ("9F", 0, "9F"), ("9F8181", 0, "9F8181"), ("9F36", 2, "9F36"), ("5080", 1, "50"), ("5082FF", 2, "50"),
        ("500341", 2, "50"), ("7004500341", 2, "70"), ("7003500341", 4, "50"), ("4F0100508541", 4, "50"),
    ):  # fmt: skip
        error = described(bytes.fromhex(text))["error"]
        assert (error["offset"], error["tag"]) == (offset, tag), (text, error)
        assert error["reason"]


def test_what_came_before_is_kept():
    told = described(bytes.fromhex("4F0100700650024142500541"))
    assert [entry["tag"] for entry in told["objects"]] == ["4F", "70"]
    assert [entry["value"] for entry in told["objects"][1]["objects"]] == ["4142"]


@given(st.binary(max_size=120))
def test_anything_is_told(data):
    told = described(data)
    json.dumps(told)
    assert told["error"] is None or 0 <= told["error"]["offset"] <= len(data)


def test_templates_too_deep():
    data = b""
    for _ in range(12):
        data = b"\x70" + bytes([len(data)]) + data
    assert "deep" in described(data)["error"]["reason"]


def test_names_padding_and_duplicates():
    told = described(b"\x00\xff" + FCI + bytes.fromhex("9F3602000A9F3602000B0000"))
    assert told["error"] is None
    assert [(one["tag"], one["offset"]) for one in told["objects"]] == [("6F", 2), ("9F36", 30), ("9F36", 35)]
    assert told["objects"][0]["objects"][1]["objects"][1] == {
        "tag": "5F2D", "name": "language preference", "offset": 25, "length": 2, "value": "7A68",
    }  # fmt: skip


def test_nothing_of_the_card_is_shown(capsys):
    track = PAN + "D30122011234567890F"
    text = f"5A0A{PAN}F57{len(track) // 2:02X}{track}5F2004414243449F1F02313299084111111111111111"
    assert run(["tlv", text]) == 0
    shown = capsys.readouterr().out
    assert PAN not in shown and "1234567890" not in shown and "41424344" not in shown and "4111111" not in shown
    assert json.loads(shown)["objects"][0]["value"] == f"{PAN[:6]}*********{PAN[-4:]}"


def test_exit_status(capsys):
    assert run(["tlv", "5001"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["offset"] == 2
    assert run(["tlv", "zz"]) == 1
    assert "next:" in capsys.readouterr().err
