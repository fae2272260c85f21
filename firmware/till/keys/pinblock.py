"""PIN blocks. Source: ISO 9564-1:2017, section 9.3.2, format 0 (ANSI X9.8)."""

from till.keys.des import DES
from till.keys.errors import KeysError


def format_0(pin, pan):
    """pin: 4 to 12 digits, str or a bytearray of ASCII that its owner can overwrite; pan: str of 13 to 19 digits with
    its check digit -> the clear block, a bytearray of 8 bytes.

    Errors: KeysError that names the PIN or the PAN and says nothing of their digits.
    """
    _check("PIN", pin, 4, 12)
    _check("PAN", pan, 13, 19)
    block = bytearray(b"\xff" * 8)
    block[0] = len(pin)
    for i in range(len(pin)):
        _put(block, 2 + i, _digit(pin[i]))
    first = len(pan) - 13  # the rightmost twelve digits, without the check digit
    for i in range(12):
        digit = ord(pan[first + i]) - 48
        block[2 + i // 2] ^= digit if i & 1 else digit << 4
    return block


def encipher(pik, pin, pan):
    """Format 0 under the PIN key. pik: 16 or 24 bytes -> 8 bytes for F52. Errors: KeysError."""
    if len(pik) not in (16, 24):
        raise KeysError("PIK", "%d bytes, not 16 or 24" % len(pik))
    clear = format_0(pin, pan)
    block = DES(pik).encrypt(clear)
    clear[:] = bytes(8)
    return block


def _check(name, digits, least, most):
    if not isinstance(digits, (str, bytearray)) or not least <= len(digits) <= most:
        raise KeysError(name, "not %d to %d digits" % (least, most))
    for character in digits:
        if not 0 <= _digit(character) <= 9:
            raise KeysError(name, "not only digits")


def _digit(character):
    return (character if isinstance(character, int) else ord(character)) - 48


def _put(block, position, digit):
    index = position // 2
    block[index] = block[index] & 0xF0 | digit if position & 1 else block[index] & 0x0F | digit << 4
