"""docs/messages.md against both profiles and the golden frames: what the page says is what is packed."""

import json
from pathlib import Path

import pytest

from host_sim.acquirer.profiles import MessageRule, load_profile
from tests.golden.make_module import FRAMES_JSON
from till.wire.cup_3des import HEADER, MESSAGES, TPDU
from till.wire.fields import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
GOLDEN = json.loads(FRAMES_JSON.read_text(encoding="utf-8"))
FRAMES = {frame["name"]: frame for frame in GOLDEN["frames"]}
PROFILE = load_profile("cup-3des")
HOST = {"offline_advice": "offline"}
TILL = {
    "offline_advice": ("offline",), "upload_item": ("upload",),
    "upload_end": ("upload_end_matched", "upload_end_mismatch"),
    "download": ("ca_keys", "ca_key", "ca_keys_end", "applications", "application", "applications_end",
                 "update_offer", "update_part"),
}  # fmt: skip
WAITS = {"qr_show": "09"}  # nobody has paid it when its answer is given
KINDS = {"n": "n", "n-right": "r", "z": "z", "a": "a", "b": "b"}


def table(first_header: str) -> list[list[str]]:
    """Header and rows of the table whose header starts so, cells without blanks around."""
    lines = PAGE.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(first_header))
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return [rows[0], *rows[2:]]


PRESENCE = table("| field | sign_on |")
NAMES = PRESENCE[0][1:]
messages = pytest.mark.parametrize("name", NAMES)


def fields(name: str, letter: str) -> set[int]:
    """The fields with that letter in the message's column."""
    column = PRESENCE[0].index(name)
    return {int(row[0]) for row in PRESENCE[1:] if letter in row[column]}


def host_rule(name: str) -> MessageRule:
    return next(rule for rule in PROFILE.messages if rule.name == HOST.get(name, name))


def test_every_message_is_on_the_page():
    assert {HOST.get(name, name) for name in NAMES} == {rule.name for rule in PROFILE.messages}
    assert {row for name in NAMES for row in TILL.get(name, (name,))} == set(MESSAGES)
    assert [row[0] for row in table("| message | request |")[1:]] == NAMES


@messages
def test_presence_in_the_hosts_profile(name):
    rule = host_rule(name)
    assert rule.must == fields(name, "R")
    assert rule.may == fields(name, "r")
    assert set(rule.answer) == (fields(name, "A") | fields(name, "a")) - {64}
    assert rule.mac == (64 in fields(name, "R")) == (64 in fields(name, "A"))


@messages
def test_presence_in_the_tills_profile(name):
    for row_name in TILL.get(name, (name,)):
        row = MESSAGES[row_name]
        assert set(row.request) == fields(name, "R") | {-number for number in fields(name, "r")}
        assert set(row.answer) == fields(name, "A") | {-number for number in fields(name, "a")}


@messages
def test_codes_in_both_profiles(name):
    row = next(row for row in table("| message | request |")[1:] if row[0] == name)
    _, request, answer, processing, condition, kind, network, without = row
    rule = host_rule(name)
    assert request == rule.mti and answer == f"{request[:2]}{int(request[2]) + 1}0"
    assert rule.processing == (processing if processing.isdigit() else None)
    assert rule.type in (None, kind)
    assert not rule.network or set(rule.network) >= {word for word in network.split() if word.isdigit()}
    assert rule.reversible == (without == "is reversed")
    for row_name in TILL.get(name, (name,)):
        till = MESSAGES[row_name]
        assert (till.mti, till.reversible) == (request, rule.reversible)
        assert till.processing == (processing if processing.isdigit() else None)
        assert till.condition == (condition if condition.isdigit() else None)
        assert till.type == (kind if kind.isdigit() else None)
        assert till.network in network.split()


@messages
def test_golden_frames_are_as_the_page_says(name):
    frames = [frame for frame in FRAMES.values() if frame["message"] == name]
    requests = [frame for frame in frames if frame["mti"] == host_rule(name).mti]
    answers = [frame for frame in frames if frame not in requests]
    assert requests and any(frame["fields"]["39"] in ("00", WAITS.get(name)) for frame in answers)
    for frame in requests:
        present = {int(number) for number in frame["fields"]}
        assert fields(name, "R") <= present <= fields(name, "R") | fields(name, "r"), frame["name"]
    for frame in answers:
        present = {int(number) for number in frame["fields"]}
        known = fields(name, "A") | fields(name, "a")
        least = fields(name, "A") if frame["fields"]["39"] == "00" else {39, *({11, 41, 42, 60} & known)}
        assert least <= present <= known, frame["name"]


def test_the_field_table_is_that_of_both_codecs():
    page = {}
    for number, kind, length, _ in table("| field | kind |")[1:]:
        lead, _, most = length.rpartition(" ")
        page[int(number)] = (kind, *(("", most) if most.isdigit() and not lead else (lead or most, most)))
    assert set(page) == {entry[0] for entry in FIELDS} == set(PROFILE.fields)
    for number, kind, length_digits, most in FIELDS:
        page_kind, lead, page_most = page[number]
        assert (KINDS[page_kind], {"": 0, "LL": 2, "LLL": 3}[lead]) == (kind, length_digits), number
        host = PROFILE.fields[number]
        assert (host["kind"], host.get("length", "")) == (page_kind, lead), number
        if number != 54:  # nobody says how long it may be
            assert most == host["most"] == int(page_most), number


def test_the_examples_are_golden():
    page = PAGE.replace("`", "")
    shown = FRAMES["upload_item_request_no_card_data"]
    for part, pairs, _ in shown["working"]:
        assert pairs in page, part
    covered = bytes.fromhex(shown["frame"])[13:-8]
    padded = covered + bytes(-len(covered) % 8)
    for at in range(0, len(padded), 8):
        assert f"   {padded[at : at + 8].hex(' ').upper()}\n" in page, at
    steps = shown["mac"]
    for step in ("xor", "e1", "e1_xor_right", "e2", "f64"):
        assert bytes.fromhex(steps[step]).hex(" ").upper() in page, step
    for text in (GOLDEN["tmk"], GOLDEN["pik"], GOLDEN["mak"], steps["xor"][:8], steps["xor"][8:], steps["e2"][:8]):
        assert text in page
    for value in (GOLDEN["clear_pin_block"], FRAMES["sale_pin_request"]["fields"]["52"]):
        assert bytes.fromhex(value).hex(" ").upper() in page
    keys = bytes.fromhex(FRAMES["sign_on_answer"]["fields"]["62"])
    for start, end in ((0, 16), (16, 20), (20, 28), (28, 36), (36, 40)):
        assert keys[start:end].hex(" ").upper() in page
    totals = next(part for part in FRAMES["settle_request"]["working"] if part[0] == "48")
    assert totals[1] in page
    assert TPDU.hex(" ") in page and HEADER.hex(" ") in page
