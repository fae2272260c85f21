"""Text and lines on a 128x64 one-bit display: four lines of sixteen columns, a Chinese character takes two."""

import micropython
from micropython import const

from till.ui.font import BITMAPS, CODES

COLUMNS = const(16)
LINES = const(4)
_WIDTH = const(128)
_PAGES = const(8)
_ASCII_GLYPHS = const(95)
_HALF_BYTES = const(16)
_FULL_BYTES = const(32)

_FONT = memoryview(BITMAPS)

# A glyph nobody has: a box of its own width, so that the line keeps its shape.
_BOX_HALF = b"\x00\xfe\x02\x02\x02\x02\xfe\x00\x00\x7f\x40\x40\x40\x40\x7f\x00"
_BOX_FULL = b"\x00\xfe" + b"\x02" * 12 + b"\xfe\x00" + b"\x00\x7f" + b"\x40" * 12 + b"\x7f\x00"


def width(text):
    """Columns that a text takes: 1 for an ASCII character, 2 for any other."""
    columns = len(text)
    for character in text:
        if character >= "\x80":
            columns += 1
    return columns


@micropython.viper
def _find(codes: ptr8, count: int, code: int) -> int:
    """Place of a code point in so many, sorted, two bytes each, high byte first; or -1."""
    low = 0
    high = count
    while low < high:
        middle = (low + high) >> 1
        if ((codes[2 * middle] << 8) | codes[2 * middle + 1]) < code:
            low = middle + 1
        else:
            high = middle
    if low < count and ((codes[2 * low] << 8) | codes[2 * low + 1]) == code:
        return low
    return 0 - 1


@micropython.viper
def _flip(buffer: ptr8, start: int, end: int):
    at = start
    while at < end:
        buffer[at] = buffer[at] ^ 0xFF
        at += 1


class Canvas:
    """Draws into display.buffer and sends only the pages that changed.

    display: has buffer (1024 bytes, one page of 128 columns after the other, lowest bit on top) and
    show(first_page, last_page). extra: {character: bitmap}, glyphs beyond the font's own such as a merchant's name;
    a bitmap is 32 bytes (16 columns of the upper page, 16 of the lower), or 16 for an ASCII character.
    missing counts the characters that had no glyph.
    """

    def __init__(self, display, extra=None):
        self.display = display
        self.buffer = display.buffer
        self.extra = extra or {}
        self.missing = 0
        self._sent = bytearray(len(self.buffer))
        self._known = False
        self._blank = bytes(_WIDTH)

    def clear(self):
        for page in range(_PAGES):
            self.buffer[page * _WIDTH : (page + 1) * _WIDTH] = self._blank

    def text(self, column8, line, string, inverse=False):
        """Draw a text from column 0..15 of line 0..3, cut at the right edge. Returns the column after it."""
        for character in string:
            columns = 1 if ord(character) < 0x80 else 2
            if column8 + columns > COLUMNS:
                break
            self.glyph(column8, line, character, inverse)
            column8 += columns
        return column8

    def center(self, line, string, inverse=False):
        return self.text(max(0, (COLUMNS - width(string)) // 2), line, string, inverse)

    def right(self, line, string, inverse=False):
        return self.text(max(0, COLUMNS - width(string)), line, string, inverse)

    def glyph(self, column8, line, character, inverse=False):
        """Draw one character; one that no font has is drawn as a box and counted."""
        code = ord(character)
        half = code < 0x80
        size = _HALF_BYTES if half else _FULL_BYTES
        bitmap = self.extra.get(character)
        at = 0
        if bitmap is None:
            bitmap = _FONT
            if half:
                index = code - 32 if 32 <= code < 127 else -1
                at = index * _HALF_BYTES
            else:
                index = _find(CODES, len(CODES) >> 1, code)
                at = _ASCII_GLYPHS * _HALF_BYTES + index * _FULL_BYTES
            if index < 0:
                self.missing += 1
                bitmap = _BOX_HALF if half else _BOX_FULL
                at = 0
        size >>= 1
        if inverse:
            self.bitmap(column8 * 8, line, size, bitmap, True, at)
            return
        to = 2 * line * _WIDTH + column8 * 8  # as bitmap() does it, without the call: most that is drawn is this
        self.buffer[to : to + size] = bitmap[at : at + size]
        to += _WIDTH
        self.buffer[to : to + size] = bitmap[at + size : at + 2 * size]

    def bitmap(self, x, line, columns, data, inverse=False, start=0):
        """Copy a picture 16 pixels high: columns bytes for the upper page of the line, then as many for the lower.

        start: where in data it begins.
        """
        for page in (0, 1):
            at = (2 * line + page) * _WIDTH + x
            if inverse:
                for i in range(columns):
                    self.buffer[at + i] = data[start + i] ^ 0xFF
            else:
                self.buffer[at : at + columns] = data[start : start + columns]
            start += columns

    def invert(self, line):
        """Swap black and white on a whole line: a title bar, or the chosen item of a list."""
        _flip(self.buffer, 2 * line * _WIDTH, 2 * (line + 1) * _WIDTH)

    def hline(self, x, y, length, thickness=1):
        """Draw a line of lit pixels from x to the right, downwards as thick as asked."""
        for row in range(y, y + thickness):
            bit = 1 << (row & 7)
            at = (row >> 3) * _WIDTH
            for column in range(x, x + length):
                self.buffer[at + column] |= bit

    def show(self):
        """Send the pages that differ from what the display already has. Returns how many were sent."""
        now = memoryview(self.buffer)
        sent = memoryview(self._sent)
        count = 0
        first = -1
        for page in range(_PAGES + 1):
            at = page * _WIDTH
            end = at + _WIDTH
            changed = page < _PAGES and not (self._known and now[at:end] == sent[at:end])
            if changed:
                count += 1
                first = page if first < 0 else first
            elif first >= 0:
                self.display.show(first, page - 1)
                sent[first * _WIDTH : at] = now[first * _WIDTH : at]
                first = -1
        self._known = True
        return count
