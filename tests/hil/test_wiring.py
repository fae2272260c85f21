"""docs/wiring.md: its table, its drawing and the board's file have the same pins."""

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
PINS = {
    signal: pin
    for signal, pin in runpy.run_path(str(ROOT / "firmware/boards/pico.py"))["PINS"].items()
    if not signal.startswith("lcd_")  # the colour display is drawn by itself
}
PADS = (
    (0, 1), (1, 2), (2, 4), (3, 5), (4, 6), (5, 7), (6, 9), (7, 10), (8, 11), (9, 12), (10, 14), (11, 15), (12, 16),
    (13, 17), (14, 19), (15, 20), (16, 21), (17, 22), (18, 24), (19, 25), (20, 26), (21, 27), (22, 29),
)  # fmt: skip
"""GPIO and pin of the Raspberry Pi Pico. Source: its datasheet, figure 2."""
HEIGHT = 34  # from one pin to the next in the drawing
TOP = 70


def test_table():
    text = (ROOT / "docs/wiring.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert {signal: int(gpio) for gpio, _, signal, _ in rows[2:]} == PINS
    assert {(int(gpio), int(pad)) for gpio, pad, _, _ in rows[2:]} <= set(PADS)
    assert len(rows[2:]) == len(PINS)


def test_every_wire_of_the_drawing_begins_at_its_pin():
    tree = ElementTree.parse(ROOT / "docs/pictures/wiring.svg")
    wires = [one for one in tree.iter() if one.get("data-signal")]
    assert {one.get("data-signal"): int(one.get("data-gpio", "-1")) for one in wires} == PINS
    pads = dict(PADS)
    for one in wires:
        begins = re.match(r"M([\d.]+) ([\d.]+) ", one.get("d", ""))
        assert begins
        pad = pads[int(one.get("data-gpio", "-1"))]
        at = pad - 1 if pad <= 20 else 40 - pad
        assert float(begins[2]) == TOP + HEIGHT * at, one.get("data-signal")
