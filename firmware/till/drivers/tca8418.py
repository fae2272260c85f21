"""TCA8418 keypad scanner on I2C. Source: Texas Instruments SCPS222, feature description and register maps."""

from micropython import const

_CFG = const(0x01)
_INT_STAT = const(0x02)
_KEY_LCK_EC = const(0x03)
_KEY_EVENT_A = const(0x04)
_KP_GPIO1 = const(0x1D)

_KE_IEN = const(0x01)  # an interrupt for each key event
_OVR_FLOW_IEN = const(0x08)  # and for events that were lost
_INT_CFG = const(0x10)  # an interrupt still pending when cleared falls again: an edge is never missed
_K_INT = const(0x01)
_OVR_FLOW_INT = const(0x08)
_PRESSED = const(0x80)

_ROWS = const(8)
_COLUMNS = const(10)
_FIFO = const(10)
_RACES = const(4)  # a key that falls into the moment of clearing is looked for again, so often at most


class TCA8418:
    """Up to 8x10 keys, debounced and queued by the chip.

    i2c: has writeto(address, buffer) and writeto_then_readfrom_into(address, out, into); its OSError on a keypad
    that does not answer passes through.
    irq_signal: set at a falling edge of the chip's INT pin. It is `pressed`: it stays set while keys may be waiting.
    keymap: rows of key names from ROW0, COL0 on, None where there is no key.
    overflows counts lost bursts, unknown counts events of keys that the keymap does not name.
    """

    def __init__(self, i2c, irq_signal, keymap, address=0x34):
        width = max(len(row) for row in keymap)
        if len(keymap) > _ROWS or width > _COLUMNS:
            raise ValueError("keymap: at most %d rows of %d keys" % (_ROWS, _COLUMNS))
        self.pressed = irq_signal
        self.overflows = 0
        self.unknown = 0
        self._i2c = i2c
        self._address = address
        self._keymap = keymap
        self._register = bytearray(1)
        self._value = bytearray(1)
        self._pair = bytearray(2)
        columns = (1 << width) - 1
        self._write(_CFG, 0)  # no interrupt while the matrix changes
        self._write(_KP_GPIO1, (1 << len(keymap)) - 1)
        self._write(_KP_GPIO1 + 1, columns & 0xFF)
        self._write(_KP_GPIO1 + 2, columns >> 8)
        for _ in range(_FIFO):  # what was pressed before the till ran is nobody's answer
            if not self._read(_KEY_EVENT_A):
                break
        self._write(_INT_STAT, _K_INT | _OVR_FLOW_INT)
        self.pressed.clear()
        self._write(_CFG, _INT_CFG | _OVR_FLOW_IEN | _KE_IEN)

    def read(self):
        """The name of the next key pressed, or None when the chip has no more. Call until None, then wait on pressed.

        Releases are skipped. Each call takes events off the chip's FIFO up to the next press; the empty FIFO
        clears the interrupt (the data sheet's order: K_INT can be cleared only when no event is left).
        """
        for _ in range(_RACES):
            for _ in range(_FIFO + 1):
                event = self._read(_KEY_EVENT_A)
                if not event:
                    break
                if event & _PRESSED:
                    name = self._name(event & 0x7F)
                    if name is not None:
                        return name
            self.pressed.clear()
            status = self._read(_INT_STAT)
            if status & _OVR_FLOW_INT:
                self.overflows += 1
            self._write(_INT_STAT, status)
            if not self._read(_KEY_LCK_EC) & 0x0F:
                return None
        self.pressed.set()  # events as fast as they are read: let the others run, and come back
        return None

    def _name(self, number):
        """Keys count from 1, ten to a row (key event table); 97 and above are pins, not keys."""
        row, column = divmod(number - 1, _COLUMNS)
        if 0 <= row < len(self._keymap) and column < len(self._keymap[row]):
            name = self._keymap[row][column]
            if name is not None:
                return name
        self.unknown += 1
        return None

    def _read(self, register):
        self._register[0] = register
        self._i2c.writeto_then_readfrom_into(self._address, self._register, self._value)
        return self._value[0]

    def _write(self, register, value):
        self._pair[0] = register
        self._pair[1] = value
        self._i2c.writeto(self._address, self._pair)
