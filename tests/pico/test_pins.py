"""The table of pins in docs/hardware.md is what the board file says and what the emulated wiring has; no pin twice."""

import json
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "firmware/boards"
UARTS = {0: ((0, 12, 16, 28), (1, 13, 17, 29)), 1: ((4, 8, 20, 24), (5, 9, 21, 25))}  # RP2040 datasheet, table 2
I2C0 = ((0, 4, 8, 12, 16, 20, 24, 28), (1, 5, 9, 13, 17, 21, 25, 29))


def documented() -> dict[str, dict[str, int]]:
    """Pins by board and signal, off the table of the page."""
    text = (ROOT / "docs/hardware.md").read_text().split("## Pins")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    boards = rows[0][2:]
    return {board: {row[1]: int(row[2 + at]) for row in rows[2:]} for at, board in enumerate(boards)}


@pytest.mark.parametrize("board", documented())
def test_page_and_board_file_agree_and_no_pin_is_used_twice(board: str):
    pins = runpy.run_path(str(BOARDS / f"{board}.py"))["PINS"]
    assert documented()[board] == pins
    assert len(set(pins.values())) == len(pins)


def test_pins_can_do_what_the_pico_uses_them_for():
    pins = documented()["pico"]
    for number, name in ((0, "nfc"), (1, "printer")):
        assert pins[f"{name}_tx"] in UARTS[number][0] and pins[f"{name}_rx"] in UARTS[number][1]
    assert pins["sda"] in I2C0[0] and pins["scl"] in I2C0[1]
    assert max(pins.values()) <= 22  # 23 to 25 and 29 are the Pico's own


def test_the_emulated_wiring_is_the_board_s():
    pins = documented()["pico"]
    wiring = json.loads((ROOT / "host_sim/rig/pico/wiring.json").read_text())
    wired = {
        "nfc_tx": wiring["uarts"][0]["tx"], "nfc_rx": wiring["uarts"][0]["rx"],
        "printer_tx": wiring["uarts"][1]["tx"], "printer_rx": wiring["uarts"][1]["rx"],
        "contact_tx": wiring["serials"][0]["tx"], "contact_rx": wiring["serials"][0]["rx"],
        "lines_rx": wiring["serials"][1]["rx"],
        "link_tx": wiring["link"]["tx"], "link_rx": wiring["link"]["rx"],
        "sda": wiring["i2c"]["sda"], "scl": wiring["i2c"]["scl"],
        "keypad_int": wiring["input"]["chip"], "developer": wiring["developer"],
        **{name: int(pin) for pin, name in zip(wiring["outputs"], ("buzzer", "green", "red"), strict=True)},
    }  # fmt: skip
    assert wired == pins


def test_partitions_follow_one_another_within_what_the_image_leaves():
    header = (BOARDS / "rp2/PICOTILL_PICO/mpconfigboard.h").read_text()
    found = re.search(r"STORAGE_BYTES \((\d+) \* 1024\)", header)
    assert found
    end = 0
    for first, count in sorted(runpy.run_path(str(BOARDS / "pico.py"))["PARTITIONS"].values()):
        assert first >= end and count > 0
        end = first + count
    assert end * 4 <= int(found[1])
