"""SSD1306: the bytes on the bus. Source: SSD1306 rev 1.1, sections 8.1.5 (control byte) and 10 (commands)."""

from drivers.fakes import RecordingI2C
from till.drivers.ssd1306 import SSD1306


def made():
    i2c = RecordingI2C()
    display = SSD1306(i2c)
    started = i2c.writes
    i2c.writes = []
    return display, i2c, started


def test_setup_is_one_command_write_with_the_panel_dark():
    _, _, started = made()
    address, setup = started[0]
    assert address == 0x3C
    assert setup[0] == 0x00
    assert setup[1] == 0xAE
    for wanted in (b"\xa8\x3f", b"\x8d\x14", b"\x20\x02", b"\xda\x12", b"\xd3\x00"):
        assert wanted in setup
    assert b"\xaf" not in setup


def test_the_panel_lights_only_after_its_memory_is_overwritten():
    _, _, started = made()
    assert started[-1] == (0x3C, b"\x00\xaf")
    pages = [data for _, data in started[1:] if data[0] == 0x40]
    assert pages == [b"\x40" + bytes(128)] * 8


def test_one_page_is_an_address_and_one_write_of_129_bytes():
    display, i2c, _ = made()
    display.buffer[3 * 128] = 0x81
    display.buffer[3 * 128 + 127] = 0x7E
    display.show(3, 3)
    assert i2c.writes == [(0x3C, b"\x00\xb3\x00\x10"), (0x3C, b"\x40\x81" + bytes(126) + b"\x7e")]


def test_only_the_pages_asked_for_are_sent():
    display, i2c, _ = made()
    display.show(6, 7)
    assert [data[1] for _, data in i2c.writes if data[0] == 0] == [0xB6, 0xB7]
    i2c.writes = []
    display.show()
    assert [data[1] for _, data in i2c.writes if data[0] == 0] == [0xB0 + page for page in range(8)]
    i2c.writes = []
    display.show(-3, 20)
    assert len(i2c.writes) == 16
    i2c.writes = []
    display.show(5, 2)
    assert i2c.writes == []


def test_every_byte_of_the_buffer_reaches_its_place():
    display, i2c, _ = made()
    seed = 7
    for index in range(1024):
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        display.buffer[index] = seed >> 16 & 0xFF
    display.show()
    assert b"".join([data[1:] for _, data in i2c.writes if data[0] == 0x40]) == bytes(display.buffer)


def test_contrast_power_and_invert():
    display, i2c, _ = made()
    display.contrast(0x7F)
    display.contrast(300)
    display.contrast(-1)
    assert [data for _, data in i2c.writes] == [b"\x00\x81\x7f", b"\x00\x81\xff", b"\x00\x81\x00"]
    i2c.writes = []
    display.invert(True)
    display.invert(False)
    assert [data for _, data in i2c.writes] == [b"\x00\xa7", b"\x00\xa6"]
    i2c.writes = []
    display.power(False)
    assert [data for _, data in i2c.writes] == [b"\x00\xae", b"\x00\x8d\x10"]
    i2c.writes = []
    display.power(True)
    assert [data for _, data in i2c.writes] == [b"\x00\x8d\x14", b"\x00\xaf"]


def test_another_address():
    i2c = RecordingI2C()
    display = SSD1306(i2c, 0x3D)
    display.invert(True)
    assert all(address == 0x3D for address, _ in i2c.writes)
    assert (display.width, display.height, len(display.buffer)) == (128, 64, 1024)
