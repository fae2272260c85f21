"""A partition of the flash behind the firmware. Source: RP2040 datasheet 2.8.3.1, pico-sdk hardware_flash."""

import rp2
from micropython import const

SECTOR = const(4096)


class Partition:
    """MicroPython's extended block device, offset form: writeblocks() programs without erasing, bits only fall.

    first, count: sectors, from the start of the storage behind the firmware. exchanges: none of them may be open while
    the flash is written: a program stops interrupts for 0.4 ms, an erase for 45 ms, and a UART holds 32 bytes.
    """

    def __init__(self, first, count, exchanges):
        self._flash = rp2.Flash(start=first * SECTOR, len=count * SECTOR)
        self._count, self._exchanges = count, exchanges

    def memory(self):
        """The whole partition as the processor sees it. Source: RP2040 datasheet 2.6.3 (XIP)."""
        return memoryview(self._flash)  # pyright: ignore[reportArgumentType]  rp2.Flash has the buffer protocol

    def _within(self, block, offset, length):
        if not 0 <= block < self._count or offset + length > SECTOR:
            raise OSError(22)

    def readblocks(self, block, into, offset=0):
        self._within(block, offset, len(into))
        self._flash.readblocks(block, into, offset)

    def writeblocks(self, block, data, offset=0):
        assert not self._exchanges.open, "flash is written while a UART exchange is open"
        self._within(block, offset, len(data))
        self._flash.writeblocks(block, data, offset)

    def ioctl(self, op, arg):
        if op == 4:
            return self._count
        if op == 5:
            return SECTOR
        if op == 6:
            assert not self._exchanges.open, "flash is erased while a UART exchange is open"
            self._within(arg, 0, 0)
            self._flash.ioctl(6, arg)
        return 0
