import pytest

from host_sim.rig.screen import Glyphs, braille, inverse_text, load_glyphs, read_text

# made for this test: a digit-like half glyph, a full one, a full one whose left half is blank, a full one whose halves
# are the half glyph twice
HALF = "0031:" + "00" * 4 + "18" * 8 + "7E" + "00" * 3
FULL = "4E2D:" + "0100" * 4 + "3FF8" + "2108" * 6 + "3FF8" + "0100" * 4
RIGHT = "FF08:" + "0004" * 16
SAME = "2160:" + "".join(HALF[5 + 2 * n : 7 + 2 * n] * 2 for n in range(16))
BLANK = "0020:" + "00" * 16


def glyphs(*more):
    return Glyphs(["# a comment", "", HALF, FULL, BLANK, *more])


def draw(texts, glyphs, inverse=False):
    """Pixels with texts [(line, column, text)]."""
    rows = [bytearray(128) for _ in range(64)]
    for line, column, text in texts:
        for char in text:
            bitmap = glyphs.bitmap(char)
            wide = len(bitmap) // 16
            for y in range(16):
                bits = int.from_bytes(bitmap[y * wide : (y + 1) * wide], "big")
                for x in range(8 * wide):
                    light = bits >> (8 * wide - 1 - x) & 1
                    rows[line * 16 + y][column * 8 + x] = light ^ inverse
            column += wide
    return tuple(bytes(row) for row in rows)


@pytest.mark.parametrize("line", ["zz:00", "0041", "0041:123", "0041:" + "00" * 8, "110000:" + "00" * 16])
def test_a_line_that_is_no_hex_line_is_named(line):
    with pytest.raises(ValueError, match="line 2 .*run make fonts"):
        Glyphs(["", line])


def test_a_blank_screen_is_four_empty_lines():
    assert read_text(tuple(bytes(128) for _ in range(64)), glyphs()) == ["", "", "", ""]


def test_full_and_half_width_are_read_at_every_cell():
    table = glyphs()
    texts = [(0, 0, "中1中"), (1, 3, "中1"), (2, 15, "1"), (3, 14, "中")]
    assert read_text(draw(texts, table), table) == ["中1中", "   中1", " " * 15 + "1", " " * 14 + "中"]


def test_a_full_glyph_with_a_blank_half_is_one_character():
    table = glyphs(RIGHT)
    assert read_text(draw([(0, 0, "1（1")], table), table)[0] == "1（1"


def test_the_wider_glyph_wins():
    table = glyphs(SAME)
    assert read_text(draw([(0, 0, "Ⅰ")], table), table)[0] == "Ⅰ"


def test_inverse_cells_are_read_and_told_apart():
    table = glyphs()
    plain, chosen = draw([(0, 0, "中1"), (1, 0, "1")], table), draw([(1, 0, "1 中")], table, inverse=True)
    pixels = plain[:16] + chosen[16:32] + plain[32:]
    assert read_text(pixels, table) == ["中1", "1 中", "", ""]
    assert inverse_text(pixels, table) == ["", "1 中", "", ""]


def test_one_wrong_pixel_is_an_unknown_cell():
    table = glyphs()
    rows = [bytearray(row) for row in draw([(0, 0, "11")], table)]
    rows[0][9] = 1
    assert read_text(rows, table)[0] == "1\ufffd"


def test_the_first_of_two_equal_glyphs_is_read():
    table = Glyphs([HALF, "0049:" + HALF[5:]])
    assert len(table) == 2 and table.char(table.bitmap("I")) == "1"


def test_the_product_s_glyphs_read_back_what_they_draw():
    table = load_glyphs()
    texts = [(0, 0, "0123456789 AaZz"), (1, 0, "等待交易成功"), (2, 2, "100.00")]
    assert read_text(draw(texts, table), table) == ["0123456789 AaZz", "等待交易成功", "  100.00", ""]


def test_braille_shows_two_by_four_pixels_a_character():
    rows = [bytearray(128) for _ in range(64)]
    rows[0][0] = rows[3][1] = rows[63][127] = 1
    lines = braille(rows).split("\n")
    assert len(lines) == 16 and all(len(line) == 64 for line in lines)
    assert lines[0][0] == chr(0x2800 + 0x01 + 0x80)
    assert lines[15][63] == chr(0x2800 + 0x80)
    assert lines[0][1] == chr(0x2800)
