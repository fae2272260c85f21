"""SSD1306: a 128x64 OLED on I2C, decoded down to the light of each pixel.

Source: Solomon Systech SSD1306 rev 1.1: 8.1.5 (I2C), 9 (command table), 10 (commands); the charge pump is command 8D of
its application note. The module is the usual one: 128x64 glass on alternative COM pins, lit by the charge pump, mounted
so that A1 (column 127 to SEG0) with C8 (scan from COM63) is upright.
"""

import io
from collections.abc import Callable
from random import Random

from PIL import Image

WIDTH, HEIGHT, PAGES = 128, 64, 8
PAGE_MODE, HORIZONTAL, VERTICAL = 2, 0, 1

# first byte of a command: (last byte of its range, parameters that follow)
COMMANDS = (
    (0x00, 0x1F, 0),  # column start of page mode, low and high half
    (0x20, 0x20, 1),  # memory addressing mode
    (0x21, 0x22, 2),  # column range, page range
    (0x26, 0x27, 6),  # horizontal scroll
    (0x29, 0x2A, 5),  # vertical and horizontal scroll
    (0x2E, 0x2F, 0),  # scroll off, on
    (0x40, 0x7F, 0),  # start line
    (0x81, 0x81, 1),  # contrast
    (0x8D, 0x8D, 1),  # charge pump
    (0xA0, 0xA1, 0),  # segment remap
    (0xA3, 0xA3, 2),  # vertical scroll area
    (0xA4, 0xA7, 0),  # all on, inverse
    (0xA8, 0xA8, 1),  # multiplex ratio
    (0xAE, 0xAF, 0),  # display off, on
    (0xB0, 0xB7, 0),  # page start of page mode
    (0xC0, 0xC0, 0),  # COM scan direction
    (0xC8, 0xC8, 0),
    (0xD3, 0xD3, 1),  # display offset
    (0xD5, 0xD5, 1),  # clock divide
    (0xD9, 0xDB, 1),  # pre-charge, COM pins, VCOMH
    (0xE3, 0xE3, 0),  # no operation
)
PARAMETERS = {code: count for first, last, count in COMMANDS for code in range(first, last + 1)}
BIT = tuple(bytes(byte >> bit & 1 for byte in range(256)) for bit in range(8))  # translate tables: one bit of a byte
NOT = bytes([1, 0]) + bytes(254)
DARK = bytes(WIDTH)


class SSD1306:
    """address: 3C or 3D.

    gddram: 1024 bytes, page by page, by SEG line. contrast: 0-255. writes: write transactions. data_bytes: bytes that
    went to the RAM. changed: called without arguments at the end of a transaction that changed what is visible.
    unknown: bytes that are no command. misplaced: commands and control bytes that the data sheet forbids there.
    """

    def __init__(self, address: int = 0x3C):
        self.address = address
        self.changed: Callable[[], object] = lambda: None
        self.writes = self.data_bytes = self.unknown = self.misplaced = 0
        self.reset()

    def reset(self) -> None:
        """As after power-up: registers at their reset values, RAM full of noise, display off."""
        self.gddram = bytearray(Random(self.address).randbytes(WIDTH * PAGES))
        self.on = self.all_on = self.inverse = self.pump = self.scrolling = False
        self.segment_remap = self.com_remap = False
        self.contrast, self.multiplex, self.offset, self.start_line = 0x7F, 64, 0, 0
        self.com_pins, self.clock_divide, self.precharge, self.vcomh = 0x12, 0x80, 0x22, 0x20
        self.mode = PAGE_MODE
        self.column = self.page = self.column_start = 0
        self.columns, self.pages = (0, WIDTH - 1), (0, PAGES - 1)
        self.scroll = self.scroll_area = b""
        self._command = bytearray()
        self._begin()
        self._dirty = False
        self._seen = (DARK,) * HEIGHT

    # ---- I2C
    def _begin(self) -> None:
        self._want_control, self._data, self._single, self._written = True, False, False, False

    def start(self, read: bool) -> bool:
        self._begin()
        return True

    def write(self, data: bytes) -> int:
        """Control bytes (Co, D/C#, six zeros), commands and data (8.1.5.2). All is acknowledged."""
        at = 0
        self._written = True
        while at < len(data):
            if self._want_control:
                self.misplaced += data[at] & 0x3F != 0
                self._single, self._data = bool(data[at] & 0x80), bool(data[at] & 0x40)
                self._want_control = False
                at += 1
                continue
            end = at + 1 if self._single else len(data)
            self._take(data[at:end])
            self._want_control = self._single
            at = end
        return len(data)

    def _take(self, data: bytes) -> None:
        if self._data:
            for byte in data:
                self._store(byte)
        else:
            for byte in data:
                self._decode(byte)

    def read(self, count: int) -> bytes:
        """The status byte: bit 6 is 1 while the display is off (8.1.5.1)."""
        return bytes([0x00 if self.on else 0x40]) * count

    def stop(self) -> None:
        self.writes += self._written
        self._begin()
        if not self._dirty:
            return
        self._dirty = False
        seen = self.pixels()
        if seen != self._seen:
            self._seen = seen
            self.changed()

    # ---- RAM
    def _store(self, byte: int) -> None:
        self.data_bytes += 1
        self.misplaced += bool(self._command)
        at = self.page * WIDTH + (WIDTH - 1 - self.column if self.segment_remap else self.column)
        if self.gddram[at] != byte:
            self.gddram[at] = byte
            self._dirty = True
        if self.mode == PAGE_MODE:
            self.column = self.column + 1 if self.column < WIDTH - 1 else self.column_start
        elif self.mode == HORIZONTAL:
            self.column, carry = _step(self.column, self.columns, WIDTH)
            if carry:
                self.page, _ = _step(self.page, self.pages, PAGES)
        else:
            self.page, carry = _step(self.page, self.pages, PAGES)
            if carry:
                self.column, _ = _step(self.column, self.columns, WIDTH)

    # ---- commands
    def _decode(self, byte: int) -> None:
        if not self._command and byte not in PARAMETERS:
            self.unknown += 1
            return
        self._command.append(byte)
        if len(self._command) > PARAMETERS[self._command[0]]:
            command, self._command = bytes(self._command), bytearray()
            self._dirty = True
            self._do(command[0], command[1:])

    def _do(self, code: int, values: bytes) -> None:
        if code <= 0x1F or 0xB0 <= code <= 0xB7:
            self._page_pointer(code)
        elif 0x40 <= code <= 0x7F:
            self.start_line = code & 0x3F
        elif code in (0x21, 0x22):
            self._range(code, values)
        elif code == 0x20:
            self.misplaced += values[0] & 3 == 3
            self.mode = values[0] & 3 if values[0] & 3 != 3 else self.mode
        elif code == 0xA8:
            self.misplaced += values[0] & 0x3F < 15
            self.multiplex = (values[0] & 0x3F) + 1 if values[0] & 0x3F >= 15 else self.multiplex
        elif code in (0x26, 0x27, 0x29, 0x2A):
            self.scroll = bytes([code]) + values
        else:
            self._set(code, values)

    def _set(self, code: int, values: bytes) -> None:
        value = values[0] if values else code & 1
        if code in (0x2E, 0x2F):
            self.scrolling = bool(value)
        elif code == 0x81:
            self.contrast = value
        elif code == 0x8D:
            self.pump = bool(value & 4)
        elif code in (0xA0, 0xA1):
            self.segment_remap = bool(value)  # of what is written from now on (10.1.8)
        elif code == 0xA3:
            self.scroll_area = values
        elif code in (0xA4, 0xA5):
            self.all_on = bool(value)
        elif code in (0xA6, 0xA7):
            self.inverse = bool(value)
        elif code in (0xAE, 0xAF):
            self.on = bool(value)
        elif code in (0xC0, 0xC8):
            self.com_remap = code == 0xC8
        elif code == 0xD3:
            self.offset = value & 0x3F
        elif code == 0xD5:
            self.clock_divide = value
        elif code == 0xD9:
            self.precharge = value
        elif code == 0xDA:
            self.com_pins = value
        elif code == 0xDB:
            self.vcomh = value

    def _page_pointer(self, code: int) -> None:
        if self.mode != PAGE_MODE:
            self.misplaced += 1  # "only for page addressing mode" (9, table 9-1)
        elif code >= 0xB0:
            self.page = code & 7
        else:
            shift, kept = (0, 0x70) if code < 0x10 else (4, 0x0F)
            self.column_start = (self.column_start & kept | (code & 0x0F) << shift) & 0x7F
            self.column = self.column_start

    def _range(self, code: int, values: bytes) -> None:
        mask = 0x7F if code == 0x21 else 0x07
        first, last = values[0] & mask, values[1] & mask
        self.misplaced += first > last or self.mode == PAGE_MODE
        if code == 0x21:
            self.columns = (first, last)
            self.column = first if self.mode != PAGE_MODE else self.column
        else:
            self.pages = (first, last)
            self.page = first if self.mode != PAGE_MODE else self.page

    # ---- light
    def _glass_line(self, row: int) -> int:
        """Which line of the glass, from COM0's end, the driver's COM output number row reaches (10.1.18): the glass
        wants alternative pins (A[4] = 1) without left/right remap (A[5] = 0)."""
        if self.com_pins & 0x20:
            row = row ^ 1 if self.com_pins & 0x10 else (row + HEIGHT // 2) % HEIGHT
        if self.com_pins & 0x10:
            return row
        return 2 * row if row < HEIGHT // 2 else 2 * row - HEIGHT + 1

    def pixels(self) -> tuple[bytes, ...]:
        """What a person sees: 64 rows from the top of 128 bytes from the left, 1 is lit (tables 10-1 and 10-2)."""
        rows = [DARK] * HEIGHT
        if not self.on or not self.pump:
            return tuple(rows)
        for com in range(HEIGHT):
            line = (self.multiplex - 1 - com if self.com_remap else com) + self.offset
            line %= HEIGHT
            if line >= self.multiplex:
                continue
            at = (line + self.start_line) % HEIGHT
            page = self.gddram[at // 8 * WIDTH : at // 8 * WIDTH + WIDTH]
            light = bytes(page.translate(BIT[at % 8])[::-1])
            if self.all_on:
                light = b"\x01" * WIDTH
            elif self.inverse:
                light = light.translate(NOT)
            rows[HEIGHT - 1 - self._glass_line(com)] = light
        return tuple(rows)

    def png(self, scale: int = 4) -> bytes:
        """The glass as a picture, scale dots a pixel, with a rim of two pixels."""
        picture = Image.new("P", (WIDTH + 4, HEIGHT + 4))
        picture.putpalette([8, 12, 20, 205, 235, 255])
        picture.paste(Image.frombytes("P", (WIDTH, HEIGHT), b"".join(self.pixels())), (2, 2))
        out = io.BytesIO()
        picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST).save(out, "PNG")
        return out.getvalue()


def _step(value: int, span: tuple[int, int], size: int) -> tuple[int, bool]:
    """The next column or page of a range, and whether it came back to the start."""
    if value == span[1]:
        return span[0], True
    return (value + 1) % size, False
