"""Track 2 data. Source: ISO/IEC 7813, section 8; EMV 4.4 Book 3, annex A, tag 57; ISO/IEC 7812-1, annex B (Luhn)."""

from micropython import const

from till.card.errors import CardError

_TAG = const(0x57)
_BYTES_MOST = const(19)
_PAN_LEAST = const(13)  # what a PIN block and a slip need
_PAN_MOST = const(19)
_DIGITS_MOST = const(37)  # field 35


class Track2:
    """What track 2 says: pan, expiry (YYMM), service_code (3), discretionary, and digits, all of it with separator D.

    All are str of digits. Nothing of it may go into an error or a log.
    """

    __slots__ = ("pan", "expiry", "service_code", "discretionary", "digits")

    def __init__(self, digits):
        separator = digits.find("D")
        self.digits = digits
        self.pan = digits[:separator]
        self.expiry = digits[separator + 1 : separator + 5]
        self.service_code = digits[separator + 5 : separator + 8]
        self.discretionary = digits[separator + 8 :]


def parse_track2(value):
    """Track2 of a track 2 equivalent data object (tag 57): packed digits, D, padded with one F. CardError."""
    if len(value) > _BYTES_MOST:
        raise CardError(_TAG, _BYTES_MOST, "longer than %d bytes" % _BYTES_MOST)
    digits = ""
    separator = -1
    for offset in range(2 * len(value)):
        nibble = value[offset >> 1] >> 4 if not offset & 1 else value[offset >> 1] & 0x0F
        if nibble == 0x0F:
            if offset != 2 * len(value) - 1:
                raise CardError(_TAG, offset >> 1, "padding inside")
        elif nibble == 0x0D:
            if separator >= 0:
                raise CardError(_TAG, offset >> 1, "second separator")
            separator = offset
            digits += "D"
        elif nibble > 9:
            raise CardError(_TAG, offset >> 1, "not a digit")
        else:
            digits += chr(0x30 + nibble)
    track = Track2(digits)
    if separator < 0:
        raise CardError(_TAG, 0, "separator missing")
    check_account(track)
    return track


def check_account(track):
    """CardError where a Track2 is no bank card's: lengths, expiry month, check digit."""
    separator = len(track.pan)
    if not _PAN_LEAST <= separator <= _PAN_MOST:
        raise CardError(_TAG, 0, "account number not of %d to %d digits" % (_PAN_LEAST, _PAN_MOST))
    if len(track.digits) < separator + 8:
        raise CardError(_TAG, separator, "expiry or service code missing")
    if len(track.digits) > _DIGITS_MOST:
        raise CardError(_TAG, _BYTES_MOST - 1, "longer than %d digits" % _DIGITS_MOST)
    if not "01" <= track.expiry[2:] <= "12":
        raise CardError(_TAG, (separator + 3) >> 1, "expiry month")
    if not luhn(track.pan):
        raise CardError(_TAG, 0, "check digit of the account number")


def luhn(pan):
    """True when the last digit of pan (str of digits) is its check digit."""
    total = 0
    double = False
    for index in range(len(pan) - 1, -1, -1):
        digit = ord(pan[index]) - 0x30
        if not 0 <= digit <= 9:
            return False
        if double:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
        double = not double
    return bool(pan) and total % 10 == 0
