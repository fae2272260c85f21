from till.ui.canvas import Canvas, width
from ui.fake_till import FakeDisplay


def drawn(canvas, x, y):
    return canvas.buffer[(y >> 3) * 128 + x] >> (y & 7) & 1


def picture(canvas, column8, line, columns):
    return [
        "".join(".#"[drawn(canvas, x, y)] for x in range(column8 * 8, (column8 + columns) * 8))
        for y in range(line * 16, line * 16 + 16)
    ]


# U+4E00 as GNU Unifont has it: 4E00:00000000000000000000000000007FFE00000000000000000000000000000000
# is one line; A is 0041:0000000018242442427E424242420000. Written out here by hand from the .hex file.
LETTER_A = (
    "........",
    "........",
    "........",
    "........",
    "...##...",
    "..#..#..",
    "..#..#..",
    ".#....#.",
    ".#....#.",
    ".######.",
    ".#....#.",
    ".#....#.",
    ".#....#.",
    ".#....#.",
    "........",
    "........",
)


def test_an_unknown_character_draws_a_box_and_is_counted():
    canvas = Canvas(FakeDisplay())
    assert canvas.text(0, 0, "\u9f98a\x7f") == 4
    assert canvas.missing == 2
    assert picture(canvas, 0, 0, 2)[1] == ".##############."
    assert picture(canvas, 0, 0, 2)[14] == ".##############."
    assert picture(canvas, 3, 0, 1)[7] == ".#....#."


def test_text_is_cut_at_the_right_edge():
    canvas = Canvas(FakeDisplay())
    assert canvas.text(14, 1, "ABC") == 16
    assert canvas.text(15, 2, "消") == 15
    assert not any(canvas.buffer[4 * 128 : 6 * 128])
    assert not any(canvas.buffer[:256])


def test_a_letter_stands_where_it_is_put():
    canvas = Canvas(FakeDisplay())
    canvas.text(3, 2, "A")
    assert tuple(picture(canvas, 3, 2, 1)) == LETTER_A
    assert sum(bin(byte).count("1") for byte in canvas.buffer) == sum(row.count("#") for row in LETTER_A)


def test_inverse_is_the_complement():
    canvas = Canvas(FakeDisplay())
    canvas.text(0, 0, "A消")
    canvas.text(0, 1, "A消", inverse=True)
    for i in range(24):
        assert canvas.buffer[i] ^ canvas.buffer[256 + i] == 0xFF
        assert canvas.buffer[128 + i] ^ canvas.buffer[384 + i] == 0xFF
    canvas.invert(1)
    assert canvas.buffer[:24] == canvas.buffer[256:280]


def test_extra_glyphs_come_first():
    canvas = Canvas(FakeDisplay(), {"\u9f98": bytes(range(32)), "A": b"\xaa" * 16})
    canvas.text(0, 0, "\u9f98A")
    assert canvas.buffer[:16] == bytes(range(16))
    assert canvas.buffer[128:144] == bytes(range(16, 32))
    assert canvas.buffer[16:24] == b"\xaa" * 8
    assert canvas.missing == 0


def test_center_and_right():
    canvas = Canvas(FakeDisplay())
    canvas.center(0, "AB")
    assert not any(canvas.buffer[:56]) and any(canvas.buffer[56:64])
    canvas.right(1, "消")
    assert not any(canvas.buffer[256 : 256 + 112]) and any(canvas.buffer[256 + 112 : 384])
    assert width("消A费") == 5


def test_hline_and_clear():
    canvas = Canvas(FakeDisplay())
    canvas.hline(4, 7, 3, 2)
    assert [drawn(canvas, x, 7) for x in range(3, 8)] == [0, 1, 1, 1, 0]
    assert [drawn(canvas, x, 8) for x in range(3, 8)] == [0, 1, 1, 1, 0]
    assert not drawn(canvas, 5, 9) and not drawn(canvas, 5, 6)
    canvas.clear()
    assert not any(canvas.buffer)


def test_only_changed_pages_are_sent():
    display = FakeDisplay()
    canvas = Canvas(display)
    assert canvas.show() == 8  # what the display holds after power-on is unknown
    assert display.sent == [(0, 7)]
    canvas.text(0, 0, "AB")
    canvas.text(0, 2, "AB")
    assert canvas.show() == 4
    assert display.sent[1:] == [(0, 1), (4, 5)]
    canvas.clear()
    canvas.text(0, 0, "AB")
    assert canvas.show() == 2
    assert display.sent[3:] == [(4, 5)]
    assert canvas.show() == 0
    assert len(display.sent) == 4


def test_a_page_that_was_not_sent_is_sent_again():
    display = FakeDisplay()
    canvas = Canvas(display)
    canvas.show()
    canvas.text(0, 3, "A")
    display.fails = 1
    try:
        canvas.show()
        assert False, "the display's error passes through"
    except OSError:
        pass
    assert canvas.show() == 2
    assert display.sent[-1] == (6, 7)
