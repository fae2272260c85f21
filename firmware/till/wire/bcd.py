"""Packed digits: two a byte, high nibble first."""

from binascii import hexlify

from till.wire.errors import WireError


def put_digits(out, field, digits, right=False):
    """Append digits (str of 0-9) to the bytearray; an odd count is filled with a zero nibble, after them or before.

    Errors: WireError(field, offset in out, reason).
    """
    _put(out, field, ("0" + digits if right else digits + "0") if len(digits) & 1 else digits, 10)


def put_track(out, field, digits):
    """Append track digits (0-9, "=" or "D" as separator, A to F in an enciphered block). Errors: WireError."""
    _put(out, field, digits + "0" if len(digits) & 1 else digits, 16)


def _put(out, field, digits, above):
    offset = len(out)
    digits = digits.encode()
    for i in range(0, len(digits), 2):
        high = _nibble(digits[i])
        low = _nibble(digits[i + 1])
        if high >= above or low >= above:
            raise WireError(field, offset + i // 2, "not a digit")
        out.append(high << 4 | low)


def _nibble(code):
    if 48 <= code <= 57:
        return code - 48
    if 65 <= code <= 70:
        return code - 55  # A to F
    return 13 if code == 61 else 99  # "="


def get_digits(data, offset, field, count, right=False, track=False):
    """Read count digits from (count + 1) // 2 bytes that are known to be there -> str; a track's separator reads "D".

    Errors: WireError for a nibble above 9 (a track apart) and for a filler that is not zero.
    """
    nibbles = count + (count & 1)
    first = nibbles - count if right else 0
    text = hexlify(data[offset : offset + (nibbles >> 1)])
    if text.isdigit() and (nibbles == count or text[0 if right else count] == 48):
        return text[first : first + count].decode()
    return _one_by_one(data, offset, field, count, first, track)


def _one_by_one(data, offset, field, count, first, track):
    """The same for what holds more than digits, or is wrong."""
    nibbles = count + (count & 1)
    text = bytearray(count)
    for i in range(nibbles):
        byte = data[offset + i // 2]
        nibble = byte & 15 if i & 1 else byte >> 4
        if not first <= i < first + count:
            if nibble:
                raise WireError(field, offset + i // 2, "filler is not zero")
        elif nibble <= 9:
            text[i - first] = 48 + nibble
        elif track:
            text[i - first] = 55 + nibble
        else:
            raise WireError(field, offset + i // 2, "not a digit")
    return text.decode()
