"""TCA8418: an 8 by 10 keypad controller on I2C with a ten-deep event FIFO and an interrupt.

Source: Texas Instruments SCPS222 (TCA8418), 8.3 (FIFO, overflow), 8.6 (registers). Its GPIO side and its keypad lock
are registers only: no pin is read or driven, no key sequence unlocks.
"""

from collections.abc import Callable

ROWS, COLUMNS, FIFO_DEPTH = 8, 10, 10

CFG, INT_STAT, KEY_LCK_EC, KEY_EVENT_A, KEY_EVENT_J = 0x01, 0x02, 0x03, 0x04, 0x0D
GPIO_INT_STAT, GPIO_DAT_STAT, KP_GPIO1, KP_GPIO2, KP_GPIO3, LAST = 0x11, 0x14, 0x1D, 0x1E, 0x1F, 0x2E

AI, OVR_FLOW_M, INT_CFG, OVR_FLOW_IEN, KE_IEN = 0x80, 0x20, 0x10, 0x08, 0x01  # bits of CFG
OVR_FLOW_INT, K_INT = 0x08, 0x01  # bits of INT_STAT
PRESSED = 0x80


class TCA8418:
    """address: 34, the only one.

    irq: called with the level of the INT pin (open drain, low is active) when it changes. events: keys that the matrix
    reported. lost: events that found the FIFO full. ignored: presses on rows or columns that are no keypad.
    misplaced: bytes written to registers that cannot be written.
    """

    def __init__(self, address: int = 0x34):
        self.address = address
        self.irq: Callable[[int], object] = lambda level: None
        self.events = self.lost = self.ignored = self.misplaced = 0
        self._level = 1
        self._registers = bytearray(LAST + 1)
        self._fifo: list[int] = []
        self._down: set[int] = set()
        self.reset()

    def reset(self) -> None:
        """As after power-up: no keypad configured, no interrupt enabled, nothing pending, nothing pressed."""
        self._registers = bytearray(LAST + 1)
        self._fifo.clear()
        self._down.clear()
        self._pointer, self._addressing = 0, True
        self._drive()

    # ---- fingers
    def press(self, row: int, col: int) -> None:
        """Closes one key. ValueError outside the matrix. A key that is down already stays down."""
        self._move(row, col, PRESSED)

    def release(self, row: int, col: int) -> None:
        """Opens one key. ValueError outside the matrix. A key that is not down says nothing."""
        self._move(row, col, 0)

    def _move(self, row: int, col: int, pressed: int) -> None:
        if not (0 <= row < ROWS and 0 <= col < COLUMNS):
            raise ValueError(f"no key at row {row}, column {col}: the matrix is {ROWS} by {COLUMNS}")
        key = row * COLUMNS + col + 1  # table 1: 1 is row 0, column 0
        columns = self._registers[KP_GPIO3] << 8 | self._registers[KP_GPIO2]
        if not (self._registers[KP_GPIO1] >> row & 1 and columns >> col & 1):
            self._down.discard(key)
            self.ignored += bool(pressed)
            return
        if bool(pressed) == (key in self._down):
            return
        self._down ^= {key}
        self.events += 1
        self._push(pressed | key)

    def _push(self, event: int) -> None:
        if len(self._fifo) == FIFO_DEPTH:
            self.lost += 1
            self._registers[INT_STAT] |= OVR_FLOW_INT
            if self._registers[CFG] & OVR_FLOW_M:
                self._fifo = [*self._fifo[1:], event]
        else:
            self._fifo.append(event)
        self._registers[INT_STAT] |= K_INT
        self._drive()

    def _drive(self) -> None:
        status, enabled = self._registers[INT_STAT], self._registers[CFG]
        active = status & K_INT and enabled & KE_IEN or status & OVR_FLOW_INT and enabled & OVR_FLOW_IEN
        level = 0 if active else 1
        if level != self._level:
            self._level = level
            self.irq(level)

    # ---- I2C
    def start(self, read: bool) -> bool:
        self._addressing = not read
        return True

    def write(self, data: bytes) -> int:
        """The register's address, then bytes for it and, with AI, for those that follow."""
        for byte in data:
            if self._addressing:
                self._pointer, self._addressing = byte, False
            else:
                self._put(self._pointer, byte)
                self._advance()
        return len(data)

    def read(self, count: int) -> bytes:
        out = bytearray()
        for _ in range(count):
            out.append(self._get(self._pointer))
            self._advance()
        return bytes(out)

    def stop(self) -> None:
        self._addressing = True

    def _advance(self) -> None:
        if self._registers[CFG] & AI:
            self._pointer = self._pointer + 1 & 0xFF

    # ---- registers
    def _get(self, register: int) -> int:
        if register == KEY_LCK_EC:
            return self._registers[KEY_LCK_EC] & 0x70 | len(self._fifo)
        if register == KEY_EVENT_A:
            return self._fifo.pop(0) if self._fifo else 0  # only A moves the FIFO (8.6.2.4)
        if KEY_EVENT_A < register <= KEY_EVENT_J:
            at = register - KEY_EVENT_A
            return self._fifo[at] if at < len(self._fifo) else 0
        return self._registers[register] if register <= LAST else 0

    def _put(self, register: int, value: int) -> None:
        if register == INT_STAT:
            self._clear(value)
        elif (
            register in (0, *range(KEY_EVENT_A, KEY_EVENT_J + 1), *range(GPIO_INT_STAT, GPIO_DAT_STAT + 3))
            or register > LAST
        ):
            self.misplaced += 1
        else:
            self._registers[register] = value
            if register == CFG:
                self._drive()

    def _clear(self, value: int) -> None:
        """1 clears. With events still in the FIFO K_INT stays; INT_CFG says whether the pin shows a pulse."""
        self._registers[INT_STAT] &= ~value & 0xFF
        if value & K_INT and self._fifo:
            if self._registers[CFG] & INT_CFG:
                self._drive()  # released for 50 us, which is nothing here, and asserted again
            self._registers[INT_STAT] |= K_INT
        self._drive()
