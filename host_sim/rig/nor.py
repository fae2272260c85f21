"""Serial NOR flash that wears, and that tears when the power goes in the middle of an operation.

Bits only fall by programming (1 -> 0, a page may be programmed again) and only rise by erasing a whole sector.
Source: the command set common to serial NOR (page program, sector erase), as on the W25Q16 of RP2040 boards.

This file runs under MicroPython too: the journal's proof is played there on the same model.
"""

import os

BEFORE, TORN, SCATTERED, AFTER = "before", "torn", "scattered", "after"
ERASED = 0xFF
_UNSTABLE_BYTES = 3


class PowerCut(Exception):
    """The power went at this operation. args: (kind, address)."""


class Nor:
    """size: bytes. random: seeded source of what a torn operation leaves: randrange(n), (a, b), getrandbits(n).
    sector, page: bytes.

    image: the cells. programs, erases, bytes_programmed, bytes_read: what reached the chip. sector_erases: a count for
    each sector. rising: programs that asked for a 1 where the cell holds 0 (the cell stays 0). faults: operations
    refused. operations: a list here collects (kind, address, length) of every operation; None collects nothing.
    history: a list here collects (address, data) of every program, (address, None) of every erase, for apply().

    once: flash with an error-correcting code, or behind encryption: a second program of a page is refused. stuck:
    numbers of sectors that take no program and no erase any more. noisy: a tear leaves bits that read now 1, now 0,
    until they are programmed or erased; unstable: address -> those bits.
    """

    def __init__(self, size: int, random, sector: int = 4096, page: int = 256, once: bool = False):
        if size <= 0 or size % sector or sector % page:
            raise ValueError(f"{size} bytes are not whole sectors of {sector} with pages of {page}")
        self.size, self.sector, self.page = size, sector, page
        self.random = random
        self.once = once
        self.image = bytearray(size)
        for begin in range(0, size, sector):
            self.image[begin : begin + sector] = b"\xff" * sector
        self.programs = self.erases = self.bytes_programmed = self.bytes_read = self.rising = self.faults = 0
        self.sector_erases = [0] * (size // sector)
        self.operations = None
        self.history = None
        self.stuck = ()
        self.noisy = False
        self.unstable = {}
        self.programmed = bytearray(size // page)
        self._cut = None

    def read(self, address: int, count: int) -> bytes:
        """count bytes from address. ValueError outside the chip."""
        self._within(address, count)
        self.bytes_read += count
        if not self.unstable:
            return bytes(self.image[address : address + count])
        seen = bytearray(self.image[address : address + count])
        for at, bits in self.unstable.items():
            if address <= at < address + count:
                seen[at - address] ^= bits & self.random.getrandbits(8)
        return bytes(seen)

    def read_into(self, address: int, into) -> None:
        """The same into a buffer, all of it: without a copy in between while nothing is unstable."""
        count = len(into)
        if self.unstable or address < 0 or address + count > self.size:
            into[:] = self.read(address, count)
            return
        self.bytes_read += count
        into[:] = self.image[address : address + count]

    def program(self, address: int, data: bytes) -> None:
        """ANDs data into the cells of one page. ValueError across pages or outside; PowerCut when one is due."""
        self._within(address, len(data))
        if not data or address % self.page + len(data) > self.page:
            self._fault(f"{len(data)} bytes at {address} are not within one page")
        if self.once and self.programmed[address // self.page]:
            self._fault(f"the page at {address} is programmed already: erase its sector first")
        how = self._due()
        if how == BEFORE:
            raise PowerCut("program", address)
        if self.operations is not None:
            self.operations.append(("program", address, len(data)))
        if self.history is not None:
            self.history.append((address, bytes(data)))
        self.programs += 1
        self.bytes_programmed += len(data)
        self._change(address, data, how or AFTER)
        if how:
            raise PowerCut("program", address)

    def erase(self, address: int) -> None:
        """Raises every bit of the sector at address. ValueError unless address begins a sector; PowerCut when due."""
        self._within(address, self.sector)
        if address % self.sector:
            self._fault(f"{address} does not begin a sector")
        how = self._due()
        if how == BEFORE:
            raise PowerCut("erase", address)
        if self.operations is not None:
            self.operations.append(("erase", address, self.sector))
        if self.history is not None:
            self.history.append((address, None))
        self.erases += 1
        self.sector_erases[address // self.sector] += 1
        self._change(address, None, how or AFTER)
        if how:
            raise PowerCut("erase", address)

    def apply(self, operation, how: str = AFTER) -> None:
        """One operation of a history, on these cells, whole or torn; nothing is counted."""
        if how != BEFORE:
            self._change(operation[0], operation[1], how)

    def flip(self, address: int, bits: int) -> None:
        """Turns bits of one cell over: what radiation, heat and years do."""
        self._within(address, 1)
        self.image[address] ^= bits & 0xFF

    def snapshot(self):
        """The cells and what is unstable, for restore()."""
        return bytes(self.image), bytes(self.programmed), dict(self.unstable)

    def restore(self, kept) -> None:
        """The cells as they were at snapshot()."""
        self.image[:] = kept[0]
        self.programmed[:] = kept[1]
        self.unstable = dict(kept[2])

    def cut(self, after: int, how: str) -> None:
        """Cuts the power at the after-th program or erase from now (1: the next): "before" it, in the middle of it
        ("torn" from the front on, "scattered" anywhere), or right "after" it. One cut at a time; 0 takes a planned one
        back."""
        if how not in (BEFORE, TORN, SCATTERED, AFTER) or after < 0:
            raise ValueError(f"a cut is before, torn or after the n-th operation, not {how} the {after}-th")
        self._cut = (after, how) if after else None

    def save(self, path) -> None:
        """Writes the cells to a file, whole or not at all."""
        beside = str(path) + ".part"
        with open(beside, "wb") as file:
            file.write(self.image)
        os.rename(beside, str(path))

    def load(self, path) -> None:
        """Takes the cells from a file that save() wrote. ValueError when it is of another size."""
        with open(str(path), "rb") as file:
            image = file.read()
        if len(image) != self.size:
            raise ValueError(f"{path} holds {len(image)} bytes, this flash {self.size}: use the file of this board")
        self.image[:] = image

    def _within(self, address: int, count: int) -> None:
        if address < 0 or count < 0 or address + count > self.size:
            self._fault(f"{count} bytes at {address} are outside {self.size} bytes")

    def _fault(self, reason: str) -> None:
        self.faults += 1
        raise ValueError(reason)

    def _change(self, address, data, how) -> None:
        if address // self.sector in self.stuck:
            return
        if data is None:
            begin = address // self.page
            for page in range(begin, begin + self.sector // self.page):
                self.programmed[page] = 0
            self._settled(address, self.sector)
        else:
            self.programmed[address // self.page] = 1
        if how == AFTER:
            if data is None:
                self._rise(address)
            else:
                self._fall(address, data, True)
        elif data is None:
            self._torn_erase(address, how)
        elif how == TORN:
            self._torn_program(address, data)
        else:
            self._scattered_program(address, data)

    def _due(self) -> str:
        if self._cut is None:
            return ""
        left, how = self._cut
        self._cut = (left - 1, how) if left > 1 else None
        return how if left == 1 else ""

    def _settled(self, address, count) -> None:
        for at in list(self.unstable) if self.unstable else ():
            if address <= at < address + count:
                del self.unstable[at]

    def _fall(self, address, data, count_rising=False) -> None:
        end = address + len(data)
        old = int.from_bytes(self.image[address:end], "big")
        new = int.from_bytes(data, "big")
        if count_rising and new & ~old:
            self.rising += 1
        self.image[address:end] = (old & new).to_bytes(len(data), "big")
        for at in list(self.unstable) if self.unstable else ():
            if address <= at < end:
                self.unstable[at] &= data[at - address]  # what is programmed to 0 is firm

    def _rise(self, address) -> None:
        self.image[address : address + self.sector] = b"\xff" * self.sector

    def _torn_program(self, address, data) -> None:
        """A prefix is done; of the next byte that changes only some of the bits that should fall have fallen."""
        changing = [at for at in range(len(data)) if data[at] != ERASED] or [0]
        done = changing[self.random.randrange(len(changing))]
        if done:
            self._fall(address, data[:done])
        self._half(address + done, data[done])
        if self.noisy:
            for at in range(done, min(done + _UNSTABLE_BYTES, len(data))):
                self._weaken(address + at, data[at])

    def _scattered_program(self, address, data) -> None:
        """Some of the bits that should fall have fallen, anywhere."""
        for at in range(len(data)):
            if data[at] != ERASED:
                self._half(address + at, data[at])
                if self.noisy and not self.random.randrange(4):
                    self._weaken(address + at, data[at])

    def _half(self, address, byte) -> None:
        self._fall(address, bytes((byte | self.random.getrandbits(8),)))

    def _weaken(self, address, byte) -> None:
        """Bits on their way from 1 to 0 that read as either: they are still among those that are 1."""
        bits = self.image[address] & ~byte & self.random.getrandbits(8) & 0xFF
        if bits:
            self.unstable[address] = bits

    def _torn_erase(self, address, how) -> None:
        """Somewhere in the sector bits have risen, as many as the erase had time for. Scattered: chips program all to 0
        first, and then a stretch may have risen whole."""
        begin = self.random.randrange(self.sector)
        if how == SCATTERED and not self.random.randrange(3):
            begin = 0
        end = self.random.randrange(begin, self.sector) + 1
        cells = address + begin
        count = end - begin
        if how == SCATTERED:
            self.image[cells : cells + count] = (b"\x00" if self.random.randrange(2) else b"\xff") * count
        else:
            keep = 0
            for _ in range(self.random.randrange(1, 4)):
                keep |= self.random.getrandbits(8 * count)
            old = int.from_bytes(self.image[cells : cells + count], "big")
            self.image[cells : cells + count] = (old | keep).to_bytes(count, "big")
        if self.noisy:
            for _ in range(8):
                self.unstable[address + self.random.randrange(self.sector)] = self.random.getrandbits(8)
