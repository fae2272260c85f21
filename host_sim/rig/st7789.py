"""ST7789: a colour panel on SPI, decoded down to the light of each dot.

Source: Sitronix ST7789VW rev 1.0: 8.4 (four-line serial interface), 8.12 (address control), 9.1 (commands). The module
is the usual 2 inch one: 240x320 dots, IPS glass that shows the inverse unless the chip inverts, seen with its ribbon on
the left, which makes it 320 dots wide and 240 high.
"""

import io
from collections.abc import Callable
from random import Random

from PIL import Image

COLUMNS, ROWS = 240, 320
SEEN_WIDTH, SEEN_HEIGHT = ROWS, COLUMNS
SLEEP_OUT_US = 120_000
MY, MX, MV = 0x80, 0x40, 0x20
PARAMETERS = {0x2A: 4, 0x2B: 4, 0x36: 1, 0x3A: 1}
PLAIN = {0x01, 0x10, 0x11, 0x13, 0x20, 0x21, 0x28, 0x29, 0x2C}


class ST7789:
    """select(level), command(level): the pins, low is active. write(data): bytes on SPI.

    memory: 240x320 colours as RGB565, by the chip's own rows. changed: called at the end of a write that changed it.
    unknown: commands that this model has not got, or with too few or too many parameters. misplaced: bytes
    while not selected, dots beyond the window, or dots of another format than 16 bits.
    """

    def __init__(self) -> None:
        self.changed: Callable[[], object] = lambda: None
        self.unknown = self.misplaced = self.dots = 0
        self._selected = self._command = False
        self.reset()

    def reset(self) -> None:
        """As after power-up: asleep, display off, memory full of noise."""
        noise = Random(7789).randbytes(2 * COLUMNS * ROWS)
        self.memory = [noise[at] << 8 | noise[at + 1] for at in range(0, len(noise), 2)]
        self.awake = self.on = self.inverse = False
        self.access, self.format = 0x00, 0x66
        self.columns, self.rows = (0, COLUMNS - 1), (0, ROWS - 1)
        self._code, self._parameters = 0, bytearray()
        self._x = self._y = 0
        self._half: int | None = None
        self._dirty = False

    # ---- pins and bytes
    def select(self, level: int) -> None:
        self._selected = not level
        if level and self._dirty:
            self._dirty = False
            self.changed()

    def command(self, level: int) -> None:
        self._command = not level

    def write(self, data: bytes) -> None:
        if not self._selected:
            self.misplaced += len(data)
        elif self._command:
            for code in data:
                self._begin(code)
        elif self._code == 0x2C:
            self._store(data)
        else:
            self._take(data)

    def _begin(self, code: int) -> None:
        if len(self._parameters) != PARAMETERS.get(self._code, 0):
            self.unknown += 1
        self._code, self._parameters, self._half = code, bytearray(), None
        if code not in PLAIN and code not in PARAMETERS:
            self.unknown += 1
        elif code == 0x01:
            self.reset()
        elif code in (0x10, 0x11):
            self.awake = code == 0x11
        elif code in (0x20, 0x21):
            self.inverse = code == 0x21
        elif code in (0x28, 0x29):
            self.on = code == 0x29
        elif code == 0x2C:
            self._x, self._y = self.columns[0], self.rows[0]

    def _take(self, data: bytes) -> None:
        self._parameters += data
        values = self._parameters
        if len(values) > PARAMETERS.get(self._code, 0):
            self.unknown += 1
        elif self._code in (0x2A, 0x2B) and len(values) == 4:
            span = values[0] << 8 | values[1], values[2] << 8 | values[3]
            if self._code == 0x2A:
                self.columns = span
            else:
                self.rows = span
        elif self._code == 0x36 and values:
            self.access = values[0]
        elif self._code == 0x3A and values:
            self.format = values[0]

    # ---- memory
    def _store(self, data: bytes) -> None:
        for byte in data:
            if self._half is None:
                self._half = byte
                continue
            colour, self._half = self._half << 8 | byte, None
            at = self._place(self._x, self._y)
            if at is None or self.format & 7 != 5 or self._y > self.rows[1]:
                self.misplaced += 1
            else:
                self.dots += 1
                self._dirty = self._dirty or self.memory[at] != colour
                self.memory[at] = colour
            self._x += 1
            if self._x > self.columns[1]:
                self._x, self._y = self.columns[0], self._y + 1

    def _place(self, x: int, y: int) -> int | None:
        """Where in memory a dot of the window lies (8.12, table of MADCTL); None outside."""
        column, row = (y, x) if self.access & MV else (x, y)
        if self.access & MX:
            column = COLUMNS - 1 - column
        if self.access & MY:
            row = ROWS - 1 - row
        return row * COLUMNS + column if 0 <= column < COLUMNS and 0 <= row < ROWS else None

    # ---- light
    def dot(self, x: int, y: int) -> int:
        """RGB565 that a person sees, 0 for none; x from the left, y from the top."""
        if not (self.on and self.awake):
            return 0
        colour = self.memory[x * COLUMNS + COLUMNS - 1 - y]
        return colour if self.inverse else colour ^ 0xFFFF

    def png(self, scale: int = 1) -> bytes:
        """What a person sees, scale dots a dot."""
        picture = Image.new("RGB", (SEEN_WIDTH, SEEN_HEIGHT))
        picture.putdata(
            [_rgb(self.dot(x, y)) for y in range(SEEN_HEIGHT) for x in range(SEEN_WIDTH)]  # type: ignore[arg-type]
        )
        out = io.BytesIO()
        size = picture.width * scale, picture.height * scale
        picture.resize(size, Image.Resampling.NEAREST).save(out, "PNG")
        return out.getvalue()


def _rgb(colour: int) -> tuple[int, int, int]:
    red, green, blue = colour >> 11, colour >> 5 & 0x3F, colour & 0x1F
    return red * 255 // 31, green * 255 // 63, blue * 255 // 31
