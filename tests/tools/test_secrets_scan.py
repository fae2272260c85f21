"""The search for secrets: what it must find, planted in each kind of file, and what it must leave alone."""

import base64
import io
import random
import sqlite3
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import cli
from tools.errors import ToolError
from tools.secret_forms import Secret, needles
from tools.secrets_scan import files, read_secrets, search

PAN19, PAN16, PIN = "6292520000000000016", "6292520000000018", "246810"
TRACK2 = PAN19 + "=30122200000000"
KEY = bytes.fromhex("0123456789abcdeffedcba9876543211")
PIN_BLOCK = bytes.fromhex("a1b2c3d4e5f60718")
KEY_HEX = KEY.hex().upper()
OTHER = b"\x11\x22"  # somebody else's bytes


def packed(digits: str, low: bool, fill: str = "7") -> bytes:
    """BCD from the high or the low nibble; a nibble that is over holds somebody else's digit."""
    text = (fill if low else "") + digits.replace("=", "D")
    return bytes.fromhex(text + fill * (len(text) % 2))


def grouped(text: str, by: str, size: int) -> bytes:
    return by.join(text[at : at + size] for at in range(0, len(text), size)).encode()


def wrapped(data: bytes) -> bytes:
    """As mail wraps it; what the bytes are is across the end of a line."""
    return base64.encodebytes(b"\x00" * 50 + data + b"\x00" * 50)


TEXTS = {
    "ascii": lambda text: text.encode("ascii"),
    "hex of ascii": lambda text: text.encode("ascii").hex().encode(),
    "HEX of ascii": lambda text: text.encode("ascii").hex().upper().encode(),
    "utf-16 le": lambda text: text.encode("utf-16-le"),
    "utf-16 be": lambda text: text.encode("utf-16-be"),
    **{
        f"base64 of ascii, {skip} off": lambda text, skip=skip: base64.b64encode(OTHER[:skip] + text.encode() + b"!")
        for skip in range(3)
    },
}
LONG_TEXTS = {
    "in groups of four": lambda text: grouped(text, " ", 4),
    "with hyphens": lambda text: grouped(text, "-", 4),
    "over two lines": lambda text: grouped(text, "\r\n", 10),
    "base64 in lines": lambda text: wrapped(text.encode()),
}
PACKED = {
    "packed, high": lambda text: packed(text, False),
    "packed, low": lambda text: packed(text, True),
    "packed, low, base64": lambda text: base64.b64encode(packed(text, True)),
    "packed, high, base64": lambda text: base64.b64encode(b"\x55" + packed(text, False)),
    "packed, hex": lambda text: b" " + text.replace("=", "D").encode(),
}
BYTES = {
    "bytes": lambda value: value,
    "hex": lambda value: value.hex().encode(),
    "HEX": lambda value: value.hex().upper().encode(),
    "Hex": lambda value: (value[:3].hex() + value[3:].hex().upper()).encode(),
    "hex with colons": lambda value: value.hex(":").encode(),
    "hex dump": lambda value: value.hex(" ", 2).upper().encode(),
    "utf-16 le of hex": lambda value: value.hex().encode("utf-16-le"),
    "utf-16 be of HEX": lambda value: value.hex().upper().encode("utf-16-be"),
    "base64 in lines": wrapped,
    "base64 of hex": lambda value: base64.b64encode(b"k=" + value.hex().encode()),
    "base64 of HEX": lambda value: base64.b64encode(value.hex().upper().encode()),
    **{f"base64, {skip} off": lambda value, skip=skip: base64.b64encode(OTHER[:skip] + value) for skip in range(3)},
    **{
        f"URL-safe base64, {skip} off": lambda value, skip=skip: base64.urlsafe_b64encode(OTHER[:skip] + value)
        for skip in range(3)
    },
}
PLANTS = [
    *((PAN19, name, make) for name, make in {**TEXTS, **LONG_TEXTS, **PACKED}.items()),
    *((PAN16, name, make) for name, make in {**TEXTS, **LONG_TEXTS, **PACKED}.items()),
    *((TRACK2, name, make) for name, make in {**TEXTS, **PACKED}.items()),
    (TRACK2, "ascii with D", lambda text: text.replace("=", "D").encode()),
    (TRACK2, "utf-16 with D", lambda text: text.replace("=", "D").encode("utf-16-le")),
    (TRACK2, "with sentinels", lambda text: b";" + text.encode() + b"?"),
    (PAN19, "integer", lambda text: int(text).to_bytes(8, "big")),
    (PAN19, "little integer", lambda text: int(text).to_bytes(8, "little")),
    *((PIN, name, make) for name, make in TEXTS.items()),
    (PIN, "packed, alone", lambda text: b"\x00" + bytes.fromhex(text) + b"\xff"),
    (PIN, "packed, with its length", lambda text: b"\x06" + bytes.fromhex(text) + b"\xff\xff\xff\xff"),
    (PIN, "packed, low", lambda text: bytes.fromhex(f"0{text}F")),
    *((KEY, name, make) for name, make in BYTES.items()),
    *((PIN_BLOCK, name, make) for name, make in BYTES.items()),
]
IDS = [f"{'bytes ' if isinstance(value, bytes) else ''}{len(value)} {name}" for value, name, _ in PLANTS]


# ---- one file of each kind, with a plant in it
def flash(plant: bytes) -> bytes:
    image = bytearray(b"\xff" * 65536)
    image[8192:8448] = random.Random(1).randbytes(256)
    image[12345 : 12345 + len(plant)] = plant
    return bytes(image)


def text(plant: bytes) -> bytes:
    return b"2026-11-23 09:00:01 terminal 90000001 sale: " + plant + b"\n2026-11-23 09:00:02 approved\n"


def slips(plant: bytes) -> bytes:
    return "卡号 629252*********0016 /C\n应用名称 ".encode() + plant + "\n金额 RMB 88.00\n".encode()


def figures(plant: bytes) -> bytes:
    return b'{"till": {"heap": 308256}, "note": "' + plant + b'"}'


KINDS = {"flash.bin": flash, "host.log": text, "till.log": text, "slips.txt": slips, "figures.json": figures}


def database(folder, plant: bytes) -> sqlite3.Connection:
    """An open database, so that what was written is in its WAL; and another row in the file itself."""
    connection = sqlite3.connect(folder / "host.sqlite")
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE payment (id INTEGER PRIMARY KEY, note BLOB);")
    connection.execute("INSERT INTO payment (note) VALUES (?)", (plant,))
    connection.commit()
    return connection


@pytest.mark.parametrize(("value", "name", "make"), PLANTS, ids=IDS)
def test_planted_secret_is_found_in_every_kind_of_file(tmp_path, value, name, make):
    plant = make(value)
    for kind, build in KINDS.items():
        (tmp_path / kind).write_bytes(build(plant))
    connection = database(tmp_path, plant)
    found = search([Secret("it", value)], files([tmp_path]))
    connection.close()  # now all of it is in the database itself
    found += search([Secret("it", value)], files([tmp_path / "host.sqlite"]))
    places = {finding.place.rpartition("/")[2] for finding in found}
    assert places == {*KINDS, "host.sqlite-wal", "host.sqlite"}
    for finding in found:
        if (build := KINDS.get(finding.place)) is not None:
            at = build(plant).index(plant)
            assert at <= finding.offset < at + len(plant), finding


@pytest.mark.parametrize(("value", "name", "make"), PLANTS, ids=IDS)
def test_clean_files_are_clean(tmp_path, value, name, make):
    for kind, build in KINDS.items():
        (tmp_path / kind).write_bytes(build(b"nothing"))
    assert search([Secret("it", value)], files([tmp_path])) == []


# ---- nothing is shown
@pytest.mark.parametrize("value", [PAN19, TRACK2, PIN, KEY])
def test_nothing_of_a_secret_is_shown(value):
    secret = Secret("it", value)
    data = value if isinstance(value, bytes) else value.encode()
    told = [repr(secret), repr(list(needles(secret))), *map(repr, search([secret], [("a", data)]))]
    told += [str(finding) for finding in search([secret], [("a", data)])]
    shown = value.hex() if isinstance(value, bytes) else value
    assert not any(shown in text or repr(value) in text for text in told)


def test_finding_names_place_offset_encoding_and_kind():
    (finding,) = search([Secret("PAN", PAN19)], [("host.log", b"card " + PAN19.encode())])
    assert str(finding) == "host.log at byte 5: PAN as ASCII"


def test_number_inside_its_track_is_told_once():
    secrets = [Secret("PAN", PAN19), Secret("track 2", TRACK2)]
    (finding,) = search(secrets, [("a", b"xx" + TRACK2.replace("=", "D").encode())])
    assert finding.kind == "track 2"


def test_two_keys_that_are_the_same_are_both_told():
    found = search([Secret("TMK", KEY), Secret("fuses", KEY)], [("a", b"x" + KEY)])
    assert [finding.kind for finding in found] == ["TMK", "fuses"]


# ---- what is not a find
def test_nibbles_beside_packed_digits_count():
    whole = packed(PAN16, True)
    for at, flip in ((0, 0x01), (-1, 0x10)):  # the first digit, the last digit
        spoiled = bytearray(whole)
        spoiled[at] ^= flip
        assert search([Secret("PAN", PAN16)], [("a", b"\x11" + spoiled + b"\x11")]) == []
    odd = bytearray(packed(PAN19, False))
    odd[-1] ^= 0x10
    assert search([Secret("PAN", PAN19)], [("a", bytes(odd))]) == []


def test_packed_digits_cut_off_at_either_end_are_none():
    assert search([Secret("PAN", PAN16)], [("a", packed(PAN16, True)[1:])]) == []
    assert search([Secret("PAN", PAN16)], [("a", packed(PAN16, True)[:-1])]) == []


@pytest.mark.parametrize("text", ["629252*********0016", "6292520000000000024", PAN19[:-1], "6292 52** **** ***0 016"])
def test_masked_and_other_numbers_are_left_alone(text):
    assert search([Secret("PAN", PAN19)], [("slips.txt", text.encode()), ("b", text.encode("utf-16-le"))]) == []


@pytest.mark.parametrize(
    "data",
    [
        b"3dc40e36af135e906a4b622feb3464e6" + PIN.encode() + b"1ad5c81ed6dc341e",  # in a digest
        b"\x9a\x24\x68\x10\x5c",  # three bytes in the middle of a cipher text
        b"\x00\x24\x68\x10\x5c",
        b"\x13\x72\x46\x81\x0a",
    ],
)
def test_few_digits_in_the_middle_of_other_things_are_chance(data):
    assert search([Secret("PIN", PIN)], [("a", data)]) == []


def test_random_data_holds_nothing():
    noise = random.Random(3).randbytes(1 << 20)
    secrets = [Secret("PAN", PAN19), Secret("PIN", PIN), Secret("key", KEY), Secret("block", PIN_BLOCK)]
    assert search(secrets, [("a", noise), ("b", noise.hex().encode()), ("c", base64.b64encode(noise))]) == []


# ---- properties
@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=8, max_size=32).filter(lambda value: len(set(value)) > 1), st.data())
def test_any_key_is_found_in_any_form(value, data):
    make = data.draw(st.sampled_from([make for name, make in BYTES.items()]))
    before, after = data.draw(st.binary(max_size=9)), data.draw(st.binary(max_size=9))
    if make not in (BYTES["bytes"], wrapped):  # letters beside a text would belong to it
        before, after = b'"' + bytes(len(before)), b'"' + after
    assert search([Secret("key", value)], [("a", before + make(value) + after)])


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[1-9][0-9]{12,18}", fullmatch=True), st.data())
def test_any_number_is_found_in_any_form(digits, data):
    make = data.draw(st.sampled_from(list({**TEXTS, **LONG_TEXTS, **PACKED}.values())))
    assert search([Secret("PAN", digits)], [("a", b"\x91" + make(digits) + b"\x07")])


def test_large_files_take_no_time():
    secrets = [Secret(f"key {n}", random.Random(n).randbytes(16)) for n in range(40)]
    secrets += [Secret(f"PAN {n}", f"62925200000000{n:05}") for n in range(20)]
    image = b"\xff" * (1 << 21)
    began = time.process_time()
    assert search(secrets, [("flash.bin", image), ("noise", random.Random("noise").randbytes(1 << 20))]) == []
    assert time.process_time() - began < 5  # 0.5 s alone; the bound allows for a loaded machine


def test_many_finds_are_bounded():
    assert len(search([Secret("PAN", PAN19)], [("a", (PAN19 + "\n").encode() * 5000)])) == 1000


# ---- secrets that cannot be looked for
@pytest.mark.parametrize("value", ["", "123", "12a4", PAN19 + "0", "=3012", b"short", bytes(16), "１２３４５６"])
def test_what_chance_would_find_is_refused(value):
    with pytest.raises(ToolError) as error:
        Secret("it", value)
    assert error.value.do_next.startswith("give ")


def test_secrets_are_read_from_lines():
    lines = ["# mine", "", f"pan {PAN19}", f"PIN {PIN}  # typed", f"track2 {TRACK2}", f"tmk {KEY_HEX}"]
    wanted = [("pan", PAN19), ("pin", PIN), ("track2", TRACK2), ("tmk", KEY)]
    assert read_secrets(lines) == [Secret(kind, value) for kind, value in wanted]


@pytest.mark.parametrize("line", ["pan", "pan 12", "tmk 01234", "tmk 0123", "pin x", f"track2 {PAN19}", "a b c"])
def test_wrong_line_is_named_by_its_number_alone(line):
    with pytest.raises(ToolError) as error:
        read_secrets([f"pan {PAN19}", line])
    assert error.value.what == "line 2 of the secrets is wrong" and error.value.do_next.startswith("write ")


# ---- the command
@pytest.fixture
def secrets_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("secrets") / "secrets"
    file.write_text(f"pan {PAN19}\ntmk {KEY.hex()}\n")
    return str(file)


def test_command_finds_and_exits_1(tmp_path, secrets_file, capsys):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "host.log").write_text(f"card {PAN19}\n")
    assert cli.run(["scan", "--secrets", secrets_file, str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "below/host.log at byte 5: pan as ASCII"
    assert PAN19 not in shown.out + shown.err


def test_command_finds_nothing_and_exits_0(tmp_path, secrets_file, capsys):
    (tmp_path / "host.log").write_text("card 629252*********0016\n")
    assert cli.run(["scan", "--secrets", secrets_file, str(tmp_path)]) == 0
    assert capsys.readouterr().out == "0 found: 2 secrets in 1 files of 25 bytes\n"


def test_secrets_may_come_from_standard_input(tmp_path, monkeypatch, capsys):
    (tmp_path / "a").write_text(KEY.hex())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"tmk {KEY.hex()}\n".encode())))
    assert cli.run(["scan", "--secrets", "-", str(tmp_path / "a")]) == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["scan"], 2),
        (["scan", "."], 2),
        (["scan", "--secrets", "/nowhere/at/all", "."], 2),
        (["scan", "--secrets", "{}", "/nowhere"], 1),
    ],
)
def test_wrong_command_says_what_to_do(arguments, status, secrets_file, capsys):
    assert cli.run([argument.replace("{}", secrets_file) for argument in arguments]) == status
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("picotill: ") and second.startswith("  next: ")
