"""A part of the flash partition "picotill". Source: ESP-IDF, partition API: a write clears bits, an erase sets them."""

import esp32
from micropython import const

SECTOR = const(4096)
LABEL = "picotill"


class Partition:
    """MicroPython's extended block device, offset form: writeblocks() programs without erasing, bits only fall.

    first, count: sectors within the partition of that label. exchanges: none of them may be open while the flash is
    written: the cache is off meanwhile, and with it every interrupt that is not in RAM.
    """

    def __init__(self, first, count, exchanges):
        found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label=LABEL)
        if not found:
            raise OSError(19)  # ENODEV: this image has another partition table
        self._flash = found[0]
        self._first, self._count, self._exchanges = first, count, exchanges

    def _within(self, block, offset, length):
        if not 0 <= block < self._count or offset + length > SECTOR:
            raise OSError(22)
        return self._first + block

    def readblocks(self, block, into, offset=0):
        self._flash.readblocks(self._within(block, offset, len(into)), into, offset)

    def writeblocks(self, block, data, offset=0):
        assert not self._exchanges.open, "flash is written while a UART exchange is open"
        self._flash.writeblocks(self._within(block, offset, len(data)), data, offset)

    def ioctl(self, op, arg):
        if op == 4:
            return self._count
        if op == 5:
            return SECTOR
        if op == 6:
            assert not self._exchanges.open, "flash is erased while a UART exchange is open"
            self._flash.ioctl(6, self._within(arg, 0, 0))
        return 0
