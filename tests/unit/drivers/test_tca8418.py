"""TCA8418: registers, FIFO, interrupt, overflow. Source: TI SCPS222, key event table and register maps."""

from checks import raises
from drivers.fakes import FakeSignal
from till.drivers.tca8418 import TCA8418

KEYMAP = (
    ("1", "2", "3", "cancel"),
    ("4", "5", "6", "clear"),
    ("7", "8", "9", "menu"),
    ("00", "0", None, "confirm"),
)


class Registers:
    """The chip as the bus sees it: a FIFO of ten events behind KEY_EVENT_A, K_INT and OVR_FLOW_INT write-1-to-clear."""

    def __init__(self, signal):
        self.registers = bytearray(0x2F)
        self.fifo = []
        self.signal = signal
        self.addresses = []
        self.after_read = None

    def event(self, value):
        if len(self.fifo) == 10:
            self.registers[0x02] |= 0x08
        else:
            self.fifo.append(value)
        self.registers[0x02] |= 0x01
        if self.registers[0x01] & 0x01:
            self.signal.set()

    def writeto(self, address, buffer):
        self.addresses.append(address)
        register, value = buffer
        if register == 0x02:
            self.registers[2] &= ~value & 0xFF
            if self.fifo:
                self.registers[2] |= 0x01
        else:
            self.registers[register] = value

    def writeto_then_readfrom_into(self, address, out, into):
        self.addresses.append(address)
        if out[0] == 0x04:
            into[0] = self.fifo.pop(0) if self.fifo else 0
        elif out[0] == 0x03:
            into[0] = len(self.fifo)
        else:
            into[0] = self.registers[out[0]]
        if self.after_read:
            self.after_read(out[0])


def made():
    signal = FakeSignal()
    chip = Registers(signal)
    return TCA8418(chip, signal, KEYMAP), chip


def press(chip, row, column):
    chip.event(0x80 | (row * 10 + column + 1))
    chip.event(row * 10 + column + 1)


def test_only_the_keymap_is_a_matrix_and_interrupts_are_on():
    keypad, chip = made()
    assert bytes(chip.registers[0x1D:0x20]) == b"\x0f\x0f\x00"
    assert chip.registers[0x01] == 0x19  # INT_CFG, OVR_FLOW_IEN, KE_IEN
    assert all(address == 0x34 for address in chip.addresses)
    assert not keypad.pressed.is_set()


def test_ten_columns_reach_the_third_register():
    signal = FakeSignal()
    chip = Registers(signal)
    TCA8418(chip, signal, (tuple("0123456789"),) * 8)
    assert bytes(chip.registers[0x1D:0x20]) == b"\xff\xff\x03"


def test_a_keymap_that_the_chip_has_no_pins_for():
    raises(ValueError, TCA8418, Registers(FakeSignal()), FakeSignal(), (("1",),) * 9)
    raises(ValueError, TCA8418, Registers(FakeSignal()), FakeSignal(), (tuple("0123456789A"),))


def test_key_numbers_count_ten_to_a_row():
    keypad, chip = made()
    for row in range(4):
        for column in range(4):
            if KEYMAP[row][column] is None:
                continue
            press(chip, row, column)
            assert keypad.pressed.is_set()
            assert keypad.read() == KEYMAP[row][column]
            assert keypad.read() is None
            assert not keypad.pressed.is_set()
            assert chip.registers[0x02] == 0


def test_presses_come_in_order_and_pressed_stays_set_between_them():
    keypad, chip = made()
    for row, column in ((0, 0), (3, 1), (3, 0), (3, 3)):
        press(chip, row, column)
    read = []
    while keypad.pressed.is_set():
        name = keypad.read()
        if name is None:
            break
        read.append(name)
    assert read == ["1", "0", "00", "confirm"]
    assert not keypad.pressed.is_set()


def test_releases_alone_are_no_key():
    keypad, chip = made()
    chip.event(0x01)
    assert keypad.read() is None
    assert keypad.unknown == 0


def test_overflow_is_counted_and_the_chip_goes_on():
    keypad, chip = made()
    for _ in range(8):
        press(chip, 1, 1)
    names = [keypad.read() for _ in range(6)]
    assert names == ["5"] * 5 + [None]
    assert keypad.overflows == 1
    press(chip, 0, 0)
    assert keypad.read() == "1"
    assert keypad.read() is None
    assert keypad.overflows == 1


def test_keys_without_a_name_are_counted():
    keypad, chip = made()
    press(chip, 3, 2)  # None in the keymap
    chip.event(0x80 | 80)
    chip.event(0x80 | 97)  # a pin
    press(chip, 0, 0)
    assert keypad.read() == "1"
    assert keypad.unknown == 3


def test_a_key_that_falls_into_the_clearing_is_not_lost():
    keypad, chip = made()

    def late(register):
        if register == 0x02:
            chip.after_read = None
            press(chip, 2, 2)

    press(chip, 0, 0)
    assert keypad.read() == "1"
    chip.after_read = late
    assert keypad.read() == "9"
    assert keypad.read() is None
    assert not keypad.pressed.is_set()


def test_events_without_end_give_the_others_their_turn():
    keypad, chip = made()
    chip.after_read = lambda register: chip.event(0x01)  # a key that only ever bounces off
    chip.event(0x01)
    assert keypad.read() is None
    assert keypad.pressed.is_set()


def test_what_was_pressed_before_the_start_is_dropped():
    signal = FakeSignal()
    chip = Registers(signal)
    press(chip, 0, 0)
    keypad = TCA8418(chip, signal, KEYMAP)
    assert keypad.read() is None
    assert keypad.overflows == 0


def test_a_keypad_that_does_not_answer_is_the_caller_s_to_report():
    class Nobody:
        def writeto(self, address, buffer):
            raise OSError(5)

    assert raises(OSError, TCA8418, Nobody(), FakeSignal(), KEYMAP).args[0] == 5
