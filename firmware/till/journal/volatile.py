"""A journal's flash for a board without a partition for it: RAM, which is gone with the power.

The till says so and takes no offline payments (Book.keeps); what is on line is undone by a reversal only as long as the
power lasts.
"""

from micropython import const

from till.journal.layout import SECTOR

_SECTORS = const(6)


class Volatile:
    """MicroPython's extended block device, 24 KB."""

    volatile = True

    def __init__(self):
        self._cells = bytearray(b"\xff" * (_SECTORS * SECTOR))

    def readblocks(self, block, into, offset=0):
        at = block * SECTOR + offset
        into[:] = self._cells[at : at + len(into)]

    def writeblocks(self, block, data, offset=0):
        at = block * SECTOR + offset
        for index in range(len(data)):
            self._cells[at + index] &= data[index]

    def ioctl(self, op, arg):
        if op == 4:
            return _SECTORS
        if op == 5:
            return SECTOR
        if op == 6:
            self._cells[arg * SECTOR : (arg + 1) * SECTOR] = b"\xff" * SECTOR
        return 0
