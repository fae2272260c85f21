"""Updates as their maker signs them, a till's side of them, and raw flash whose power goes: for the tests beside it."""

import struct
from hashlib import sha256

from till.update.choice import chosen, key_of
from till.update.intake import Intake
from till.update.slot import Slot

# A made-up key of 2048 bits, exponent 65537: modulus and private exponent.
MODULUS = int(
    "b70ad2e5e167317e022c3d3dc4e6de404e0c1a7f12808feef86d16ed7aa218ff2dd5c56de4a3e89363c5a251a4a17990"
    "e01a16e9d295ff24d83a7d7c40614ed175711b0e28529f75becf4575733d61476bf5cfb9b1614f57044e6c99214962fe"
    "f476af517ce987c4f409bd8f36f305e8a3306b6033ffdd0eddd57b85a6b3a5458fd41d68d35e975b62494d735c92c359"
    "22c49f1f5502d1a94c6c138e4b870b5f3d39b96858596de46aad9dda790c311a943a7ba81ebf0d4ec96d333239e36ba3"
    "4abe26460b71f67d497775209c05ded15e975c2adde4805f2ac9219546602fd56e06e9442c6672beda5b7c787cbb54bc"
    "3e48a2585a8b33b7b0d9348dab70740b",
    16,
)
PRIVATE = int(
    "44d4c4a6de62a4495abed10ebbcf074f8e29de02dfedc97257280aa1a5e673d8ed9f001d89879b8b654ee9f1a2a37827"
    "e325dc6cf41c24b471bd58f7d2ebe4ac3e6a187ef3e9d1fe009147f0d9338133cee4c246f56d7edcdd89322c4948a3f9"
    "f4eaf695818ffdd6b1e041d0ab9caaa1a7502b68a3553987002369ce41f83712f528abf43dc606cf1efe5414b524409d"
    "891570f4dbe90013f29112b5c7ee1549a174965e961657f307645c0f8421d6dc26101d81dec67dee99028e14c487a0a8"
    "47f4d47e3d095ea4d84278afca8c9cdcf7ad3a79d8b2722dac1037a0b33c794757dce06c1b3442ed04449b1a1e9e5039"
    "19c0f914095a0051d5a41ebfde2d4dc9",
    16,
)
SECRET = bytes(range(32))
BASE, BOARD = "0123456789abcdef", "pico"
SECTOR, SECTORS = 4096, 4
_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


class Off(Exception):
    """The power has gone."""


class Flash:
    """A partition of raw NOR flash. left: operations until the power goes; the last one is torn: how much of it is done
    is given by part, in 256ths."""

    def __init__(self):
        self.image = bytearray(b"\xff" * (SECTORS * SECTOR))
        self.left, self.part = None, 0
        self.count = 0

    def readblocks(self, block, into, offset=0):
        assert 0 <= block < SECTORS and offset + len(into) <= SECTOR
        start = block * SECTOR + offset
        into[:] = self.image[start : start + len(into)]

    def writeblocks(self, block, data, offset=0):
        assert offset % 256 == 0 and len(data) == 256
        start = block * SECTOR + offset
        end = self._spend(len(data))
        for at in range(end):
            self.image[start + at] &= data[at]
        if end < len(data):
            if self.part & 1:
                self.image[start + end] &= data[end] | 0x5A  # of one byte more some bits have fallen
            raise Off()

    def ioctl(self, op, arg):
        if op == 4:
            return SECTORS
        if op == 5:
            return SECTOR
        end = self._spend(SECTOR)
        for at in range(end):
            self.image[arg * SECTOR + at] = 0xFF
        if end < SECTOR:
            raise Off()
        return 0

    def _spend(self, size):
        """How much of an operation is done."""
        self.count += 1
        if self.left is None:
            return size
        self.left -= 1
        if self.left > 0:
            return size
        self.left = None
        return size * self.part >> 8


_signed = {}  # a signature takes a while on the till's own runtime


def signature(data):
    if bytes(data) not in _signed:
        _signed[bytes(data)] = _sign(data)
    return _signed[bytes(data)]


def _sign(data):
    encoded = b"\x00\x01" + b"\xff" * (256 - 3 - 19 - 32) + b"\x00" + _INFO + sha256(data).digest()
    return pow(int.from_bytes(encoded, "big"), PRIVATE, MODULUS).to_bytes(256, "big")


def package(version, body, base=BASE, board=BOARD, **more):
    """(header and signature, body). more: length, digest, signature in place of the right ones."""
    digest = more.get("digest", sha256(body).digest())
    head = struct.pack(">4sBBH", b"TUPD", 1, 0, 256) + struct.pack(">II", version, more.get("length", len(body)))
    name = board.encode()
    head += bytes.fromhex(base) + name + bytes(16 - len(name)) + digest
    return head + more.get("signature", signature(head)), body


class Board:
    """Two slots, and the till that runs from one of them. base_version: of the base image."""

    def __init__(self, base_version="0.1.0"):
        self.flash = [Flash(), Flash()]
        self.base_version = base_version
        self.start()

    def start(self):
        """Chooses as a start does; what is on trial has one trial less."""
        slots = [Slot(flash) for flash in self.flash]
        self.running = chosen(slots, key_of(SECRET), lambda: BASE)
        if self.running is not None and not slots[self.running].is_good():
            slots[self.running].try_once()
        return self.version()

    def version(self):
        from till.update.header import version_of

        if self.running is None:
            return self.base_version
        return version_of(Slot(self.flash[self.running]).header().version)

    def intake(self, modulus=MODULUS):
        public = modulus.to_bytes(256, "big") if modulus else None
        slots = [Slot(flash) for flash in self.flash]
        return Intake(slots, self.running, key_of(SECRET), BOARD, lambda: BASE, self.version(), public)

    def take(self, offered, body, part=480):
        """All of it, as the flow does it. Returns how many bytes were asked for."""
        intake = self.intake()
        intake.offered(offered)
        for _ in intake.begin():
            pass
        first = intake.offset
        while not intake.is_complete():
            for _ in intake.add(body[intake.offset : intake.offset + part]):
                pass
        for _ in intake.accept():
            pass
        return len(body) - first

    def comes_up(self):
        intake = self.intake()
        if intake.confirm():
            intake.found_good()
