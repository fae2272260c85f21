"""The laptop: MicroPython's unix port, with every device on the bus of docs/bus.md.

The only file that knows the bus. start: `micropython main.py HOST:PORT`.
"""

import gc
import os
import socket
import struct
import sys
from binascii import hexlify
from hashlib import sha256

from micropython import const

from till.devices import Devices
from till.drivers.ccid import ContactReader
from till.drivers.clock import Clock, Signal
from till.drivers.escpos import EscPos
from till.drivers.lines import LinePort
from till.drivers.pn532 import PN532
from till.drivers.scanner import Scanner
from till.drivers.ssd1306 import SSD1306
from till.drivers.stripe import StripeHead
from till.drivers.tca8418 import TCA8418

_VERSION = const(2)
_HELLO, _WAIT, _ENTROPY, _FUSES, _NOTE, _POWER = const(1), const(2), const(3), const(4), const(5), const(6)
_TRANSFER = const(0x14)
_OPEN, _SEND, _RECEIVE, _CLOSE = const(0x20), const(0x21), const(0x22), const(0x23)
_DRIVE = const(0x31)
_FLASH_READ, _PROGRAM, _ERASE = const(0x40), const(0x41), const(0x42)
_BOARD, _I2C, _NFC, _PRINTER = const(0), const(1), const(2), const(3)
_FLASH, _GPIO, _LINK = const(4), const(5), const(6)
_CONTACT, _LINES = const(7), const(8)
_HEADER = "<BBHHQ"
_HEADER_BYTES = const(14)
_FOREVER = 0xFFFFFFFFFFFFFFFF
_ANSWER = const(0x80)

KEYPAD_PIN, BUZZER_PIN, GREEN_PIN, RED_PIN = 0, 1, 2, 3
KEYMAP = (
    ("1", "2", "3", "cancel"),
    ("4", "5", "6", "clear"),
    ("7", "8", "9", "menu"),
    ("00", "0", "up", "confirm"),
    ("down",),
)
PARTITIONS = {
    "settings": (0, 2),
    "journal": (2, 128),
    "parameters": (130, 8),
    "crash": (138, 1),
    "update-a": (139, 52),
    "update-b": (191, 52),
}  # first sector, sectors; fmt: skip
SECTOR = const(4096)
PAGE = const(256)
_FOLDER = const(0x4000)
_HERE = __file__.rsplit("/", 2)[0] if __file__.count("/") > 1 else "."
_OWN = ("boards.unix", "boards.which")
_DEPTH_MOST = const(4)


def early(argument):
    """The devices that work before the till is loaded, and what gives the board then: here it is the same."""
    board = Board(argument)
    return board.devices, lambda: board


def base():
    """Identity of the sources that this till runs from, 16 hex digits: what the base image's is to a board. For each
    module, by name, 4 bytes of the SHA-256 of its name and 4 of that of its source; then the SHA-256 over all of it."""
    names = [name for name in _modules("", 0) if name != "manifest"]
    total, chunk = sha256(), bytearray(SECTOR)
    for name in sorted(names + _modules("till.", _DEPTH_MOST) + list(_OWN)):
        path = "%s/%s.py" % (_HERE, name.replace(".", "/"))
        total.update(sha256(name.encode()).digest()[:4] + _digest(path, chunk)[:4])
    return hexlify(total.digest()).decode()[:16]


def _digest(path, chunk):
    found, view = sha256(), memoryview(chunk)
    with open(path, "rb") as file:
        count = file.readinto(chunk)
        while count:
            found.update(view[:count])
            count = file.readinto(chunk)
    return found.digest()


def _modules(package, depth):
    """Names of the modules of a package, "" or with a dot at its end, and of packages in it."""
    found = []
    for entry in os.ilistdir(_HERE + "/" + package.replace(".", "/")):
        if entry[1] == _FOLDER:
            found += _modules(package + entry[0] + ".", depth - 1) if depth else []
        elif entry[0].endswith(".py"):
            found.append(package + entry[0][:-3])
    return found


class Bus:
    """One question at a time; the till's clock is what the last answer said."""

    def __init__(self, address):
        host, port = address.split(":")
        self._stream = socket.socket()
        self._stream.connect(socket.getaddrinfo(host, int(port))[0][-1])
        self._header = bytearray(_HEADER_BYTES)
        self._seq = 0
        self.now_us = 0
        self.heap_peak = 0

    def _read(self, buffer):
        view = memoryview(buffer)
        got = 0
        while got < len(buffer):
            count = self._stream.readinto(view[got:])
            if not count:
                sys.exit(0)  # the stream's end is the end of power
            got += count
        return buffer

    def ask(self, op, device, payload=b""):
        """The answer's payload. Leaves the program when the power has gone."""
        if not self._seq & 15:  # to look takes a walk over the whole heap
            self.heap_peak = max(self.heap_peak, gc.mem_alloc())
        self._seq = self._seq % 65535 + 1
        header = self._header
        struct.pack_into(_HEADER, header, 0, op, device, self._seq, len(payload), self.now_us)
        self._stream.write(header + payload)  # one segment: two would wait for each other's acknowledgement
        self._read(header)
        answered, _, seq, length, self.now_us = struct.unpack(_HEADER, header)
        answer = self._read(bytearray(length)) if length else b""
        if answered != op | _ANSWER or seq != self._seq:
            raise OSError("bus: " + bytes(answer).decode())
        return answer


class I2C:
    def __init__(self, bus):
        self._bus = bus

    def _transfer(self, address, data, count):
        """From START to STOP in one question: the single operations would take a round trip each."""
        answer = self._bus.ask(_TRANSFER, _I2C, struct.pack("<BH", address, count) + bytes(data))
        acknowledged, taken = struct.unpack_from("<BH", answer)
        if not acknowledged:
            raise OSError(19)  # ENODEV: nobody acknowledged
        if taken != len(data):
            raise OSError(5)  # EIO: not all was acknowledged
        return memoryview(answer)[3:]

    def writeto(self, address, data):
        self._transfer(address, data, 0)

    def readfrom_into(self, address, into):
        into[:] = self._transfer(address, b"", len(into))

    def writeto_then_readfrom_into(self, address, data, into):
        into[:] = self._transfer(address, data, len(into))


class Exchanges:
    """How many UART exchanges are open. over is set while there is none: then flash may be written."""

    def __init__(self):
        self.open = 0
        self.over = Signal()
        self.over.set()


class Uart:
    """One line. begin() and end() bracket an exchange: no flash operation may come between."""

    def __init__(self, bus, device, baud, exchanges):
        self._bus, self._device, self.baud, self._exchanges = bus, device, baud, exchanges
        self.received = Signal()
        bus.ask(_OPEN, device, struct.pack("<I", baud))
        self._kept = b""

    def begin(self):
        self._exchanges.open += 1
        self._exchanges.over.clear()

    def end(self):
        self._exchanges.open -= 1
        if not self._exchanges.open:
            self._exchanges.over.set()

    def write(self, data):
        return struct.unpack("<H", self._bus.ask(_SEND, self._device, data))[0]

    def _fill(self):
        if not self._kept:
            self._kept = memoryview(self._bus.ask(_RECEIVE, self._device, struct.pack("<H", 1024)))

    def any(self):
        self._fill()
        return len(self._kept)

    def readinto(self, into):
        self._fill()
        count = min(len(into), len(self._kept))
        into[:count] = self._kept[:count]
        self._kept = self._kept[count:] if count < len(self._kept) else b""
        return count


class Link:
    """The stream to the host."""

    def __init__(self, bus):
        self._bus = bus
        self.received = Signal()
        self.closed = Signal()
        self._open = False
        self._kept = b""

    def open(self):
        self._kept = b""
        self.received.clear()
        self.closed.clear()
        self._open = self._bus.ask(_OPEN, _LINK)[0] == 1
        return self._open

    def is_open(self):
        return self._open

    def peer_closed(self):
        self._open = False
        self.received.set()
        self.closed.set()

    def close(self):
        self._open = False
        self._kept = b""
        self._bus.ask(_CLOSE, _LINK)

    def write(self, data):
        return struct.unpack("<H", self._bus.ask(_SEND, _LINK, data))[0]

    def any(self):
        if not self._kept:
            self._kept = memoryview(self._bus.ask(_RECEIVE, _LINK, struct.pack("<H", 1024)))
        return len(self._kept)

    def readinto(self, into):
        count = min(len(into), self.any())
        into[:count] = self._kept[:count]
        self._kept = self._kept[count:] if count < len(self._kept) else b""
        return count


class Flash:
    """A partition, as MicroPython's extended block device (offset form, bits only fall)."""

    def __init__(self, bus, first, count, exchanges):
        self._bus, self._first, self._count, self._exchanges = bus, first, count, exchanges

    def _address(self, block, offset, length):
        if not 0 <= block < self._count or offset + length > SECTOR:
            raise OSError(22)
        return (self._first + block) * SECTOR + offset

    def _no_exchange(self):
        assert not self._exchanges.open, "flash is written while a UART exchange is open"

    def readblocks(self, block, into, offset=0):
        address = self._address(block, offset, len(into))
        into[:] = self._bus.ask(_FLASH_READ, _FLASH, struct.pack("<IH", address, len(into)))

    def writeblocks(self, block, data, offset=0):
        self._no_exchange()
        address = self._address(block, offset, len(data))
        self._bus.ask(_PROGRAM, _FLASH, struct.pack("<I", address) + bytes(data))

    def ioctl(self, op, arg):
        if op == 4:
            return self._count
        if op == 5:
            return SECTOR
        if op == 6:
            self._no_exchange()
            self._bus.ask(_ERASE, _FLASH, struct.pack("<I", self._address(arg, 0, 0)))
        return 0


class Pin:
    def __init__(self, bus, number):
        self._bus, self._number = bus, number

    def drive(self, level):
        self._bus.ask(_DRIVE, _GPIO, bytes((self._number, level)))


class Board:
    """Opens the bus and hands out the devices."""

    name = "unix"
    partitions = PARTITIONS

    def __init__(self, address):
        self._bus = bus = Bus(address)
        bus.ask(_HELLO, _BOARD, bytes((_VERSION,)) + b"unix")
        self._noted = 0
        gc.collect()
        i2c = I2C(bus)
        self._key_down = Signal()
        self._exchanges = Exchanges()
        self._nfc = Uart(bus, _NFC, 115200, self._exchanges)
        self._printer = Uart(bus, _PRINTER, 115200, self._exchanges)
        self._contact = Uart(bus, _CONTACT, 115200, self._exchanges)
        self._lines = Uart(bus, _LINES, 9600, self._exchanges)
        self._link = Link(bus)
        self._rested_us = 0
        clock = Clock(self._now_ms, self._sleep)
        lines = LinePort(self._lines, clock)
        self.devices = Devices(
            clock=clock,
            entropy=self._entropy,
            secret=bytes(bus.ask(_FUSES, _BOARD)),
            display=SSD1306(i2c),
            keypad=TCA8418(i2c, self._key_down, KEYMAP),
            nfc=PN532(self._nfc, clock),
            contact=ContactReader(self._contact, clock),
            stripe=StripeHead(lines),
            scanner=Scanner(lines),
            printer=EscPos(self._printer, clock),
            link=self._link,
            flash=self.flash,
            wifi=None,
            date=None,
            has=("tls",),
            exchange_over=self._exchanges.over,
            buzzer=Pin(bus, BUZZER_PIN),
            green=Pin(bus, GREEN_PIN),
            red=Pin(bus, RED_PIN),
            reset=self._reset,
            note=self.note,
        )

    def flash(self, partition):
        if partition not in self.partitions:
            return None
        first, count = self.partitions[partition]
        return Flash(self._bus, first, count, self._exchanges)

    def note(self, name, value):
        self._bus.ask(_NOTE, _BOARD, ("%s=%s" % (name, value)).encode())

    def _entropy(self, count):
        return bytes(self._bus.ask(_ENTROPY, _BOARD, struct.pack("<H", count)))

    def _reset(self):
        self._bus.ask(_POWER, _BOARD, b"\x01")

    def _now_ms(self):
        """Computing takes no time here, nor does what it asks of the bus."""
        return self._rested_us // 1000

    def _sleep(self, until_ms):
        bus = self._bus
        if bus.heap_peak > self._noted + 512:
            self._noted = bus.heap_peak
            self.note("heap_peak", self._noted)
        until_us = _FOREVER if until_ms is None else until_ms * 1000
        happened = bus.ask(_WAIT, _BOARD, struct.pack("<Q", until_us))
        self._rested_us = bus.now_us
        for at in range(0, len(happened), 2):
            device, detail = happened[at], happened[at + 1]
            if device == _NFC:
                self._nfc.received.set()
            elif device == _CONTACT:
                self._contact.received.set()
            elif device == _LINES:
                self._lines.received.set()
            elif device == _PRINTER:
                self._printer.received.set()
            elif device == _GPIO:
                self._key_down.set()
            elif device == _LINK:
                if detail:
                    self._link.peer_closed()
                self._link.received.set()
