"""Error correction of QR codes: Reed-Solomon over GF(256), polynomial 11D. Source: ISO/IEC 18004:2015, 7.5, annex A."""

import micropython


@micropython.viper
def _multiply_add(divisor: ptr8, remainder: ptr8, count: int, factor: int):
    """remainder[i] ^= divisor[i] * factor for count bytes."""
    for index in range(count):
        left = int(divisor[index])
        right = factor
        product = 0
        while right:
            if right & 1:
                product ^= left
            left <<= 1
            if left & 0x100:
                left ^= 0x11D
            right >>= 1
        remainder[index] = int(remainder[index]) ^ product


def divisor(degree):
    """The generator polynomial (x - 1)(x - a)..(x - a^(degree-1)), highest power first, without its leading 1."""
    result = bytearray(degree)
    result[degree - 1] = 1
    root = 1
    for _ in range(degree):
        scaled = bytearray(degree)
        _multiply_add(result, scaled, degree, root)
        for index in range(degree - 1):
            scaled[index] ^= result[index + 1]
        result = scaled
        root <<= 1
        if root & 0x100:
            root ^= 0x11D
    return result


def remainder(data, generator):
    """The check codewords of data (bytes) for a generator from divisor()."""
    degree = len(generator)
    result = bytearray(degree)
    for byte in data:
        factor = byte ^ result[0]
        for index in range(degree - 1):
            result[index] = result[index + 1]
        result[degree - 1] = 0
        _multiply_add(generator, result, degree, factor)
    return result
