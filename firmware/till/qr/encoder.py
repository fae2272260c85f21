"""QR codes: bytes in, modules out. Byte mode, versions 1 to 10, error correction M. Source: ISO/IEC 18004:2015."""

from micropython import const

from till.qr.errors import QrError
from till.qr.matrix import DARK, apply_mask, patterns, penalty, place, set_format
from till.qr.reed_solomon import divisor, remainder

# version: check codewords of a block, blocks, data codewords of the first ones, blocks with one more (table 9)
_BLOCKS = (
    (10, 1, 16, 0), (16, 1, 28, 0), (26, 1, 44, 0), (18, 2, 32, 0), (24, 2, 43, 0),
    (16, 4, 27, 0), (18, 4, 31, 0), (22, 4, 38, 2), (22, 5, 36, 2), (26, 5, 43, 1),
)  # fmt: skip
BYTES_MOST = const(213)
QUIET = const(4)  # light modules that belong around a code (6.3.8)


class QrCode:
    """size: modules a side, 21 to 57. mask: the pattern in use, 0 to 7."""

    def __init__(self, size, modules, mask):
        self.size = size
        self.mask = mask
        self._modules = modules

    def dark(self, x, y):
        """Whether a module is dark; everything around the code is light."""
        size = self.size
        return bool(0 <= x < size and 0 <= y < size and self._modules[y * size + x] & DARK)


def version_for(count):
    """The smallest version that holds count bytes. QrError over 213."""
    for index in range(len(_BLOCKS)):
        _, blocks, data, longer = _BLOCKS[index]
        if count <= blocks * data + longer - (3 if index == 9 else 2):
            return index + 1
    raise QrError(count, "a code holds %d bytes at most" % BYTES_MOST)


def encode(data, mask=None):
    """QrCode of data (bytes, at most 213); mask: 0 to 7, or the one that is easiest to read."""
    version = version_for(len(data))
    matrix = patterns(version)
    size = 17 + 4 * version
    place(matrix, size, _codewords(data, version))
    if mask is None:
        least = None
        for candidate in range(8):
            set_format(matrix, size, candidate)
            apply_mask(matrix, size, candidate)
            points = penalty(matrix, size)
            apply_mask(matrix, size, candidate)
            if least is None or points < least:
                least, mask = points, candidate
    set_format(matrix, size, mask)
    apply_mask(matrix, size, mask)
    return QrCode(size, matrix, mask)


def _codewords(data, version):
    """Data and check codewords, interleaved (7.4 to 7.6)."""
    checks, blocks, least, longer = _BLOCKS[version - 1]
    whole = bytearray(blocks * least + longer)
    # mode 0100, count (8 bits, from version 10 on 16), data, terminator 0000: everything is shifted by half a byte
    head = bytes((len(data),)) if version < 10 else bytes((len(data) >> 8, len(data) & 0xFF))
    before = 4
    at = 0
    for part in (head, data):
        for byte in part:
            whole[at] = (before << 4 | byte >> 4) & 0xFF
            before = byte & 0x0F
            at += 1
    whole[at] = before << 4
    at += 1
    pad = 0xEC
    while at < len(whole):
        whole[at] = pad
        pad ^= 0xEC ^ 0x11
        at += 1
    generator = divisor(checks)
    view = memoryview(whole)
    parts = []
    start = 0
    for index in range(blocks):
        end = start + least + (1 if index >= blocks - longer else 0)
        parts.append((view[start:end], remainder(view[start:end], generator)))
        start = end
    out = bytearray(len(whole) + checks * blocks)
    at = 0
    for column in range(least + 1):
        for part, _ in parts:
            if column < len(part):
                out[at] = part[column]
                at += 1
    for column in range(checks):
        for _, check in parts:
            out[at] = check[column]
            at += 1
    return out
