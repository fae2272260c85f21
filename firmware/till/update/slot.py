"""One of the two places for an update on raw NOR flash: what is in it, and how far it got.

Sector 0 is the header's: page 0 the header, written once every sector behind it is blank; page 1 the board's own word
that signature and body were right, a CMAC under its secret; pages 2 to 4 a mark for each start on trial; page 5 that
the till has come up with it; page 6 that it has not, and must not be tried again. The body begins in sector 1 and is
mounted where it lies. No page is written twice with other content, so a power cut leaves what was, or what is written
again with the same bytes.
"""

from hashlib import sha256

from micropython import const

from till.keys.cmac import cmac
from till.keys.compare import same
from till.update.header import HEADER_BYTES, parse

PAGE = const(256)
TRIALS = const(3)
_ACCEPTED, _TRIALS, _GOOD, _BAD = const(1), const(2), const(5), const(6)
_MARK = const(16)
_READ = const(1024)
_BLANK = b"\xff" * PAGE


class SlotError(Exception):
    """The flash does not keep what is written. args: none."""


class Slot:
    """device: block device of MicroPython's extended protocol, two or more erase blocks."""

    def __init__(self, device):
        self._device = device
        self._size = device.ioctl(5, 0)
        self.room = (device.ioctl(4, 0) - 1) * self._size

    # ---- what is in it
    def head(self):
        """The 72 bytes, as they are on flash."""
        return self._page(0, HEADER_BYTES)

    def header(self):
        """Header, or None."""
        found = parse(self.head())
        return found if found is not None and found.length <= self.room else None

    def is_accepted(self, key):
        """key: 16 bytes of this board. Whether this board has found signature and body right."""
        return same(self._page(_ACCEPTED, _MARK), cmac(key, self.head()))

    def trials(self):
        """How often the till was started with it before it had come up."""
        return len([n for n in range(TRIALS) if self._page(_TRIALS + n, _MARK) != _BLANK[:_MARK]])

    def is_good(self):
        return not any(self._page(_GOOD, _MARK))

    def is_bad(self):
        return not any(self._page(_BAD, _MARK))

    def has_failed(self, head):
        """Whether the update with this head was tried here, and the till has not come up with it."""
        return self.head() == head and not self.is_good() and (self.is_bad() or self.trials() == TRIALS)

    def is_whole(self):
        """Whether the body is the one of the header."""
        header = self.header()
        if header is None:
            return False
        total = sha256()
        chunk = bytearray(_READ)
        view = memoryview(chunk)
        for at in range(0, header.length, _READ):
            part = view[: min(_READ, header.length - at)]
            self._device.readblocks(1 + at // self._size, part, at % self._size)
            total.update(part)
        return total.digest() == header.digest

    def written(self):
        """Offset in the body of the last page that is not blank: from there on it has to be written again."""
        page = bytearray(PAGE)
        for at in range((self.header().length - 1) // PAGE * PAGE, 0, -PAGE):
            self._device.readblocks(1 + at // self._size, page, at % self._size)
            if page != _BLANK:
                return at
        return 0

    def body(self):
        """The body as a buffer: where it lies, if the board shows its flash as memory, else a copy."""
        length = self.header().length
        if hasattr(self._device, "memory"):
            return self._device.memory()[self._size : self._size + length]
        copy = bytearray(length)
        view = memoryview(copy)
        for at in range(0, length, self._size):
            self._device.readblocks(1 + at // self._size, view[at : at + self._size])
        return copy

    # ---- each of these is one operation on flash
    def clear(self, length):
        """Yields before each erase: first the header's sector, then those of a body of length bytes."""
        for block in range(1 + -(-length // self._size)):
            yield
            self._device.ioctl(6, block)

    def put_head(self, head):
        self._program(0, 0, head)

    def put(self, offset, data):
        """data: at most a page of the body, at a multiple of 256. SlotError where it does not stay."""
        self._program(1 + offset // self._size, offset % self._size, data)

    def accept(self, key):
        self._program(0, _ACCEPTED * PAGE, cmac(key, self.head()))

    def try_once(self):
        self._program(0, (_TRIALS + min(self.trials(), TRIALS - 1)) * PAGE, bytes(_MARK))

    def found_good(self):
        self._program(0, _GOOD * PAGE, bytes(_MARK))

    def found_bad(self):
        self._program(0, _BAD * PAGE, bytes(_MARK))

    def _page(self, number, count):
        into = bytearray(count)
        self._device.readblocks(0, into, number * PAGE)
        return into

    def _program(self, block, offset, data):
        page = bytearray(_BLANK)
        page[: len(data)] = data
        self._device.writeblocks(block, page, offset)
        back = bytearray(PAGE)
        self._device.readblocks(block, back, offset)
        if back != page:
            raise SlotError()
