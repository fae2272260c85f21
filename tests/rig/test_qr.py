"""A real decoder reads the till's QR codes: as drawn, off the display's pixels, and every version with every mask."""

import pytest
import zxingcpp
from PIL import Image

from host_sim.networks.wallet.merchant_code import build
from host_sim.rig.screen import UNKNOWN, load_glyphs, read_text
from host_sim.rig.ssd1306 import SSD1306 as Glass
from till.drivers.ssd1306 import SSD1306
from till.qr.encoder import encode
from till.ui.canvas import Canvas
from till.ui.qr_picture import draw, zoom_for
from till.ui.screens.pay import code_to_scan
from till.ui.strings import Strings

MERCHANT = build("632709000123", 123_456, "5411", "Demo Store, a longer name than most", "SHANGHAI")
assert len(MERCHANT) == 122  # all that version 7 holds, with a border of 4 on the display


def picture(dark, width, height, zoom):
    """A picture of width x height dots, each zoom pixels wide."""
    image = Image.new("L", (width, height), 255)
    for y in range(height):
        for x in range(width):
            if dark(x, y):
                image.putpixel((x, y), 0)
    return image.resize((width * zoom, height * zoom), Image.Resampling.NEAREST)


def decoded(image):
    found = zxingcpp.read_barcodes(image)
    return [(one.text, str(one.format)) for one in found]


@pytest.mark.parametrize("count", [1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180, 213])
def test_every_version_is_read(count):
    text = ("0123456789ABCDEFGHIJ-/:" * 10)[:count]
    code = encode(text.encode())
    image = picture(lambda x, y: code.dark(x - 4, y - 4), code.size + 8, code.size + 8, 4)
    assert [text for text, _ in decoded(image)] == [text]


@pytest.mark.parametrize("mask", range(8))
def test_every_mask_is_read(mask):
    code = encode(MERCHANT.encode(), mask)
    assert code.mask == mask
    image = picture(lambda x, y: code.dark(x - 4, y - 4), code.size + 8, code.size + 8, 3)
    assert [text for text, _ in decoded(image)] == [MERCHANT]


class Wire:
    """The I2C bus between the firmware's display driver and the rig's display."""

    def __init__(self, glass):
        self.glass = glass

    def writeto(self, address, data):
        assert self.glass.start(False) and address == self.glass.address
        assert self.glass.write(bytes(data)) == len(data)
        self.glass.stop()


@pytest.mark.parametrize(("text", "zoom"), [(MERCHANT, 1), ("https://example.org/1", 2)])
def test_the_display_shows_it_to_a_camera(text, zoom):
    glass = Glass()
    display = SSD1306(Wire(glass))
    canvas = Canvas(display)
    code = encode(text.encode())
    assert zoom_for(code.size) == zoom
    left, dots = draw(canvas, code)
    assert left >= 0 and left + dots <= 128
    canvas.show()
    lit = glass.pixels()
    image = picture(lambda x, y: not lit[y][x], 128, 64, 4)
    assert [found for found, _ in decoded(image)] == [text]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_screen_with_a_code_has_the_amount_beside_it(language):
    glass = Glass()
    canvas = Canvas(SSD1306(Wire(glass)))
    code_to_scan(canvas, Strings(language), 12_345_678, encode(MERCHANT.encode()))
    canvas.show()
    assert canvas.missing == 0
    lit = glass.pixels()
    assert [found for found, _ in decoded(picture(lambda x, y: not lit[y][x], 128, 64, 4))] == [MERCHANT]
    words = Strings(language)
    beside = [line.partition(UNKNOWN)[0].strip() for line in read_text(lit, load_glyphs())]
    assert [beside[0], beside[1] + beside[2], beside[3]] == [words["scan-me"], "123456.78", words["cancel"]]


def test_a_code_that_does_not_fit_is_not_drawn():
    canvas = Canvas(SSD1306(Wire(Glass())))
    before = bytes(canvas.buffer)
    assert zoom_for(57) == 1 and zoom_for(61) == 0
    large = encode(bytes(213))
    large.size = 61
    assert draw(canvas, large) is None and bytes(canvas.buffer) == before
