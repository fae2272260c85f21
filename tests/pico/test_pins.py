"""The emulated wiring is the board's; what hangs on SPI is not on the counter."""

import json
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_emulated_wiring_is_the_board_s():
    file = runpy.run_path(str(ROOT / "firmware/boards/pico.py"))
    pins = {signal: pin for signal, pin in file["PINS"].items() if not signal.startswith("lcd_")}
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
