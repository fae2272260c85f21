"""Card numbers: their check digit, their mask, and the token that stands for one in a database."""

import hashlib
import hmac


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mask(pan: str) -> str:
    """First 6 and last 4 digits."""
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]


def token(key: bytes, pan: str) -> str:
    """64 hex characters, the same for the same card.

    An HMAC and no plain hash: there are so few card numbers that a hash could be searched through.
    """
    return hmac.new(key, pan.encode("ascii"), hashlib.sha256).hexdigest()
