"""PIN blocks of 8 bytes. Source: ISO 9564-1:2017, section 9.3: formats 0 (ANSI X9.8) and 3. Format 4: pinblock_aes."""

from till.keys.des import DES
from till.keys.errors import KeysError


def format_0(pin, pan):
    """pin: 4 to 12 digits, str or a bytearray of ASCII that its owner can overwrite; pan: str of 13 to 19 digits with
    its check digit -> the clear block, a bytearray of 8 bytes.

    Errors: KeysError that names the PIN or the PAN and says nothing of their digits.
    """
    return _with_pan(pin, pan, bytearray(b"\xff" * 8), 0)


def format_3(pin, pan, entropy):
    """As format_0, filled up with random digits A to F: the same PIN and card never give the same block twice.

    entropy(n): n random bytes. Errors: as format_0, and KeysError where too few of them can be used.
    """
    fill, place = bytearray(8), 0
    for byte in entropy(32):
        if byte < 252 and place < 16:  # six times 42: no digit comes more often than another
            _put(fill, place, 10 + byte % 6)
            place += 1
    if place < 16:
        raise KeysError("PIN block", "not enough random bytes")
    return _with_pan(pin, pan, fill, 3)


def _with_pan(pin, pan, block, number):
    check_digits("PIN", pin, 4, 12)
    check_digits("PAN", pan, 13, 19)
    block[0] = number << 4 | len(pin)
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


def check_digits(name, digits, least, most):
    """KeysError unless digits is a str or bytearray of so many decimal digits."""
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
