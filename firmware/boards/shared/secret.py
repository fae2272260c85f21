"""The board's secret where the chip has no fuses for it: 32 bytes in a sector of their own, made once.

Whoever can read the flash can read it: such a board is not protected against its finder (docs/hardware.md).
"""

from binascii import crc32

from micropython import const

_SECRET_BYTES = const(32)
_MAGIC = b"PTSECRET"
_PAGE = const(256)
_ERASE = const(6)


def secret(partition, entropy):
    """The 32 bytes. Made where the sector is blank or holds what a power cut has left: nothing was sealed with it."""
    page = bytearray(_PAGE)
    partition.readblocks(0, page)
    if not _whole(page):
        partition.ioctl(_ERASE, 0)
        page[:] = b"\xff" * _PAGE
        page[:8] = _MAGIC
        page[8 : 8 + _SECRET_BYTES] = entropy(_SECRET_BYTES)
        page[40:44] = crc32(memoryview(page)[:40]).to_bytes(4, "little")
        partition.writeblocks(0, page)
        partition.readblocks(0, page)
        if not _whole(page):
            raise OSError(5)
    return bytes(page[8 : 8 + _SECRET_BYTES])


def _whole(page):
    return page[:8] == _MAGIC and page[40:44] == crc32(memoryview(page)[:40]).to_bytes(4, "little")
