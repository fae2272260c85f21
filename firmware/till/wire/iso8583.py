"""ISO 8583:1987 messages as UnionPay-style terminals pack them: MTI, one bitmap of 64 bits, fields in ascending order.

Source: ISO 8583:1987, section 4; field formats: till/wire/fields.py.
"""

from micropython import const

from till.wire.bcd import get_digits, put_digits, put_track
from till.wire.errors import WireError
from till.wire.fields import FIELDS

MOST_BYTES = const(1400)  # of one message; the fields' own bounds allow less than this in any real one
_BITMAP = const(2)
_FIRST = const(10)
_MAC = const(64)


def pack(mti, fields):
    """mti: 4 digits; fields: {number: value} -> bytearray.

    Values: digits as str for n and r, digits and "=" or "D" for z, ASCII str for a, bytes or ASCII str for b.
    Errors: WireError(field, offset in the message, reason).
    """
    out = bytearray()
    if not isinstance(mti, str) or len(mti) != 4:
        raise WireError(0, 0, "MTI is not 4 digits")
    put_digits(out, 0, mti)
    out.extend(bytes(8))
    count = 0
    for number, kind, length_digits, most in FIELDS:
        if number not in fields:
            continue
        count += 1
        out[_BITMAP + (number - 1 >> 3)] |= 0x80 >> (number - 1 & 7)
        _put(out, number, kind, length_digits, most, fields[number])
        if len(out) > MOST_BYTES:
            raise WireError(number, len(out), "message over %d bytes" % MOST_BYTES)
    if count != len(fields):
        known = [entry[0] for entry in FIELDS]
        strange = [number for number in fields if number not in known]
        raise WireError(strange[0] if isinstance(strange[0], int) else 0, 0, "no such field")
    return out


def _put(out, number, kind, length_digits, most, value):
    offset = len(out)
    if isinstance(value, str):
        if kind == "b":
            value = _ascii(number, offset, value)
    elif kind != "b" or not isinstance(value, (bytes, bytearray, memoryview)):
        raise WireError(number, offset, "value of the wrong type")
    length = len(value)
    if length_digits == 0 and length != most:
        raise WireError(number, offset, "length %d, not %d" % (length, most))
    if length > most:
        raise WireError(number, offset, "length %d over %d" % (length, most))
    if length_digits:
        put_digits(out, number, "%02d" % length if length_digits == 2 else "%04d" % length)
    if kind == "z":
        put_track(out, number, value)
    elif kind == "n" or kind == "r":
        put_digits(out, number, value, kind == "r")
    elif kind == "a":
        out.extend(_ascii(number, offset, value))
    else:
        out.extend(value)


def _ascii(number, offset, text):
    for character in text:
        if not " " <= character <= "~":
            raise WireError(number, offset, "not printable ASCII")
    return text.encode()


def unpack(data):
    """data: bytes of one message -> (mti, {number: value}); b fields as bytes, all others as str.

    Errors: WireError(field, offset, reason); nothing is read past the end, and nothing may be left over.
    """
    if len(data) > MOST_BYTES:
        raise WireError(0, 0, "message over %d bytes" % MOST_BYTES)
    if len(data) < _FIRST:
        raise WireError(0, len(data), "ends before the fields")
    data = memoryview(data)
    mti = get_digits(data, 0, 0, 4)
    fields = {}
    offset = _FIRST
    unknown = bytearray(data[_BITMAP:_FIRST])
    for number, kind, length_digits, most in FIELDS:
        if data[_BITMAP + (number - 1 >> 3)] & 0x80 >> (number - 1 & 7):
            unknown[number - 1 >> 3] &= ~(0x80 >> (number - 1 & 7))
            fields[number], offset = _get(data, offset, number, kind, length_digits, most)
    for at in range(8):
        if unknown[at]:
            raise WireError(_first_of(at, unknown[at]), _BITMAP + at, "no such field")
    if offset != len(data):
        raise WireError(0, offset, "%d bytes left over" % (len(data) - offset))
    return mti, fields


def _first_of(at, bits):
    """Number of the first field in byte `at` of the bitmap."""
    number = 8 * at + 1
    while not bits & 0x80:
        bits <<= 1
        number += 1
    return number


def _get(data, offset, number, kind, length_digits, most):
    length = most
    if length_digits:
        size = length_digits + 1 >> 1
        if offset + size > len(data):
            raise WireError(number, offset, "ends within its length")
        length = int(get_digits(data, offset, number, 2 * size))
        if length > most:
            raise WireError(number, offset, "length %d over %d" % (length, most))
        offset += size
    size = length + 1 >> 1 if kind in "nrz" else length
    end = offset + size
    if end > len(data):
        raise WireError(number, offset, "ends before its %d bytes" % size)
    if kind == "b":
        return bytes(data[offset:end]), end
    if kind != "a":
        return get_digits(data, offset, number, length, kind == "r", kind == "z"), end
    for i in range(offset, end):
        if not 32 <= data[i] <= 126:
            raise WireError(number, i, "not printable ASCII")
    return bytes(data[offset:end]).decode(), end


def pack_with_mac(mti, fields, mac_function):
    """As pack(), with F64 at the end: mac_function(bytes from MTI to F63, bitmap with bit 64) -> 8 bytes."""
    if _MAC in fields:
        raise WireError(_MAC, 0, "given, but it is computed here")
    whole = dict(fields)
    whole[_MAC] = bytes(8)
    out = pack(mti, whole)
    code = mac_function(bytes(out[:-8]))
    if len(code) != 8:
        raise WireError(_MAC, len(out) - 8, "MAC of %d bytes" % len(code))
    out[-8:] = code
    return out


def maced_part(data):
    """The bytes of a message that its F64 covers: all before it. Errors: WireError when there is no F64."""
    if len(data) < _FIRST + 8 or not data[_FIRST - 1] & 1:
        raise WireError(_MAC, len(data), "absent")
    return bytes(data[: len(data) - 8])


def answer_mti(mti):
    """The MTI of the answer: the third digit one higher, "0200" -> "0210"."""
    return mti[:2] + "%d" % (int(mti[2]) + 1) + mti[3:]
