"""Serial NOR flash that wears, and that tears when the power goes in the middle of an operation.

Bits only fall by programming (1 -> 0, a page may be programmed again) and only rise by erasing a whole sector.
Source: the command set common to serial NOR (page program, sector erase), as on the W25Q16 of RP2040 boards.
"""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

BEFORE, TORN, AFTER = "before", "torn", "after"
ERASED = 0xFF


class PowerCut(Exception):
    """The power went at this operation. args: (kind, address)."""


class Nor:
    """size: bytes. random: seeded source of what a torn operation leaves. sector, page: bytes.

    image: the cells. programs, erases, bytes_programmed: operations that reached the chip. sector_erases: a count for
    each sector. rising: programs that asked for a 1 where the cell holds 0 (the cell stays 0). faults: operations
    refused. operations: a list here collects (kind, address, length) of every operation; None collects nothing.
    """

    def __init__(self, size: int, random: Random, sector: int = 4096, page: int = 256):
        if size <= 0 or size % sector or sector % page:
            raise ValueError(f"{size} bytes are not whole sectors of {sector} with pages of {page}")
        self.size, self.sector, self.page = size, sector, page
        self.random = random
        self.image = bytearray([ERASED]) * size
        self.programs = self.erases = self.bytes_programmed = self.rising = self.faults = 0
        self.sector_erases = [0] * (size // sector)
        self.operations: list[tuple[str, int, int]] | None = None
        self._cut: tuple[int, str] | None = None

    def read(self, address: int, count: int) -> bytes:
        """count bytes from address. ValueError outside the chip."""
        self._within(address, count)
        return bytes(self.image[address : address + count])

    def program(self, address: int, data: bytes) -> None:
        """ANDs data into the cells of one page. ValueError across pages or outside; PowerCut when one is due."""
        self._within(address, len(data))
        if not data or address % self.page + len(data) > self.page:
            self._fault(f"{len(data)} bytes at {address} are not within one page")
        self._operate("program", address, len(data), lambda: self._fall(address, data), self._torn_program, data)

    def erase(self, address: int) -> None:
        """Raises every bit of the sector at address. ValueError unless address begins a sector; PowerCut when due."""
        self._within(address, self.sector)
        if address % self.sector:
            self._fault(f"{address} does not begin a sector")
        self._operate("erase", address, self.sector, lambda: self._rise(address), self._torn_erase, b"")

    def cut(self, after: int, how: str) -> None:
        """Cuts the power at the after-th program or erase from now (1: the next): "before" it, in the middle of it
        ("torn"), or right "after" it. One cut at a time; 0 takes a planned one back."""
        if how not in (BEFORE, TORN, AFTER) or after < 0:
            raise ValueError(f"a cut is before, torn or after the n-th operation, not {how} the {after}-th")
        self._cut = (after, how) if after else None

    def save(self, path: Path) -> None:
        """Writes the cells to a file, whole or not at all."""
        beside = Path(path).with_name(Path(path).name + ".part")
        beside.write_bytes(self.image)
        os.replace(beside, path)

    def load(self, path: Path) -> None:
        """Takes the cells from a file that save() wrote. ValueError when it is of another size."""
        image = Path(path).read_bytes()
        if len(image) != self.size:
            raise ValueError(f"{path} holds {len(image)} bytes, this flash {self.size}: use the file of this board")
        self.image[:] = image

    def _within(self, address: int, count: int) -> None:
        if address < 0 or count < 0 or address + count > self.size:
            self._fault(f"{count} bytes at {address} are outside {self.size} bytes")

    def _fault(self, reason: str) -> None:
        self.faults += 1
        raise ValueError(reason)

    def _operate(
        self,
        kind: str,
        address: int,
        length: int,
        whole: Callable[[], None],
        torn: Callable[[int, bytes], None],
        data: bytes,
    ) -> None:
        how = self._due()
        if how == BEFORE:
            raise PowerCut(kind, address)
        if self.operations is not None:
            self.operations.append((kind, address, length))
        if kind == "program":
            self.programs += 1
            self.bytes_programmed += length
            cells = self.image[address : address + length]
            self.rising += any(byte & ~cell for byte, cell in zip(data, cells, strict=True))
        else:
            self.erases += 1
            self.sector_erases[address // self.sector] += 1
        if how == TORN:
            torn(address, data)
        else:
            whole()
        if how:
            raise PowerCut(kind, address)

    def _due(self) -> str:
        if self._cut is None:
            return ""
        left, how = self._cut
        self._cut = (left - 1, how) if left > 1 else None
        return how if left == 1 else ""

    def _fall(self, address: int, data: bytes) -> None:
        old = int.from_bytes(self.image[address : address + len(data)], "big")
        new = int.from_bytes(data, "big")
        self.image[address : address + len(data)] = (old & new).to_bytes(len(data), "big")

    def _rise(self, address: int) -> None:
        self.image[address : address + self.sector] = bytes([ERASED]) * self.sector

    def _torn_program(self, address: int, data: bytes) -> None:
        """A prefix is done; of the next byte only some of the bits that should fall have fallen."""
        done = self.random.randrange(len(data))
        if done:
            self._fall(address, data[:done])
        self._fall(address + done, bytes([data[done] | self.random.randrange(256)]))

    def _torn_erase(self, address: int, data: bytes) -> None:
        """Somewhere in the sector bits have risen, as many as the erase had time for."""
        begin = self.random.randrange(self.sector)
        end = self.random.randrange(begin, self.sector) + 1
        old = int.from_bytes(self.image[address + begin : address + end], "big")
        for _ in range(self.random.randrange(1, 4)):
            old |= self.random.getrandbits(8 * (end - begin))
        self.image[address + begin : address + end] = old.to_bytes(end - begin, "big")
