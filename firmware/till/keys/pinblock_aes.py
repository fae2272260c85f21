"""PIN blocks of 16 bytes. Source: ISO 9564-1:2017, section 9.4, format 4."""

from till.keys.aes import AES
from till.keys.errors import KeysError
from till.keys.pinblock import check_digits


def encipher_4(key, pin, pan, entropy):
    """Format 4 under an AES key. key: 16 or 32 bytes; pin: 4 to 12 digits, str or a bytearray of ASCII; pan: str of 12
    to 19 digits; entropy(n) -> n random bytes -> 16 bytes.

    Errors: KeysError that names the PIN or the PAN and says nothing of their digits.
    """
    check_digits("PIN", pin, 4, 12)
    check_digits("PAN", pan, 12, 19)
    salt = entropy(8)
    if len(salt) != 8:
        raise KeysError("PIN block", "%d random bytes, not 8" % len(salt))
    cipher = AES(key)
    block = bytearray(16)
    _put(block, "4%X" % len(pin), pin, "A", 16)
    block[8:] = salt
    once = bytearray(cipher.encrypt_ecb(block))
    _put(block, str(len(pan) - 12), pan, "0", 32)
    for i in range(16):
        once[i] ^= block[i]
        block[i] = 0
    return cipher.encrypt_ecb(once)


def _put(block, control, digits, fill, count):
    """count nibbles of block: control, digits (str or bytearray of ASCII), fill. No copy of the digits is made."""
    for place in range(count):
        if place < len(control):
            nibble = int(control[place], 16)
        elif place - len(control) < len(digits):
            digit = digits[place - len(control)]
            nibble = (digit if isinstance(digit, int) else ord(digit)) - 48
        else:
            nibble = int(fill, 16)
        block[place >> 1] = block[place >> 1] & 0xF0 | nibble if place & 1 else nibble << 4
