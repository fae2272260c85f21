"""Paper out of the receipt printer: what is on it, as text and as a picture."""

import io
from typing import NamedTuple

from PIL import Image, ImageDraw

from host_sim.rig.screen import Glyphs

DOTS = 384  # printable width at 8 dots a millimetre
CELL_DOTS, CHARACTER_DOTS, SPACING_DOTS = 12, 24, 30
PX = 2  # picture pixels a dot: a glyph of 8x16 is then drawn three times as large, without fractions
GLYPH = CELL_DOTS * PX // 8
MARGIN_DOTS, EDGE_PX = 24, 8
TABLE, PAPER, INK = 0, 1, 2
PALETTE = [205, 205, 200, 253, 252, 246, 40, 40, 48]


class Style(NamedTuple):
    """width, height: how many times as large, 1-8."""

    bold: bool = False
    width: int = 1
    height: int = 1
    underline: bool = False
    inverse: bool = False


class Character(NamedTuple):
    """cells: 1 or 2 columns of 12 dots, before enlarging."""

    char: str
    cells: int
    style: Style

    @property
    def dots(self) -> int:
        return self.cells * CELL_DOTS * self.style.width


class Line(NamedTuple):
    """One printed line. bold, big: whether any of it is. align: left, center or right."""

    text: str
    bold: bool
    big: bool
    align: str


class Row(NamedTuple):
    characters: tuple[Character, ...]
    align: str

    @property
    def dots(self) -> int:
        return sum(character.dots for character in self.characters)

    @property
    def height_dots(self) -> int:
        tallest = max((character.style.height for character in self.characters), default=1)
        return CHARACTER_DOTS * tallest + SPACING_DOTS - CHARACTER_DOTS


class Raster(NamedTuple):
    """A picture: rows of width_bytes bytes, 1 is black, the highest bit left."""

    width_bytes: int
    rows: int
    data: bytes
    align: str


class Slip:
    """One piece of paper. parts: Row, Raster, or dots of blank feed (int), from the top. at_us: when it was cut."""

    def __init__(self) -> None:
        self.parts: list[Row | Raster | int] = []
        self.at_us = 0

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                "".join(character.char for character in part.characters),
                any(character.style.bold for character in part.characters),
                any(character.style.width * character.style.height > 1 for character in part.characters),
                part.align,
            )
            for part in self.parts
            if isinstance(part, Row)
        ]

    def text(self) -> str:
        """The lines as they were sent, without blanks at their ends."""
        return "\n".join(line.text.rstrip() for line in self.lines)

    def png(self, glyphs: Glyphs) -> bytes:
        """The paper as a picture, two pixels a dot. A character without a glyph is an empty box."""
        heights = [_height(part) for part in self.parts]
        size = ((DOTS + 2 * MARGIN_DOTS) * PX, (sum(heights) + 2 * MARGIN_DOTS) * PX)
        picture = Image.new("P", size, PAPER)
        picture.putpalette(PALETTE)
        draw = ImageDraw.Draw(picture)
        top = MARGIN_DOTS
        for part, height in zip(self.parts, heights, strict=True):
            if isinstance(part, Row):
                _draw_row(picture, draw, part, top, height, glyphs)
            elif isinstance(part, Raster):
                _draw_raster(picture, part, top)
            top += height
        _torn_edges(draw, *size)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


def _height(part: Row | Raster | int) -> int:
    if isinstance(part, Row):
        return part.height_dots
    return part.rows if isinstance(part, Raster) else part


def _left(dots: int, align: str) -> int:
    spare = max(0, DOTS - dots)
    return MARGIN_DOTS + {"left": 0, "center": spare // 2, "right": spare}[align]


def _draw_row(picture: Image.Image, draw: ImageDraw.ImageDraw, row: Row, top: int, height: int, glyphs: Glyphs) -> None:
    left, bottom = _left(row.dots, row.align), top + height - (SPACING_DOTS - CHARACTER_DOTS) // 2
    for character in row.characters:
        style = character.style
        above = bottom - CHARACTER_DOTS * style.height  # characters of one line stand on one line
        x, y = left * PX, above * PX
        box = (x, y, x + character.dots * PX - 1, bottom * PX - 1)
        ink = PAPER if style.inverse else INK
        if style.inverse:
            draw.rectangle(box, fill=INK)
        mask = _mask(character, glyphs)
        for shift in range(0, 2 * PX if style.bold else PX, PX):  # bold: struck twice, a dot apart
            picture.paste(ink, (x + shift, y), mask)
        if style.underline:
            draw.rectangle((box[0], box[3] - PX + 1, box[2], box[3]), fill=ink)
        left += character.dots


def _mask(character: Character, glyphs: Glyphs) -> Image.Image:
    """The glyph at its size on the paper, centred in its cells."""
    cells, style = character.cells, character.style
    mask = Image.new("1", (8 * cells, 16))
    bitmap = glyphs.bitmap(character.char)
    if bitmap is not None:
        wide = min(len(bitmap) // 16, cells)
        glyph = Image.frombytes("1", (len(bitmap) // 2, 16), bitmap).crop((0, 0, 8 * wide, 16))
        mask.paste(glyph, (4 * (cells - wide), 0))
    elif character.char != " ":
        ImageDraw.Draw(mask).rectangle((1, 2, 8 * cells - 2, 13), outline=1)
    scaled = (mask.width * GLYPH * style.width, mask.height * GLYPH * style.height)
    return mask.resize(scaled, Image.Resampling.NEAREST)


def _draw_raster(picture: Image.Image, raster: Raster, top: int) -> None:
    size = (raster.width_bytes * 8, raster.rows)
    mask = Image.frombytes("1", size, raster.data).crop((0, 0, min(size[0], DOTS), size[1]))
    scaled = mask.resize((mask.width * PX, mask.height * PX), Image.Resampling.NEAREST)
    picture.paste(INK, (_left(mask.width, raster.align) * PX, top * PX), scaled)


def _torn_edges(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    """The knife's teeth at both ends."""
    for x in range(0, width, 2 * EDGE_PX):
        tooth = ((x, 0), (x + EDGE_PX, EDGE_PX), (x + 2 * EDGE_PX, 0))
        draw.polygon(tooth, fill=TABLE)
        draw.polygon([(px, height - 1 - py) for px, py in tooth], fill=TABLE)
