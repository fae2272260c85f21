"""PIN blocks. Source: ISO 9564-1:2017, section 9.3.2, format 0 (ANSI X9.8)."""

from till.keys.des import DES
from till.keys.errors import KeysError


def format_0(pin, pan):
    """pin: 4 to 12 digits; pan: 13 to 19 digits with its check digit; both str -> the clear block, 8 bytes.

    Errors: KeysError that names the PIN or the PAN and says nothing of their digits.
    """
    _check("PIN", pin, 4, 12)
    _check("PAN", pan, 13, 19)
    block = bytearray(b"\xff" * 8)
    block[0] = len(pin)
    for i in range(len(pin)):
        _put(block, 2 + i, ord(pin[i]) - 48)
    first = len(pan) - 13  # the rightmost twelve digits, without the check digit
    for i in range(12):
        digit = ord(pan[first + i]) - 48
        block[2 + i // 2] ^= digit if i & 1 else digit << 4
    return bytes(block)


def encipher(pik, pin, pan):
    """Format 0 under the PIN key. pik: 16 or 24 bytes -> 8 bytes for F52. Errors: KeysError."""
    if len(pik) not in (16, 24):
        raise KeysError("PIK", "%d bytes, not 16 or 24" % len(pik))
    return DES(pik).encrypt(format_0(pin, pan))


def _check(name, digits, least, most):
    if not isinstance(digits, str) or not least <= len(digits) <= most:
        raise KeysError(name, "not %d to %d digits" % (least, most))
    for character in digits:
        if not "0" <= character <= "9":
            raise KeysError(name, "not only digits")


def _put(block, position, digit):
    index = position // 2
    block[index] = block[index] & 0xF0 | digit if position & 1 else block[index] & 0x0F | digit << 4
