"""A slip as a PDF of the paper's own size, with real text: the printer's glyphs made into a font."""

from functools import cache
from io import BytesIO
from itertools import pairwise
from tempfile import NamedTemporaryFile

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fpdf import FPDF

from host_sim.rig.paper import CELL_DOTS, CHARACTER_DOTS, DOTS, MARGIN_DOTS, Raster, Row, Slip
from host_sim.rig.screen import Glyphs

MM_A_DOT = 1 / 8
UNIT = 64  # font units a pixel of a glyph; a glyph is 16 pixels high
DESCENT = 2  # pixels below the base line
FAMILY = "slip"


def slip_pdf(slip: Slip, glyphs: Glyphs) -> bytes:
    """One page, as wide as the paper and as long as the slip."""
    height = sum(_height(part) for part in slip.parts) + 2 * MARGIN_DOTS
    width_mm, height_mm = (DOTS + 2 * MARGIN_DOTS) * MM_A_DOT, height * MM_A_DOT
    pdf = FPDF(unit="mm", format=(width_mm, height_mm))
    pdf.set_auto_page_break(False)
    pdf.set_title("picotill slip")
    pdf.set_creator("picotill, test cards only")
    pdf.add_page()
    with NamedTemporaryFile(suffix=".ttf") as file:  # the library wants a path, until it has written
        file.write(font(glyphs))
        file.flush()
        pdf.add_font(FAMILY, fname=file.name)
        top = float(MARGIN_DOTS)
        for part in slip.parts:
            if isinstance(part, Row):
                _row(pdf, part, top)
            top += _height(part)
        return bytes(pdf.output())


def _height(part: Row | Raster | int) -> int:
    if isinstance(part, Row):
        return part.height_dots
    return part.rows if isinstance(part, Raster) else part


def _row(pdf: FPDF, row: Row, top: float) -> None:
    spare = max(0, DOTS - row.dots)
    left = MARGIN_DOTS + {"left": 0, "center": spare // 2, "right": spare}[row.align]
    bottom = top + row.height_dots - 3
    for character in row.characters:
        tall, wide = character.style.height, character.style.width
        size_pt = CHARACTER_DOTS * tall * MM_A_DOT / 25.4 * 72
        pdf.set_font(FAMILY, size=size_pt)
        pdf.set_stretching(100 * wide / tall)
        if character.style.inverse:
            pdf.set_fill_color(30)
            box = (left * MM_A_DOT, (bottom - CHARACTER_DOTS * tall) * MM_A_DOT)
            pdf.rect(*box, character.dots * MM_A_DOT, CHARACTER_DOTS * tall * MM_A_DOT, style="F")
        pdf.set_text_color(255 if character.style.inverse else 20)
        base = bottom - CHARACTER_DOTS * tall * DESCENT / 16
        for shift in (0, 0.6) if character.style.bold else (0,):
            if character.char != " ":
                pdf.text((left + shift) * MM_A_DOT, base * MM_A_DOT, character.char)
        left += character.cells * CELL_DOTS * wide


@cache
def font(glyphs: Glyphs) -> bytes:
    """A TrueType font of the printer's glyphs: every run of dots of a row is a rectangle."""
    known = {chr(code): glyphs.bitmap(chr(code)) for code in range(0x20, 0x10000)}
    bitmaps = {char: bitmap for char, bitmap in known.items() if bitmap}
    names = {char: f"u{ord(char):04X}" for char in bitmaps}
    builder = FontBuilder(16 * UNIT, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(char): name for char, name in names.items()})
    outlines = {names[char]: _outline(bitmap) for char, bitmap in bitmaps.items()}
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **outlines})
    widths = {names[char]: (len(bitmap) // 16 * 8 * UNIT, 0) for char, bitmap in bitmaps.items()}
    builder.setupHorizontalMetrics({".notdef": (8 * UNIT, 0), **widths})
    builder.setupHorizontalHeader(ascent=(16 - DESCENT) * UNIT, descent=-DESCENT * UNIT)
    builder.setupNameTable({"familyName": "picotill slip", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = BytesIO()
    builder.save(out)
    return out.getvalue()


def _outline(bitmap: bytes) -> object:
    pen = TTGlyphPen(None)
    row_bytes = len(bitmap) // 16
    for y in range(16):
        row = int.from_bytes(bitmap[y * row_bytes : (y + 1) * row_bytes], "big")
        bits = [0, *(row >> (8 * row_bytes - 1 - x) & 1 for x in range(8 * row_bytes)), 0]
        edges = [x for x, (before, after) in enumerate(pairwise(bits)) if before != after]
        top = (16 - DESCENT - y) * UNIT
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            pen.moveTo((begin * UNIT, top - UNIT))
            pen.lineTo((begin * UNIT, top))
            pen.lineTo((end * UNIT, top))
            pen.lineTo((end * UNIT, top - UNIT))
            pen.closePath()
    return pen.glyph()
