"""What hangs on the board's buses, and what each operation of docs/bus.md costs: the answer's payload and microseconds.

ValueError for what is no operation of that device; the bus ends the connection with it.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Protocol

from host_sim.rig import bus
from host_sim.rig.nor import Nor
from host_sim.rig.uart import Line

I2C_HZ = 400_000
PROGRAM_US, ERASE_US, READ_US_A_BYTE = 400, 45_000, 1
KEYPAD_PIN, BUZZER_PIN, GREEN_PIN, RED_PIN = range(4)
OUTPUTS = (BUZZER_PIN, GREEN_PIN, RED_PIN)
Answer = tuple[bytes, int]


class Chip(Protocol):
    """A model on I2C."""

    def start(self, read: bool) -> bool: ...
    def write(self, data: bytes) -> int: ...
    def read(self, count: int) -> bytes: ...
    def stop(self) -> None: ...


class I2cPort:
    """chips: by address."""

    def __init__(self, chips: Mapping[int, Chip]):
        self._chips = chips
        self._addressed: Chip | None = None
        self._bytes = 0

    def off(self) -> None:
        self._addressed, self._bytes = None, 0

    def ask(self, message: bus.Message) -> Answer:
        op, payload = message.op, message.payload
        if op == bus.START:
            address, read = payload
            return bytes([self._start(address, bool(read))]), 0
        if op == bus.STOP:
            return b"", self._stop()
        if op == bus.TRANSFER:
            return self._transfer(*struct.unpack_from("<BH", payload), payload[3:])
        if self._addressed is None:
            raise ValueError("no device has acknowledged a start")
        if op == bus.WRITE:
            self._bytes += len(payload)
            return struct.pack("<H", self._addressed.write(payload)), 0
        if op == bus.READ:
            (count,) = struct.unpack("<H", payload)
            self._bytes += count
            return self._addressed.read(count), 0
        raise ValueError("not an operation of I2C")

    def _start(self, address: int, read: bool) -> bool:
        self._bytes += 1
        self._addressed = self._chips.get(address)
        return self._addressed is not None and self._addressed.start(read)

    def _stop(self) -> int:
        cost_us = (self._bytes * 9 + 2) * 1_000_000 // I2C_HZ
        self._bytes = 0
        if self._addressed is not None:
            self._addressed.stop()
        return cost_us

    def _transfer(self, address: int, count: int, data: bytes) -> Answer:
        """From the first START to the STOP: what START, WRITE, START, READ and STOP would do, at the same cost."""
        if count > bus.PAYLOAD_MOST - 3:
            raise ValueError("a transfer reads too much")
        acknowledged, taken, found = True, 0, b""
        if data or not count:
            acknowledged = self._start(address, False)
            if acknowledged and self._addressed is not None and data:
                self._bytes += len(data)
                taken = self._addressed.write(data)
        if count and acknowledged and taken == len(data):
            acknowledged = self._start(address, True)
            if acknowledged and self._addressed is not None:
                self._bytes += count
                found = self._addressed.read(count)
        return struct.pack("<BH", acknowledged, taken) + found, self._stop()


class UartPort:
    def __init__(self, line: Line):
        self._line = line

    def ask(self, message: bus.Message) -> Answer:
        op, payload = message.op, message.payload
        if op == bus.OPEN:
            self._line.open(*struct.unpack("<I", payload))
            return b"\x01", 0
        if op == bus.SEND:
            return struct.pack("<H", self._line.from_till(payload)), 0
        if op == bus.RECEIVE:
            return self._line.take(*struct.unpack("<H", payload)), 0
        if op == bus.CLOSE:
            self._line.off()
            return b"", 0
        raise ValueError("not an operation of a UART")


class Pins:
    """levels: by number. fell(pin): called when an input falls. changed(): called when the till drives an output."""

    def __init__(self, fell: Callable[[int], None], changed: Callable[[], None]):
        self.levels = {KEYPAD_PIN: 1, BUZZER_PIN: 0, GREEN_PIN: 0, RED_PIN: 0}
        self._fell, self._changed = fell, changed

    def off(self) -> None:
        for pin in OUTPUTS:
            self.levels[pin] = 0

    def drive_keypad(self, level: int) -> None:
        """The keypad's interrupt line."""
        fell = self.levels[KEYPAD_PIN] and not level
        self.levels[KEYPAD_PIN] = level
        if fell:
            self._fell(KEYPAD_PIN)

    def ask(self, message: bus.Message) -> Answer:
        if message.op == bus.LEVEL:
            return bytes([self.levels[message.payload[0]]]), 0
        if message.op == bus.DRIVE:
            pin, level = message.payload
            if pin not in OUTPUTS:
                raise ValueError(f"pin {pin} is an input")
            self.levels[pin] = level
            self._changed()
            return b"", 0
        raise ValueError("not an operation of GPIO")


class FlashPort:
    def __init__(self, nor: Nor):
        self._nor = nor

    def ask(self, message: bus.Message) -> Answer:
        op, payload = message.op, message.payload
        if op == bus.FLASH_READ:
            address, count = struct.unpack("<IH", payload)
            if count > bus.PAYLOAD_MOST:
                raise ValueError("a read is at most one sector")
            return self._nor.read(address, count), count * READ_US_A_BYTE
        (address,) = struct.unpack_from("<I", payload)
        if op == bus.PROGRAM:
            self._nor.program(address, payload[4:])
            return b"", PROGRAM_US
        if op == bus.ERASE:
            self._nor.erase(address)
            return b"", ERASE_US
        raise ValueError("not an operation of the flash")


class Console:
    """The board's USB serial port, where it has one. came(): bytes wait for the board; heard(data): it spoke."""

    def __init__(self, came: Callable[[], None]):
        self._came = came
        self.heard: Callable[[bytes], object] = lambda data: None
        self._waiting = bytearray()

    def off(self) -> None:
        self._waiting.clear()

    def say(self, data: bytes) -> None:
        """Types bytes into the board."""
        self._waiting += data
        self._came()

    def ask(self, message: bus.Message) -> Answer:
        if message.op == bus.SEND:
            self.heard(message.payload)
            return struct.pack("<H", len(message.payload)), 0
        if message.op == bus.RECEIVE:
            (most,) = struct.unpack("<H", message.payload)
            data = bytes(self._waiting[:most])
            del self._waiting[:most]
            if self._waiting:
                self._came()
            return data, 0
        raise ValueError("not an operation of the board")
