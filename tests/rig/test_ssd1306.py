import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from host_sim.rig.ssd1306 import SSD1306

# the initialisation of the application note: 64 rows, charge pump, upright
INIT = bytes.fromhex("A83F D300 40 A1 C8 DA12 817F A4 A6 D580 8D14 AF")


def send(chip, data):
    assert chip.start(False)
    count = chip.write(bytes(data))
    chip.stop()
    return count


def command(chip, *data):
    return send(chip, b"\x00" + bytes(data))


def data(chip, *values):
    return send(chip, b"\x40" + bytes(values))


def started():
    chip = SSD1306()
    command(chip, *INIT)
    command(chip, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7)
    data(chip, *bytes(1024))
    return chip


def lit(chip):
    return {(x, y) for y, row in enumerate(chip.pixels()) for x, light in enumerate(row) if light}


def test_after_power_up_it_is_dark_and_its_ram_is_noise():
    chip = SSD1306()
    assert lit(chip) == set()
    assert any(chip.gddram) and chip.gddram == SSD1306().gddram
    chip.start(True)
    assert chip.read(1) == b"\x40"


def test_the_note_s_initialisation_lights_it():
    chip = started()
    assert (chip.unknown, chip.misplaced) == (0, 0)
    assert (chip.multiplex, chip.offset, chip.start_line, chip.com_pins, chip.contrast) == (64, 0, 0, 0x12, 0x7F)
    chip.start(True)
    assert chip.read(2) == b"\x00\x00"
    data(chip, 0x01)
    assert lit(chip) == {(0, 0)}


def test_without_the_charge_pump_nothing_lights():
    chip = started()
    data(chip, 0xFF)
    command(chip, 0x8D, 0x10)
    assert lit(chip) == set()


def test_a_byte_is_eight_rows_from_the_top():
    chip = started()
    data(chip, 0x81)
    assert lit(chip) == {(0, 0), (0, 7)}


def test_control_bytes_with_continuation_carry_one_byte_each():
    chip = started()
    count = send(chip, [0x80, 0x81, 0x80, 0x33, 0xC0, 0x01, 0x40, 0x02, 0x04])
    assert count == 9 and chip.contrast == 0x33
    assert lit(chip) == {(0, 0), (1, 1), (2, 2)}


def test_a_command_may_come_in_pieces_over_transactions_and_writes():
    chip = started()
    command(chip, 0x81)
    chip.start(False)
    chip.write(b"\x00")
    chip.write(b"\x55")
    chip.stop()
    assert chip.contrast == 0x55


def test_bits_of_a_control_byte_that_must_be_zero_are_counted():
    chip = started()
    send(chip, [0x41, 0x01])
    assert chip.misplaced == 1


def test_bytes_that_are_no_command_are_counted_and_harm_nothing():
    chip = started()
    command(chip, 0xAC, 0x23, 0xD6, 0xFF, 0x81, 0x44)
    assert chip.unknown == 4 and chip.contrast == 0x44


def test_values_outside_the_data_sheet_are_refused():
    chip = started()
    command(chip, 0xA8, 3, 0x20, 3)
    assert chip.misplaced == 2 and chip.multiplex == 64 and chip.mode == 0


def test_horizontal_mode_wraps_from_line_to_line_and_back():
    chip = started()
    command(chip, 0x21, 126, 127, 0x22, 6, 7)
    data(chip, 1, 1, 1, 1, 0x80)
    assert lit(chip) == {(127, 48), (126, 56), (127, 56), (126, 55)}


def test_vertical_mode_goes_down_first():
    chip = started()
    command(chip, 0x20, 0x01, 0x21, 3, 4, 0x22, 0, 1)
    data(chip, 1, 1, 1)
    assert lit(chip) == {(3, 0), (3, 8), (4, 0)}


def test_page_mode_keeps_its_page_and_returns_to_its_column():
    chip = started()
    command(chip, 0x20, 0x02, 0xB3, 0x0E, 0x17)
    assert chip.column == 0x7E
    data(chip, 1, 1, 2)
    assert lit(chip) == {(126, 25), (127, 24)}
    assert chip.page == 3


def test_page_commands_outside_page_mode_are_counted():
    chip = started()
    command(chip, 0xB3, 0x00, 0x10)
    assert chip.misplaced == 3 and chip.page == 0


def test_inverse_all_on_and_off():
    chip = started()
    data(chip, 0x01)
    command(chip, 0xA7)
    assert len(lit(chip)) == 128 * 64 - 1 and (0, 0) not in lit(chip)
    command(chip, 0xA5)
    assert len(lit(chip)) == 128 * 64
    command(chip, 0xA4, 0xA6)
    assert lit(chip) == {(0, 0)}
    command(chip, 0xAE)
    assert lit(chip) == set()


def test_the_other_mounting_is_turned_around():
    chip = SSD1306()
    command(chip, *INIT)
    command(chip, 0xA0, 0xC0, 0x20, 0)
    data(chip, *bytes(1024))
    data(chip, 0x01)
    assert lit(chip) == {(127, 63)}


def test_segment_remap_is_of_what_is_written_afterwards():
    chip = started()
    data(chip, 0x01)
    command(chip, 0xA0)
    assert lit(chip) == {(0, 0)}
    data(chip, 0x01)
    assert lit(chip) == {(0, 0), (126, 0)}


# table 10-2, COM remapped: (multiplex, offset, start line) -> line of the glass from COM0 that shows RAM line 0
@pytest.mark.parametrize(
    "multiplex, offset, start, com", [(64, 0, 0, 63), (64, 8, 0, 7), (64, 0, 8, 7), (48, 0, 0, 47), (48, 8, 0, 55)]
)
def test_offset_start_line_and_multiplex_ratio(multiplex, offset, start, com):
    chip = started()
    data(chip, 0x01)
    command(chip, 0xA8, multiplex - 1, 0xD3, offset, 0x40 | start)
    assert lit(chip) == {(0, 63 - com)}


# table 10-1, COM not remapped
@pytest.mark.parametrize(
    "multiplex, offset, start, com", [(64, 8, 0, 56), (64, 0, 8, 56), (56, 0, 0, 0), (56, 8, 0, 56)]
)
def test_offset_and_start_line_without_remap(multiplex, offset, start, com):
    chip = started()
    data(chip, 0x01)
    command(chip, 0xC0, 0xA8, multiplex - 1, 0xD3, offset, 0x40 | start)
    assert lit(chip) == {(0, 63 - com)}


def test_lines_beyond_the_multiplex_ratio_stay_dark():
    chip = started()
    command(chip, 0xA8, 47, 0xA5)
    assert {y for _, y in lit(chip)} == set(range(16, 64))


def test_wrong_com_pins_interleave_the_picture():
    chip = started()
    data(chip, 0x03)  # COM63 and COM62
    command(chip, 0xDA, 0x02)
    assert lit(chip) == {(0, 0), (0, 2)}
    command(chip, 0xDA, 0x32)
    assert lit(chip) == {(0, 0), (0, 1)}


def test_changed_is_called_once_a_transaction_and_only_for_what_is_seen():
    chip = started()
    seen = []
    chip.changed = lambda: seen.append(lit(chip))
    data(chip, 0x01, 0x01)
    assert seen == [{(0, 0), (1, 0)}]
    data(chip, 0x00)  # already dark there
    command(chip, 0x81, 0x10, 0xE3)
    assert len(seen) == 1
    command(chip, 0xAE)
    data(chip, 0xFF)
    assert len(seen) == 2


def test_writes_are_counted():
    chip = SSD1306()
    command(chip, 0xE3)
    data(chip, 1, 2, 3)
    chip.start(True)
    chip.read(1)
    chip.stop()
    assert (chip.writes, chip.data_bytes) == (2, 3)


def test_the_picture_is_the_pixels():
    chip = started()
    data(chip, 0x01)
    picture = Image.open(io.BytesIO(chip.png(scale=3)))
    assert picture.size == (132 * 3, 68 * 3)
    bright = [
        (x, y) for y in range(68) for x in range(132) if picture.convert("L").getpixel((3 * x + 1, 3 * y + 1)) > 128
    ]
    assert bright == [(2, 2)]


def test_reset_forgets_everything():
    chip = started()
    chip.reset()
    assert not chip.on and chip.mode == 2 and lit(chip) == set()


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_no_bytes_upset_it(transactions):
    chip = SSD1306()
    for transaction in transactions:
        assert send(chip, transaction) == len(transaction)
    rows = chip.pixels()
    assert len(rows) == 64 and all(len(row) == 128 and set(row) <= {0, 1} for row in rows)
    assert len(chip.gddram) == 1024
