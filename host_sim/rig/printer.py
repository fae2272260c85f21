"""A 58 mm receipt printer on a UART that speaks ESC/POS and prints on paper that can be looked at.

Source: Epson ESC/POS command reference (ESC, GS, FS, DLE commands); FS & text is GB18030 two-byte, as on the usual
Chinese printers. It prints as fast as the bytes come.
"""

from collections.abc import Callable

from host_sim.rig.paper import DOTS, SPACING_DOTS, Character, Line, Raster, Row, Slip, Style
from host_sim.rig.uart import Line as Wire
from host_sim.rig.world import World

__all__ = ["EscPosPrinter", "Line", "Slip"]

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D
BUFFER_BYTES = 4096  # what it holds while it cannot print
STATUS_US = 1_000
RASTER_BYTES_MOST, RASTER_ROWS_MOST = 72, 2304
TAB_COLUMNS = 8
ALIGN = {0: "left", 1: "center", 2: "right", 48: "left", 49: "center", 50: "right"}

# commands with a fixed number of parameters; the ones that only set up what is not modelled are taken and do nothing
PARAMETERS = {
    ESC: {
        "@": 0, "!": 1, "E": 1, "G": 1, "a": 1, "d": 1, "J": 1, "-": 1, "M": 1, "2": 0, "3": 1, " ": 1, "R": 1, "t": 1,
        "{": 1, "c": 2, "p": 3, "=": 1,
    },
    FS: {"&": 0, ".": 0, "!": 1, "-": 1, "S": 2},
    GS: {"!": 1, "B": 1, "L": 2, "W": 2, "P": 2, "a": 1, "b": 1, "r": 1},
}  # fmt: skip


class EscPosPrinter:
    """world: the clock. baud: its own rate; at another one nothing sensible arrives.

    slips: finished pieces of paper, the cut ends one. paper: what hangs out uncut. cut: called with each finished slip.
    paper_out: the roll is empty: nothing prints, the status says so, bytes wait in the buffer until there is paper.
    Counts: unknown (byte sequences), garbled (bytes of no character, or at another baud rate), lost (bytes that found
    the buffer full), wrapped (lines longer than the paper is wide), blank_cuts (cuts with nothing printed).
    """

    line: Wire

    def __init__(self, world: World, baud: int = 115200):
        self.world, self.baud = world, baud
        self.cut: Callable[[Slip], object] = lambda slip: None
        self.slips: list[Slip] = []
        self.paper = Slip()
        self.unknown = self.garbled = self.lost = self.wrapped = self.blank_cuts = 0
        self._paper_out = False
        self._line_baud = baud
        self.reset()

    def reset(self) -> None:
        """As after power-up: settings and buffer are gone, what is on the paper stays."""
        self._buffer = bytearray()
        self._initialise()

    def _initialise(self) -> None:
        self._style, self._chinese_size, self._align = Style(), (1, 1), "left"
        self._chinese = False
        self._row: list[Character] = []

    @property
    def paper_out(self) -> bool:
        return self._paper_out

    @paper_out.setter
    def paper_out(self, empty: bool) -> None:
        self._paper_out = empty
        self._print()

    def tear(self) -> Slip | None:
        """Somebody tears off what hangs out, at the knife. None when there is nothing."""
        return self._finish() if self.paper.parts else None

    # ---- the line
    def opened(self, baud: int) -> None:
        self._line_baud = baud

    def receive(self, data: bytes) -> None:
        if self._line_baud != self.baud:
            self.garbled += len(data)
            return
        if not self._paper_out:
            self._buffer += data
            self._print()
            return
        room = BUFFER_BYTES - len(self._buffer)
        self.lost += max(0, len(data) - room)
        self._buffer += data[:room]
        at = 0
        while (at := self._buffer.find(b"\x10\x04", at)) >= 0 and at + 2 < len(self._buffer):
            if 1 <= self._buffer[at + 2] <= 4:  # in real time, ahead of what waits
                self._status(self._buffer[at + 2])
                del self._buffer[at : at + 3]
            else:
                at += 1

    def _print(self) -> None:
        while self._buffer and not self._paper_out:
            used = self._step()
            if not used:
                return
            del self._buffer[:used]

    def _step(self) -> int:
        """Acts on what is first in the buffer; how many bytes that was, 0 when some are missing."""
        first = self._buffer[0]
        if first in (DLE, ESC, FS, GS):
            return self._command(first)
        if first == 0x0A:
            self._end_row()
        elif first == 0x09:
            columns = sum(character.dots for character in self._row) // 12
            for _ in range(TAB_COLUMNS - columns % TAB_COLUMNS):
                self._put(" ", 1)
        elif first >= 0x80 and self._chinese:
            return self._two_bytes()
        elif first >= 0x20:
            self._put(bytes([first]).decode("cp437"), 1)
        elif first not in (0x00, 0x0D):
            self.unknown += 1
        return 1

    # ---- text
    def _two_bytes(self) -> int:
        if len(self._buffer) < 2:
            return 0
        try:
            char = bytes(self._buffer[:2]).decode("gb18030")
        except UnicodeDecodeError:
            char = "\ufffd"
        if len(char) != 1 or char == "\ufffd":
            self.garbled += 1
            char = "\ufffd"
        self._put(char, 2)
        return 2

    def _put(self, char: str, cells: int) -> None:
        style = self._style
        if cells == 2 and self._chinese_size != (1, 1):
            style = style._replace(width=self._chinese_size[0], height=self._chinese_size[1])
        character = Character(char, cells, style)
        if sum(other.dots for other in self._row) + character.dots > DOTS:
            self.wrapped += 1
            self._end_row()
        self._row.append(character)

    def _end_row(self) -> None:
        self.paper.parts.append(Row(tuple(self._row), self._align))
        self._row = []

    # ---- commands
    def _command(self, first: int) -> int:
        if len(self._buffer) < 2:
            return 0
        name = chr(self._buffer[1])
        if first == DLE:
            return self._real_time(name)
        if first == GS and name in "Vv":
            return self._cut_command() if name == "V" else self._raster()
        count = PARAMETERS[first].get(name)
        if count is None:
            self.unknown += 1
            return 2
        if len(self._buffer) < 2 + count:
            return 0
        self._do(first, name, bytes(self._buffer[2 : 2 + count]))
        return 2 + count

    def _do(self, first: int, name: str, values: bytes) -> None:
        style, value = self._style, values[0] if values else 0
        if first == ESC:
            if name == "@":
                self._initialise()
            elif name == "!":
                tall, wide = 1 + (value >> 4 & 1), 1 + (value >> 5 & 1)
                self._style = style._replace(bold=bool(value & 8), width=wide, height=tall, underline=bool(value & 128))
            elif name in "EG":
                self._style = style._replace(bold=bool(value & 1))
            elif name == "-":
                self._style = style._replace(underline=value & 3 != 0)
            elif name == "a" and not self._row:  # only at the beginning of a line
                self._align = ALIGN.get(value, self._align)
            elif name == "d":
                self._feed(value * SPACING_DOTS)
            elif name == "J":
                self._feed(value)
        elif first == FS:
            if name in "&.":
                self._chinese = name == "&"
            elif name == "!":
                self._chinese_size = (1 + (value >> 2 & 1), 1 + (value >> 3 & 1))
        elif name == "!":
            self._style = style._replace(width=(value >> 4 & 7) + 1, height=(value & 7) + 1)
        elif name == "B":
            self._style = style._replace(inverse=bool(value & 1))
        elif name == "r" and value in (1, 49):
            self.line.send(bytes([0x0C if self._paper_out else 0x00]), STATUS_US)

    def _feed(self, dots: int) -> None:
        if self._row:
            self._end_row()
        self.paper.parts.append(dots)

    def _real_time(self, name: str) -> int:
        if name == "\x04":
            if len(self._buffer) < 3:
                return 0
            self._status(self._buffer[2])
            return 3
        self.unknown += 1
        return 2

    def _status(self, what: int) -> None:
        """DLE EOT: 1 printer, 2 cause of off-line, 3 error, 4 paper sensor. Bits 1 and 4 are always set."""
        bits = {1: 0x08, 2: 0x20, 3: 0x00, 4: 0x60}.get(what)
        if bits is None:
            self.unknown += 1
        else:
            self.line.send(bytes([0x12 | (bits if self._paper_out else 0)]), STATUS_US)

    def _cut_command(self) -> int:
        """GS V m, or GS V m n with a feed of n dots before it."""
        if len(self._buffer) < 3:
            return 0
        mode = self._buffer[2]
        if mode in (65, 66):
            if len(self._buffer) < 4:
                return 0
            self._feed(self._buffer[3])
        elif mode not in (0, 1, 48, 49):
            self.unknown += 1
            return 3
        if self._row:
            self._end_row()
        if any(not isinstance(part, int) for part in self.paper.parts):
            self._finish()
        else:
            self.blank_cuts += 1
            self.paper = Slip()
        return 4 if mode in (65, 66) else 3

    def _finish(self) -> Slip:
        slip, self.paper = self.paper, Slip()
        slip.at_us = self.world.now_us
        self.slips.append(slip)
        self.cut(slip)
        return slip

    def _raster(self) -> int:
        """GS v 0 m xL xH yL yH data."""
        if len(self._buffer) < 8:
            return 0
        width, rows = self._buffer[4] | self._buffer[5] << 8, self._buffer[6] | self._buffer[7] << 8
        fits = 0 < width <= RASTER_BYTES_MOST and 0 < rows <= RASTER_ROWS_MOST
        if self._buffer[2] != 0x30 or self._buffer[3] not in (0, 48) or not fits:
            self.unknown += 1
            return 8
        if len(self._buffer) < 8 + width * rows:
            return 0
        if self._row:
            self._end_row()
        self.paper.parts.append(Raster(width, rows, bytes(self._buffer[8 : 8 + width * rows]), self._align))
        return 8 + width * rows
