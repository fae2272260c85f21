"""The modules of a QR code: patterns, placing of codewords, masks. Source: ISO/IEC 18004:2015, 6.3, 7.7 to 7.10.

A matrix is a bytearray of size * size: bit 0 dark, bit 1 set where the module is no data.
"""

import micropython
from micropython import const

DARK = const(1)
_FIXED = const(2)
_ALIGNMENT = ((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50))


def patterns(version):
    """The matrix of a version (1 to 10) with everything that is no data; format modules are kept free and light."""
    size = 17 + 4 * version
    matrix = bytearray(size * size)
    for index in range(size):
        dark = not index & 1
        _fix(matrix, size, index, 6, dark)
        _fix(matrix, size, 6, index, dark)
    for centre_x, centre_y in ((3, 3), (size - 4, 3), (3, size - 4)):
        for y in range(-4, 5):
            for x in range(-4, 5):
                if 0 <= centre_x + x < size and 0 <= centre_y + y < size:
                    _fix(matrix, size, centre_x + x, centre_y + y, max(abs(x), abs(y)) not in (2, 4))
    places = _ALIGNMENT[version - 1]
    last = len(places) - 1
    for i, centre_x in enumerate(places):
        for j, centre_y in enumerate(places):
            if (i, j) in ((0, 0), (0, last), (last, 0)):
                continue
            for y in range(-2, 3):
                for x in range(-2, 3):
                    _fix(matrix, size, centre_x + x, centre_y + y, max(abs(x), abs(y)) != 1)
    set_format(matrix, size, 0)
    if version >= 7:
        rest = version
        for _ in range(12):
            rest = rest << 1 ^ (rest >> 11) * 0x1F25
        bits = version << 12 | rest
        for index in range(18):
            x, y = size - 11 + index % 3, index // 3
            _fix(matrix, size, x, y, bits >> index & 1)
            _fix(matrix, size, y, x, bits >> index & 1)
    return matrix


def _fix(matrix, size, x, y, dark):
    matrix[y * size + x] = _FIXED | (DARK if dark else 0)


def set_format(matrix, size, mask):
    """Format information for error correction level M (00) and a mask, both copies, and the dark module (7.9)."""
    rest = mask
    for _ in range(10):
        rest = rest << 1 ^ (rest >> 9) * 0x537
    bits = (mask << 10 | rest) ^ 0x5412
    for index in range(15):
        dark = bits >> index & 1
        if index < 6:
            first = (8, index)
        elif index < 8:
            first = (8, index + 1)
        elif index == 8:
            first = (7, 8)
        else:
            first = (14 - index, 8)
        _fix(matrix, size, first[0], first[1], dark)
        if index < 8:
            _fix(matrix, size, size - 1 - index, 8, dark)
        else:
            _fix(matrix, size, 8, size - 15 + index, dark)
    _fix(matrix, size, 8, size - 8, 1)


def place(matrix, size, codewords):
    """Codewords into the free modules, two columns at a time from the right, up and down (7.7.3)."""
    bit = 0
    most = 8 * len(codewords)
    right = size - 1
    upward = True
    while right > 0:
        if right == 6:
            right = 5
        for step in range(size):
            y = size - 1 - step if upward else step
            for x in (right, right - 1):
                at = y * size + x
                if not matrix[at] & _FIXED and bit < most:
                    matrix[at] = codewords[bit >> 3] >> (7 - (bit & 7)) & 1
                    bit += 1
        upward = not upward
        right -= 2


@micropython.viper
def apply_mask(modules: ptr8, size: int, mask: int):
    """Turns the data modules that a mask pattern says (7.8.2); a second time turns them back."""
    at = 0
    for y in range(size):
        for x in range(size):
            if not int(modules[at]) & 2:
                turn = 0
                if mask == 0:
                    turn = (x + y) % 2
                elif mask == 1:
                    turn = y % 2
                elif mask == 2:
                    turn = x % 3
                elif mask == 3:
                    turn = (x + y) % 3
                elif mask == 4:
                    turn = (x // 3 + y // 2) % 2
                elif mask == 5:
                    turn = x * y % 2 + x * y % 3
                elif mask == 6:
                    turn = (x * y % 2 + x * y % 3) % 2
                else:
                    turn = ((x + y) % 2 + x * y % 3) % 2
                if turn == 0:
                    modules[at] = int(modules[at]) ^ 1
            at += 1


@micropython.viper
def penalty(modules: ptr8, size: int) -> int:
    """How hard a matrix is to read (7.8.3, table 11): runs, blocks, patterns like a finder, and uneven darkness."""
    total = 0
    dark = 0
    for way in range(2):
        for line in range(size):
            run = 0
            before = 2
            window = 0
            for step in range(size):
                at = line * size + step
                if way:
                    at = step * size + line
                module = int(modules[at]) & 1
                if module == before:
                    run += 1
                    if run == 5:
                        total += 3
                    elif run > 5:
                        total += 1
                else:
                    run = 1
                    before = module
                window = (window << 1 | module) & 0x7FF
                if step >= 10 and (window == 0x05D or window == 0x5D0):
                    total += 40
                if not way:
                    dark += module
    for y in range(size - 1):
        for x in range(size - 1):
            at = y * size + x
            count = int(modules[at]) & 1
            count += int(modules[at + 1]) & 1
            count += int(modules[at + size]) & 1
            count += int(modules[at + size + 1]) & 1
            if count == 0 or count == 4:
                total += 3
    uneven = dark * 20 - size * size * 10
    if uneven < 0:
        uneven = 0 - uneven
    return total + uneven // (size * size) * 10
