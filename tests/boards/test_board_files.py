"""Each board file: no pin twice, none that is the board's own, each bus where the chip has it; the page's tables."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.boards.chips import CHIPS
from tools import wiring

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "firmware/boards"
NAMES = sorted(path.stem for path in BOARDS.glob("*.py") if path.stem not in ("unix", "which"))
FACTS = {"NAME", "FAMILY", "PINS", "BUSES", "HAS", "PARTITIONS"}
CAN = {"nfc", "contact", "stripe", "scanner", "wifi", "tls"}
ROLES = {"mosi": "tx", "sck": "sck"}


def board(name: str) -> dict[str, Any]:
    return runpy.run_path(str(BOARDS / f"{name}.py"))


def wrong(file: dict[str, Any], chip: Any) -> list[str]:
    """What a chip cannot do of what a board file asks of it."""
    pins, found = file["PINS"], []
    for signal, pin in pins.items():
        if pin not in chip.pins:
            found.append(f"{signal}: no pin {pin}")
        if pin in chip.taken:
            found.append(f"{signal}: pin {pin} is for {chip.taken[pin]}")
        found += [f"{signal} and {other} on {pin}" for other in pins if other > signal and pins[other] == pin]
    used: dict[tuple[str, int], str] = {}
    for name, (kind, *numbers) in file["BUSES"].items():
        for number in numbers:
            if (kind, number) in used:
                found.append(f"{name} and {used[kind, number]} on {kind} {number}")
            used[kind, number] = name
        if kind == "pio":
            found += [f"{name}: no state machine {one}" for one in numbers if one >= chip.blocks * chip.machines]
        elif kind not in ("wifi", "usb"):
            if numbers[0] not in chip.numbers[kind]:
                found.append(f"{name}: no {kind} {numbers[0]}")
            if chip.functions is not None:
                found += misplaced(name, kind, numbers[0], pins, chip.functions)
    return found


def misplaced(name: str, kind: str, number: int, pins: dict[str, int], functions: Any) -> list[str]:
    prefix = "" if kind == "i2c" else name + "_"
    roles = {"i2c": ("sda", "scl"), "uart": ("tx", "rx"), "spi": ("sck", "mosi")}[kind]
    return [
        f"{prefix}{role}: pin {pins[prefix + role]} is not {kind} {number}"
        for role in roles
        if (kind, number, ROLES.get(role, role)) not in functions[pins[prefix + role]]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_chip_can_do_it_and_no_pin_is_used_twice(name: str):
    assert wrong(board(name), CHIPS[name]) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nfc_tx": 4}, "nfc_tx and printer_tx on 4"),
        ({"nfc_tx": 4}, "nfc_tx: pin 4 is not uart 0"),
        ({"sda": 21}, "sda: pin 21 is not i2c 0"),
        ({"green": 25}, "green: pin 25 is for LED"),
        ({"green": 30}, "green: no pin 30"),
        ({"lcd_sck": 11}, "lcd_sck: pin 11 is not spi 0"),
    ],
)
def test_what_a_chip_cannot_do_is_found(change: dict[str, int], said: str):
    file = board("pico")
    assert said in wrong({**file, "PINS": {**file["PINS"], **change}}, CHIPS["pico"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nfc": ("uart", 1)}, "printer and nfc on uart 1"),
        ({"nfc": ("uart", 3)}, "nfc: no uart 3"),
        ({"lines": ("pio", 1)}, "lines and contact on pio 1"),
        ({"lines": ("pio", 8)}, "lines: no state machine 8"),
    ],
)
def test_a_bus_that_a_chip_has_not_is_found(change: dict[str, Any], said: str):
    file = board("pico")
    assert said in wrong({**file, "BUSES": {**file["BUSES"], **change}}, CHIPS["pico"])


def test_the_boards_own_pins_are_refused_on_each():
    for name, pin in (("pico2_w", 23), ("esp32s3", 0), ("esp32s3", 19), ("esp32s3", 27), ("esp32s3", 35)):
        file = board(name)
        assert any(said.startswith(f"green: pin {pin} is for") for said in wrong(
            {**file, "PINS": {**file["PINS"], "green": pin}}, CHIPS[name]
        ))  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_board_file_says_what_it_is_and_nothing_else(name: str):
    file = board(name)
    assert {key for key in file if not key.startswith("__")} == FACTS
    assert file["NAME"] == name and (BOARDS / file["FAMILY"] / "parts.py").exists()
    assert set(file["HAS"]) <= CAN
    for reader in ("nfc", "contact"):
        assert (reader in file["HAS"]) == (reader in file["BUSES"])
    assert ("lines" in file["BUSES"]) == bool({"stripe", "scanner"} & set(file["HAS"]))
    assert ("wifi" in file["HAS"]) == (file["BUSES"]["link"] == ("wifi",))
    names = runpy.run_path(str(BOARDS / "which.py"))["BOARDS"]
    assert name in names.values()


@pytest.mark.parametrize("name", NAMES)
def test_partitions_follow_one_another_within_what_the_image_leaves(name: str):
    file, end = board(name), 0
    for first, count in sorted(file["PARTITIONS"].values()):
        assert first >= end and count > 0
        end = first + count
    assert end * 4096 <= room(file)


def room(file: dict[str, Any]) -> int:
    """Bytes behind the image: MicroPython's board definition says it, or the partition table."""
    (folder,) = [path for path in (BOARDS / file["FAMILY"]).glob("PICOTILL_*") if named(path) == file["NAME"]]
    if file["FAMILY"] == "rp2":
        found = re.search(r"STORAGE_BYTES \((\d+) \* 1024\)", (folder / "mpconfigboard.h").read_text())
        assert found
        return int(found[1]) * 1024
    lines = (folder / "partitions-picotill.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    end = 0x9000
    for row in rows:
        assert int(row[3], 16) >= end
        end = int(row[3], 16) + int(row[4], 16)
    assert end <= 8 << 20
    return next(int(row[4], 16) for row in rows if row[0] == "picotill")


def named(folder: Path) -> str:
    found = re.search(r'board="(\w+)"', (folder / "manifest.py").read_text())
    assert found
    return found[1]


def documented() -> dict[str, dict[str, int]]:
    """Pins by board and signal, off the table of docs/hardware.md."""
    text = (ROOT / "docs/hardware.md").read_text().split("## Pins")[1].split("| bus |")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    names = rows[0][2:]
    return {name: {row[1]: int(row[2 + at]) for row in rows[2:] if row[2 + at] != "-"} for at, name in enumerate(names)}


def test_the_page_has_every_board_and_its_pins():
    assert documented() == {name: board(name)["PINS"] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_partitions(name: str):
    text = (ROOT / "docs/hardware.md").read_text()
    found = re.search(rf"## Flash of the {name} board\n(.*?)(\n## |\Z)", text, re.DOTALL)
    assert found, name
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines() if "|" in line][2:]
    assert {row[0]: (int(row[1]), int(row[2])) for row in rows} == board(name)["PARTITIONS"]


@pytest.mark.parametrize("name", sorted(wiring.LAYOUTS))
def test_the_drawing_is_that_of_the_board_file(name: str):
    text = (ROOT / f"docs/pictures/wiring-{name}.svg").read_text()
    assert text == wiring.drawing(name), "make it again: python -m tools.wiring"
    wires = re.findall(r'data-signal="(\w+)" data-gpio="(\d+)"', text)
    assert {signal: int(gpio) for signal, gpio in wires} == board(name)["PINS"]
    assert set(wiring.LAYOUTS) | {"pico"} == set(NAMES)
