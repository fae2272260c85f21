import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.rig.tca8418 import TCA8418

CFG, INT_STAT, KEY_LCK_EC, KEY_EVENT_A, KP_GPIO1 = 0x01, 0x02, 0x03, 0x04, 0x1D


def write(chip, register, *values):
    assert chip.start(False)
    assert chip.write(bytes([register, *values])) == 1 + len(values)
    chip.stop()


def read(chip, register, count=1):
    chip.start(False)
    chip.write(bytes([register]))
    chip.start(True)
    data = chip.read(count)
    chip.stop()
    return data if count > 1 else data[0]


def keypad(cfg=0x01 | 0x08):
    """Five rows, four columns, key and overflow interrupts on."""
    chip = TCA8418()
    chip.levels = []
    chip.irq = chip.levels.append
    write(chip, CFG, 0x80)
    write(chip, KP_GPIO1, 0x1F, 0x0F, 0x00)
    write(chip, CFG, cfg)
    return chip


def test_nothing_is_a_key_after_power_up():
    chip = TCA8418()
    chip.press(0, 0)
    assert read(chip, KEY_LCK_EC) == 0 and read(chip, INT_STAT) == 0 and chip.ignored == 1


@pytest.mark.parametrize("row, col", [(8, 0), (0, 10), (-1, 0), (0, -1)])
def test_a_key_outside_the_matrix_is_refused(row, col):
    with pytest.raises(ValueError):
        TCA8418().press(row, col)


# the data sheet's example (8.3.1.3): keys 1, 32, 23, 45, 41 press and release
def test_the_data_sheet_s_sequence_of_events():
    chip = TCA8418()
    write(chip, CFG, 0x81)
    write(chip, KP_GPIO1, 0xFF, 0xFF, 0x03)
    for key, pressed in [(1, 1), (32, 1), (1, 0), (32, 0), (23, 1), (23, 0), (45, 1), (41, 1), (41, 0), (45, 0)]:
        (chip.press if pressed else chip.release)(*divmod(key - 1, 10))
    assert read(chip, KEY_LCK_EC) & 0x0F == 10
    write(chip, CFG, 0x01)
    events = read(chip, KEY_EVENT_A, 10)
    assert events == bytes([0x81, 0xA0, 0x01, 0x20, 0x97, 0x17, 0xAD, 0xA9, 0x29, 0x2D])
    assert read(chip, KEY_LCK_EC) == 0 and read(chip, KEY_EVENT_A) == 0


def test_only_configured_rows_and_columns_report():
    chip = keypad()
    chip.press(5, 0)
    chip.press(0, 4)
    chip.press(4, 3)
    chip.release(5, 0)
    assert read(chip, KEY_LCK_EC) == 1 and read(chip, KEY_EVENT_A) == 0x80 | 44
    assert chip.ignored == 2


def test_columns_8_and_9_are_in_the_third_register():
    chip = keypad()
    write(chip, CFG, 0x81)
    write(chip, KP_GPIO1, 0x80, 0x00, 0x02)
    chip.press(7, 9)
    assert read(chip, KEY_EVENT_A) == 0x80 | 80


def test_a_key_held_or_not_held_says_nothing_again():
    chip = keypad()
    chip.press(0, 0)
    chip.press(0, 0)
    chip.release(0, 0)
    chip.release(0, 0)
    assert read(chip, KEY_LCK_EC) == 2


def test_the_interrupt_falls_and_stays_until_the_fifo_is_empty_and_cleared():
    chip = keypad()
    chip.press(1, 1)
    chip.release(1, 1)
    assert chip.levels == [0] and read(chip, INT_STAT) == 0x01
    write(chip, INT_STAT, 0x01)
    assert chip.levels == [0] and read(chip, INT_STAT) == 0x01  # two events wait
    assert read(chip, KEY_EVENT_A) == 0x8C
    assert read(chip, KEY_EVENT_A) == 0x0C
    assert chip.levels == [0]  # empty, but not cleared
    write(chip, INT_STAT, 0x01)
    assert chip.levels == [0, 1] and read(chip, INT_STAT) == 0
    chip.press(1, 1)
    assert chip.levels == [0, 1, 0]


def test_with_int_cfg_the_pin_shows_a_pulse():
    chip = keypad(0x01 | 0x10)
    chip.press(0, 0)
    write(chip, INT_STAT, 0x01)
    assert chip.levels == [0, 1, 0] and read(chip, INT_STAT) == 0x01


def test_without_enable_the_status_is_set_and_the_pin_is_not():
    chip = keypad(0x00)
    chip.press(0, 0)
    assert chip.levels == [] and read(chip, INT_STAT) == 0x01
    write(chip, CFG, 0x01)
    assert chip.levels == [0]
    write(chip, CFG, 0x00)
    assert chip.levels == [0, 1]


def test_overflow_loses_the_new_event_or_the_oldest():
    for mode, first, last in ((0x00, 0x81, 0x05), (0x20, 0x01, 0x86)):
        chip = keypad(0x09 | mode)
        write(chip, CFG, 0x80)
        write(chip, KP_GPIO1, 0xFF, 0xFF)
        write(chip, CFG, 0x08 | mode)  # only the overflow interrupt
        for col in range(5):
            chip.press(0, col)
            chip.release(0, col)
        assert chip.levels == []
        chip.press(0, 5)
        assert read(chip, INT_STAT) == 0x09 and chip.levels == [0] and chip.lost == 1
        events = read(chip, KEY_EVENT_A, 10)
        assert (events[0], events[-1]) == (first, last)
        write(chip, INT_STAT, 0x08)
        assert chip.levels == [0, 1]


def test_auto_increment_is_as_cfg_says():
    chip = keypad()
    write(chip, KP_GPIO1, 0x01, 0x02)  # without AI both go to the same register
    assert read(chip, KP_GPIO1, 2) == b"\x02\x02"
    write(chip, CFG, 0x80)
    write(chip, KP_GPIO1, 0x11, 0x22, 0x03)
    assert read(chip, KP_GPIO1, 3) == b"\x11\x22\x03"


def test_reading_b_to_j_leaves_the_fifo_alone():
    chip = keypad()
    chip.press(0, 0)
    chip.press(0, 1)
    assert read(chip, 0x05) == 0x82 and read(chip, KEY_LCK_EC) == 2


def test_registers_that_cannot_be_written_are_counted():
    chip = keypad()
    write(chip, KEY_EVENT_A, 0x99)
    write(chip, 0x14, 0x99)
    write(chip, 0x60, 0x99)
    assert chip.misplaced == 3 and read(chip, KEY_EVENT_A) == 0 and read(chip, 0x60) == 0


def test_reset_lets_the_pin_go_and_forgets():
    chip = keypad()
    chip.press(0, 0)
    chip.reset()
    assert chip.levels == [0, 1]
    assert read(chip, KEY_LCK_EC) == 0 and read(chip, KP_GPIO1) == 0
    assert chip.start(False) and chip.write(b"\x01") == 1


moves = st.lists(st.tuples(st.booleans(), st.integers(0, 7), st.integers(0, 9)), max_size=60)


@given(moves, st.lists(st.binary(max_size=6), max_size=10))
def test_no_bytes_upset_it_and_the_pin_follows_the_registers(fingers, transactions):
    chip = keypad()
    for pressed, row, col in fingers:
        (chip.press if pressed else chip.release)(row, col)
    for data in transactions:
        chip.start(False)
        assert chip.write(data) == len(data)
        chip.start(True)
        assert len(chip.read(3)) == 3
        chip.stop()
    status, cfg = read(chip, INT_STAT), read(chip, CFG)
    active = (status & 1 and cfg & 1) or (status & 8 and cfg & 8)
    assert (chip.levels or [1])[-1] == (0 if active else 1)
    assert read(chip, KEY_LCK_EC) & 0x0F <= 10
