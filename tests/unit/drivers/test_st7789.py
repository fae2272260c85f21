# heap: 1200k
"""ST7789: the bytes on SPI, and what a panel makes of them. Source: ST7789VW rev 1.0, sections 8.4, 8.8.41 and 9.1."""

from drivers.fakes import RecordingI2C
from till.drivers.ssd1306 import SSD1306
from till.drivers.st7789 import DARK, LEFT, LIT, PANEL_HEIGHT, PANEL_WIDTH, ST7789, TOP
from till.ui.canvas import Canvas


class Panel:
    """The chip's side of the bus: select, command and data as levels and bytes. Keeps dots as RGB565."""

    def __init__(self):
        self.dots = bytearray(b"\x5a" * (PANEL_WIDTH * PANEL_HEIGHT * 2))
        self.sent = []
        self.selected = self.listening = False
        self.on = False
        self.code = 0
        self.bytes = 0
        self.window = [0, 0, 0, 0]
        self.at = 0
        self.lit_when_on = None
        self.paused_ms = []

        class Pin:
            def __init__(self, drive):
                self.drive = drive

        self.select = Pin(self._select)
        self.command = Pin(self._command)

    def _select(self, level):
        self.selected = not level

    def _command(self, level):
        self.listening = not level

    def pause(self, ms):
        self.paused_ms.append((ms, self.code))

    def write(self, data):
        assert self.selected, "written to a chip that does not listen"
        data = bytes(data)
        if self.listening:
            assert len(data) == 1
            self.code = data[0]
            self.sent.append((self.code, b""))
            self.at = 0
            if self.code == 0x29:
                self.on = True
                self.lit_when_on = bytes(self.dots)
        elif self.code == 0x2C:
            self._take(data)
        else:
            self.sent[-1] = (self.code, self.sent[-1][1] + data)
            whole = self.sent[-1][1]
            if self.code in (0x2A, 0x2B) and len(whole) == 4:
                start = 0 if self.code == 0x2A else 2
                self.window[start] = whole[0] << 8 | whole[1]
                self.window[start + 1] = whole[2] << 8 | whole[3]

    def _take(self, data):
        left, right, top, bottom = self.window
        width = right - left + 1
        self.bytes += len(data)
        while data:
            y, x = divmod(self.at, width)
            assert top + y <= bottom, "more dots than the window has"
            run = min(len(data) // 2, width - x)
            place = ((top + y) * PANEL_WIDTH + left + x) * 2
            self.dots[place : place + 2 * run] = data[: 2 * run]
            data = data[2 * run :]
            self.at += run

    def dot(self, x, y):
        place = (y * PANEL_WIDTH + x) * 2
        return self.dots[place] << 8 | self.dots[place + 1]


def made():
    panel = Panel()
    return ST7789(panel, panel.select, panel.command, panel.pause), panel


def same_picture(display, panel):
    for y in range(64):
        for x in range(128):
            wanted = LIT if display.buffer[(y >> 3) * 128 + x] >> (y & 7) & 1 else DARK
            for dx, dy in ((0, 0), (1, 1)):
                if panel.dot(LEFT + 2 * x + dx, TOP + 2 * y + dy) != wanted:
                    return False
    return True


def test_it_wakes_as_the_sheet_asks_and_lights_only_a_dark_panel():
    _, panel = made()
    codes = [code for code, _ in panel.sent]
    assert codes[0] == 0x11 and panel.paused_ms == [(120, 0x11)]
    assert (0x3A, b"\x55") in panel.sent and (0x36, b"\x60") in panel.sent
    assert codes[-1] == 0x29 and panel.on
    assert panel.lit_when_on == bytes((DARK >> 8, DARK & 0xFF)) * (PANEL_WIDTH * PANEL_HEIGHT)


def test_every_pixel_is_four_dots():
    display, panel = made()
    seed = 7
    for index in range(1024):
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        display.buffer[index] = seed >> 16 & 0xFF
    assert display.show() == 128 * 64 * 4 * 2
    assert same_picture(display, panel)
    assert panel.dot(LEFT - 1, TOP) == DARK and panel.dot(LEFT, TOP - 1) == DARK
    assert panel.dot(LEFT + 256, TOP + 127) == DARK and panel.dot(LEFT + 255, TOP + 128) == DARK


def test_only_the_columns_that_changed_are_sent():
    display, panel = made()
    panel.sent = []
    display.buffer[3 * 128 + 40] = 0x81
    display.buffer[3 * 128 + 47] = 0x01
    assert display.show() == 8 * 2 * 16 * 2  # eight columns of one page
    assert panel.sent[0] == (0x2A, bytes((0, LEFT + 80, 0, LEFT + 95)))
    assert panel.sent[1] == (0x2B, bytes((0, TOP + 48, 0, TOP + 63)))
    assert same_picture(display, panel)
    panel.sent = []
    assert display.show() == 0 and panel.sent == []
    display.buffer[3 * 128 + 40] = 0
    assert display.show(4, 7) == 0  # not among the pages asked for
    assert display.show(-3, 20) == 2 * 2 * 16
    assert same_picture(display, panel)


def test_the_same_canvas_draws_on_both_displays():
    display, panel = made()
    other = SSD1306(RecordingI2C())
    for one in (display, other):
        canvas = Canvas(one)
        canvas.clear()
        canvas.center(0, "消费")
        canvas.invert(0)
        canvas.right(2, "88.00")
        canvas.show()
        canvas.text(0, 3, "OK")
        canvas.show()
    assert display.buffer == other.buffer
    assert same_picture(display, panel)


def test_other_colours():
    panel = Panel()
    display = ST7789(panel, panel.select, panel.command, panel.pause, lit=0xFFE0, dark=0)
    display.buffer[0] = 1
    display.show()
    assert panel.dot(LEFT, TOP) == 0xFFE0 and panel.dot(LEFT, TOP + 2) == 0
