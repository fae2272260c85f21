"""A block device as pages: programmed whole, read back."""

from till.journal.errors import JournalError
from till.journal.layout import PAGE, SECTOR

_BLANK_PAGE = b"\xff" * PAGE
_BLOCK_COUNT, _BLOCK_SIZE, _ERASE = 4, 5, 6


class Flash:
    """device: MicroPython's extended block device. It is handed whole aligned pages, FF where nothing changes:
    rp2.Flash programs only such (RP2040 datasheet, 2.8.3.1.3), and FF leaves a cell as it is.

    A device whose attribute programs_once is true takes no second program of a page before the sector is erased: flash
    with an error-correcting code, or behind transparent encryption. Without the attribute it is plain NOR."""

    def __init__(self, device):
        self._device = device
        self.once = bool(getattr(device, "programs_once", False))
        self.sectors = device.ioctl(_BLOCK_COUNT, 0)
        if device.ioctl(_BLOCK_SIZE, 0) != SECTOR:
            raise JournalError("device", "sectors are not %d bytes" % SECTOR)
        self._page = bytearray(PAGE)
        self._seen = bytearray(PAGE)

    def read(self, sector, offset, buffer):
        """Fills buffer; within one sector."""
        self._device.readblocks(sector, buffer, offset)

    def program(self, sector, offset, data):
        """data: a memoryview or bytes, within one sector. True when it reads back as programmed."""
        done = 0
        page = self._page
        while done < len(data):
            start = (offset + done) % PAGE
            count = min(PAGE - start, len(data) - done)
            page[:] = _BLANK_PAGE
            page[start : start + count] = data[done : done + count]
            self._device.writeblocks(sector, page, offset + done - start)
            done += count
        return self.holds(sector, offset, data)

    def holds(self, sector, offset, data):
        """Whether the flash reads as data."""
        done = 0
        seen = memoryview(self._seen)
        while done < len(data):
            count = min(PAGE, len(data) - done)
            self.read(sector, offset + done, seen[:count])
            if seen[:count] != data[done : done + count]:
                return False
            done += count
        return True

    def is_blank(self, sector, offset, count):
        """Whether those bytes read FF; offset at a page's start or within its first page only."""
        seen = memoryview(self._seen)
        end = offset + count
        while offset < end:
            size = min(PAGE - offset % PAGE, end - offset)
            self.read(sector, offset, seen[:size])
            if seen[:size] != memoryview(_BLANK_PAGE)[:size]:
                return False
            offset += size
        return True

    def erase(self, sector):
        """True when the whole sector reads FF afterwards."""
        self._device.ioctl(_ERASE, sector)
        return self.is_blank(sector, 0, SECTOR)
