"""SSD1306 OLED controller on I2C. Source: Solomon Systech SSD1306 rev 1.1, sections 8.1.5, 9 and 10."""

from micropython import const

WIDTH = const(128)
HEIGHT = const(64)
PAGES = const(8)

_COMMANDS = const(0x00)  # control byte: Co = 0, D/C# = 0, only commands follow
_DATA = const(0x40)  # control byte: Co = 0, D/C# = 1, only display data follows

# What a 128x64 panel on its own charge pump needs after reset (section 9, table 9-1; pump: application note).
_SETUP = bytes((
    _COMMANDS,
    0xAE,  # display off while it is set up
    0xD5, 0x80,  # oscillator at its default, clock not divided
    0xA8, 0x3F,  # 64 rows
    0xD3, 0x00,  # no vertical shift
    0x40,  # RAM row 0 at the top
    0x8D, 0x14,  # charge pump on
    0x20, 0x02,  # page addressing: only dirty pages are sent
    0xA1,  # column 127 is SEG0: the panel's ribbon is at the bottom
    0xC8,  # rows scanned from COM63 down, for the same reason
    0xDA, 0x12,  # alternative COM pins
    0x81, 0xCF,  # contrast
    0xD9, 0xF1,  # pre-charge for the pump's voltage
    0xDB, 0x30,  # VCOMH 0.83 Vcc
    0xA4,  # show the RAM
    0xA6,  # a set bit is a lit pixel
))  # fmt: skip


class SSD1306:
    """128x64 monochrome display.

    i2c: has writeto(address, buffer); its OSError on a display that does not answer passes through.
    buffer: 1024 bytes, one bit a pixel: byte (y // 8) * 128 + x, bit y % 8, as the chip's own pages.
    """

    def __init__(self, i2c, address=0x3C):
        self.width = WIDTH
        self.height = HEIGHT
        self.buffer = bytearray(WIDTH * PAGES)
        self._i2c = i2c
        self._address = address
        self._page = bytearray(1 + WIDTH)
        self._page[0] = _DATA
        self._into = memoryview(self._page)[1:]
        whole = memoryview(self.buffer)
        self._pages = tuple(whole[page * WIDTH : (page + 1) * WIDTH] for page in range(PAGES))
        self._where = bytearray((_COMMANDS, 0xB0, 0x00, 0x10))
        self._one = bytearray((_COMMANDS, 0))
        self._two = bytearray((_COMMANDS, 0, 0))
        i2c.writeto(address, _SETUP)
        self.show()  # the RAM holds noise after power-up: it is overwritten before the panel lights
        self.power(True)

    def show(self, first_page=0, last_page=PAGES - 1):
        """Send pages first_page..last_page (0..7, inclusive) to the chip. A page is one write of 129 bytes."""
        for page in range(max(first_page, 0), min(last_page, PAGES - 1) + 1):
            self._where[1] = 0xB0 | page
            self._i2c.writeto(self._address, self._where)
            self._into[:] = self._pages[page]
            self._i2c.writeto(self._address, self._page)

    def contrast(self, level):
        """level: 0..255; values outside are held to that range."""
        self._pair(0x81, min(max(level, 0), 255))

    def power(self, on):
        """Panel and charge pump on or asleep. What is shown is kept (10.1.12; application note, 2.1)."""
        if on:
            self._pair(0x8D, 0x14)
        self._command(0xAF if on else 0xAE)
        if not on:
            self._pair(0x8D, 0x10)

    def invert(self, on):
        """Lit pixels dark and dark ones lit, without touching the buffer (10.1.10)."""
        self._command(0xA7 if on else 0xA6)

    def _command(self, code):
        self._one[1] = code
        self._i2c.writeto(self._address, self._one)

    def _pair(self, code, value):
        self._two[1] = code
        self._two[2] = value
        self._i2c.writeto(self._address, self._two)
