"""Reads a screen as a person does: text off pixels, by exact match with the glyphs of GNU Unifont."""

from collections.abc import Iterator, Sequence
from pathlib import Path

LINES, COLUMNS, LINE_HEIGHT = 4, 16, 16
UNKNOWN = "\ufffd"
GLYPHS = Path(__file__).with_name("glyphs.hex")

Pixels = Sequence[bytes]


class Glyphs:
    """Bitmaps of 8x16 (16 bytes) and 16x16 (32 bytes), top row first, most significant bit left, both ways round."""

    def __init__(self, lines: Sequence[str]):
        """lines: Unifont's .hex form, `4E00:` and 32 or 64 digits; # begins a comment. ValueError names the line."""
        self._bitmap: dict[str, bytes] = {}
        self._char: dict[bytes, str] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                code, _, digits = line.strip().partition(":")
                char, bitmap = chr(int(code, 16)), bytes.fromhex(digits)
            except ValueError:
                raise ValueError(f"line {number} is no Unifont .hex line: run make fonts") from None
            if len(bitmap) not in (16, 32):
                raise ValueError(f"line {number} holds {len(bitmap)} bytes, not 16 or 32: run make fonts")
            self._bitmap[char] = bitmap
            if any(bitmap):
                self._char.setdefault(bitmap, char)

    def bitmap(self, char: str) -> bytes | None:
        """16 bytes (half width), 32 bytes (full width), or None for a character that is not there."""
        return self._bitmap.get(char)

    def char(self, bitmap: bytes) -> str | None:
        """The character with exactly this bitmap, or None. A blank one is none."""
        return self._char.get(bitmap)

    def __len__(self) -> int:
        return len(self._bitmap)


def load_glyphs(path: Path = GLYPHS) -> Glyphs:
    """The glyphs of the product's own texts, as tools/fonts.py leaves them."""
    return Glyphs(Path(path).read_text(encoding="ascii").splitlines())


def _packed(pixels: Pixels) -> list[bytes]:
    """The rows with eight pixels a byte, most significant left: column n of a row is its byte n."""
    return [int(bytes(row).translate(_DIGIT), 2).to_bytes(COLUMNS, "big") for row in pixels]


_DIGIT = b"01" + bytes(254)


def _complement(bitmap: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in bitmap)


def cells(pixels: Pixels, glyphs: Glyphs) -> Iterator[tuple[int, int, str, bool]]:
    """Every character as (line 0-3, half-width column 0-15, character, inverse), blanks and unknown ones included."""
    packed = _packed(pixels)
    for line in range(LINES):
        rows = packed[line * LINE_HEIGHT : (line + 1) * LINE_HEIGHT]
        column = 0
        while column < COLUMNS:
            width, char, inverse = _read(rows, glyphs, column)
            yield line, column, char, inverse
            column += width


def _read(rows: list[bytes], glyphs: Glyphs, column: int) -> tuple[int, str, bool]:
    # the wider first: the halves of a full-width character may be blank, or look like another one
    for width in (2, 1) if column < COLUMNS - 1 else (1,):
        bitmap = b"".join(row[column : column + width] for row in rows)
        for inverse in (False, True):
            char = glyphs.char(_complement(bitmap) if inverse else bitmap)
            if char is not None and len(glyphs.bitmap(char) or b"") == 16 * width:
                return width, char, inverse
    if bitmap in (bytes(16), b"\xff" * 16):
        return 1, " ", bitmap != bytes(16)
    return 1, UNKNOWN, False


def read_text(pixels: Pixels, glyphs: Glyphs) -> list[str]:
    """The four lines, left to right, without the blanks at their ends; an unknown half cell is U+FFFD."""
    lines = [""] * LINES
    for line, _, char, _ in cells(pixels, glyphs):
        lines[line] += char
    return [text.rstrip(" ") for text in lines]


def inverse_text(pixels: Pixels, glyphs: Glyphs) -> list[str]:
    """The four lines with only what is shown dark on light, trimmed: the chosen item of a menu."""
    lines = [""] * LINES
    for line, _, char, inverse in cells(pixels, glyphs):
        lines[line] += char if inverse else " "
    return [text.strip(" ") for text in lines]


# dot of a braille cell by (row, column)
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def braille(pixels: Pixels) -> str:
    """The screen for a terminal: 16 lines of 64 braille characters, each 2 by 4 pixels."""
    lines = []
    for top in range(0, len(pixels), 4):
        line = ""
        for left in range(0, len(pixels[top]), 2):
            code = 0
            for y, dots in enumerate(_DOTS):
                for x, dot in enumerate(dots):
                    code |= dot if pixels[top + y][left + x] else 0
            line += chr(0x2800 + code)
        lines.append(line)
    return "\n".join(lines)
