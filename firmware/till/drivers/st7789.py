"""ST7789 colour display on SPI, 320x240, showing the same picture as the one-bit display, two dots a pixel.

Source: Sitronix ST7789VW rev 1.0: 8.4 (four-line serial interface), 8.8.41 (65,000 colours), 9.1 (commands).
"""

import micropython
from micropython import const

WIDTH = const(128)
HEIGHT = const(64)
PAGES = const(8)
PANEL_WIDTH = const(320)
PANEL_HEIGHT = const(240)
SCALE = const(2)
LEFT = const(32)  # the picture in the middle of the panel
TOP = const(56)

_SLEEP_OUT, _NORMAL, _INVERSION_ON, _DISPLAY_ON = const(0x11), const(0x13), const(0x21), const(0x29)
_COLUMNS, _ROWS, _MEMORY, _ACCESS, _FORMAT = const(0x2A), const(0x2B), const(0x2C), const(0x36), const(0x3A)
_SIXTEEN_BITS = b"\x55"
_LANDSCAPE = b"\x60"  # rows and columns exchanged, the ribbon at the left; red first
_SLEEP_OUT_MS = const(120)
LIT, DARK = const(0xFFFF), const(0x0011)  # RGB565: white on dark blue


@micropython.viper
def _spread(page: ptr8, first: int, count: int, bit: int, colours: ptr8, out: ptr8):
    """One row of dots: each pixel of a page's row twice, two bytes a dot. colours: dark and lit, high byte first."""
    i = 0
    at = 0
    while i < count:
        colour = ((int(page[first + i]) >> bit) & 1) << 1
        high = int(colours[colour])
        low = int(colours[colour + 1])
        out[at] = high
        out[at + 1] = low
        out[at + 2] = high
        out[at + 3] = low
        at += 4
        i += 1


class ST7789:
    """A display as the canvas wants it: width, height, buffer and show(first_page, last_page).

    spi: write(buffer), mode 0. select, command: pins, drive(level); select is low while the chip listens, command is
    low for a command. pause(ms): blocks. The chip has been reset. buffer: as that of drivers/ssd1306.py. lit, dark:
    RGB565. Only what has changed since the last show() is sent, and of a page only from its first changed column to
    its last one.
    """

    def __init__(self, spi, select, command, pause, lit=LIT, dark=DARK):
        self.width, self.height = WIDTH, HEIGHT
        self.buffer = bytearray(WIDTH * PAGES)
        self._spi, self._select, self._command = spi, select, command
        self._colours = bytes((dark >> 8, dark & 0xFF, lit >> 8, lit & 0xFF))
        self._shown = bytearray(WIDTH * PAGES)
        self._row = bytearray(WIDTH * SCALE * 2)
        self._view = memoryview(self._row)
        self._four = bytearray(4)
        self._one = bytearray(1)
        self._send(_SLEEP_OUT)
        pause(_SLEEP_OUT_MS)
        self._send(_FORMAT, _SIXTEEN_BITS)
        self._send(_ACCESS, _LANDSCAPE)
        self._send(_INVERSION_ON)  # these panels are built the other way round
        self._send(_NORMAL)
        self._fill()  # the memory holds noise after power-up: it is overwritten before the panel lights
        self._send(_DISPLAY_ON)

    def show(self, first_page=0, last_page=PAGES - 1):
        """Sends what changed of pages first_page..last_page (0..7, inclusive). Returns the bytes of dots sent."""
        sent = 0
        for page in range(max(first_page, 0), min(last_page, PAGES - 1) + 1):
            at = page * WIDTH
            first, last = self._changed(at)
            if first < 0:
                continue
            count = last - first + 1
            self._window(LEFT + first * SCALE, count * SCALE, TOP + page * 8 * SCALE, 8 * SCALE)
            for bit in range(8):
                _spread(self.buffer, at + first, count, bit, self._colours, self._row)
                for _ in range(SCALE):
                    sent += self._dots(count * SCALE * 2)
            self._select.drive(1)
            self._shown[at + first : at + last + 1] = self.buffer[at + first : at + last + 1]
        return sent

    def _changed(self, at):
        """First and last column of a page that differ from what the panel shows; (-1, -1) where none does."""
        now, shown = self.buffer, self._shown
        first, last = 0, WIDTH - 1
        while first < WIDTH and now[at + first] == shown[at + first]:
            first += 1
        if first == WIDTH:
            return -1, -1
        while now[at + last] == shown[at + last]:
            last -= 1
        return first, last

    def _fill(self):
        """The whole panel dark."""
        for at in range(0, len(self._row), 2):
            self._row[at : at + 2] = self._colours[:2]
        self._window(0, PANEL_WIDTH, 0, PANEL_HEIGHT)
        left = PANEL_WIDTH * PANEL_HEIGHT * 2
        while left:
            left -= self._dots(min(left, len(self._row)))
        self._select.drive(1)

    def _window(self, x, width, y, height):
        """Opens a write of a rectangle; the chip stays selected for its dots."""
        self._send(_COLUMNS, self._span(x, width))
        self._send(_ROWS, self._span(y, height))
        self._send(_MEMORY)
        self._select.drive(0)

    def _span(self, first, count):
        last = first + count - 1
        self._four[0], self._four[1] = first >> 8, first & 0xFF
        self._four[2], self._four[3] = last >> 8, last & 0xFF
        return self._four

    def _dots(self, count):
        self._spi.write(self._view[:count])
        return count

    def _send(self, code, parameters=None):
        self._one[0] = code
        self._command.drive(0)
        self._select.drive(0)
        self._spi.write(self._one)
        self._command.drive(1)
        if parameters is not None:
            self._spi.write(parameters)
        self._select.drive(1)
