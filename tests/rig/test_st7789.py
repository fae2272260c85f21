"""The colour panel's model, and the firmware's driver before it: MicroPython draws, the model shows the dots."""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from host_sim.rig.st7789 import SEEN_HEIGHT, SEEN_WIDTH, ST7789
from host_sim.rig.supply import micropython
from till.drivers.st7789 import DARK, LEFT, LIT, SCALE, TOP
from till.ui.canvas import Canvas
from till.ui.screens.pay import enter_amount
from till.ui.strings import Strings

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
sys.path.insert(0, "firmware")
from binascii import hexlify
from till.drivers.st7789 import ST7789
from till.ui.canvas import Canvas
from till.ui.screens.pay import enter_amount
from till.ui.strings import Strings

class Pin:
    def __init__(self, name):
        self.name = name
    def drive(self, level):
        print(self.name, level)

class Spi:
    def write(self, data):
        print("write", hexlify(data).decode())

canvas = Canvas(ST7789(Spi(), Pin("select"), Pin("command"), lambda ms: print("pause", ms)))
print("mark 0")
for typed in (0, 8, 88):
    canvas.clear()
    enter_amount(canvas, Strings("zh"), "sale", typed)
    canvas.show()
    print("mark", typed)
"""


class Display:
    """What the canvas needs of a display, and nothing of a chip."""

    def __init__(self) -> None:
        self.buffer = bytearray(1024)

    def show(self, first_page: int = 0, last_page: int = 7) -> None:
        pass


@pytest.fixture(scope="module")
def told() -> list[list[str]]:
    done = subprocess.run(
        [micropython(), "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return [line.split(" ") for line in done.stdout.splitlines()]


def test_a_person_sees_the_screen_in_the_middle_of_the_panel(told: list[list[str]]):
    panel, paused_ms, dots = ST7789(), 0, []
    for name, value in told:
        if name == "write":
            panel.write(bytes.fromhex(value))
        elif name in ("select", "command"):
            getattr(panel, name)(int(value))
        elif name == "pause":
            assert panel.awake  # counts from there (9.1.12)
            paused_ms += int(value)
        else:
            dots.append(panel.dots)
    assert paused_ms >= 120 and panel.on and panel.unknown == panel.misplaced == 0
    assert dots[0] == SEEN_WIDTH * SEEN_HEIGHT  # darkened before it lights
    changes = [after - before for before, after in pairwise(dots)]
    assert 0 < changes[1] < 2_500 and 0 < changes[2] < 2_500  # a digit or two, not the screen
    canvas = Canvas(Display())
    enter_amount(canvas, Strings("zh"), "sale", 88)
    for y in range(SEEN_HEIGHT):
        for x in range(SEEN_WIDTH):
            column, row = (x - LEFT) // SCALE, (y - TOP) // SCALE
            inside = 0 <= column < 128 and 0 <= row < 64
            lit = inside and canvas.buffer[row // 8 * 128 + column] >> row % 8 & 1
            assert panel.dot(x, y) == (LIT if lit else DARK), (x, y)
    assert panel.png()[1:4] == b"PNG"


def test_the_model_is_no_rubber_stamp():
    panel = ST7789()
    panel.write(b"\x29")
    assert panel.misplaced == 1 and not panel.on  # not selected
    panel.select(0)
    panel.command(0)
    panel.write(b"\x29")
    assert panel.on and panel.dot(0, 0) == 0  # asleep
    panel.write(b"\x11")
    seen = panel.dot(5, 7)
    panel.write(b"\x21")
    assert panel.dot(5, 7) == seen ^ 0xFFFF
    panel.write(b"\x2a\x2c")  # a column range without its four bytes
    assert panel.unknown == 1
    panel.command(1)
    panel.write(b"\x00\x00")  # dots before the format was set
    assert panel.misplaced == 2
    panel.command(0)
    panel.write(b"\x99")
    assert panel.unknown == 2


def test_rows_and_columns_as_madctl_turns_them():
    panel = ST7789()
    panel.select(0)
    for code, values in ((0x11, b""), (0x21, b""), (0x29, b""), (0x3A, b"\x55"), (0x2A, bytes(4)), (0x2B, bytes(4))):
        panel.command(0)
        panel.write(bytes([code]))
        panel.command(1)
        panel.write(values)
    for access, corner in ((0x00, (0, 239)), (0x40, (0, 0)), (0x80, (319, 239)), (0x60, (0, 0)), (0xA0, (319, 239))):
        panel.memory = [0] * len(panel.memory)
        for code, values in ((0x36, bytes([access])), (0x2C, b"\xf8\x00")):
            panel.command(0)
            panel.write(bytes([code]))
            panel.command(1)
            panel.write(values)
        assert panel.dot(*corner) == 0xF800, hex(access)
