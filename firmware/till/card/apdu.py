"""Command APDUs and status words. Source: ISO/IEC 7816-4, 5.1; EMV 4.4 Book 1, 11.3 and Book 3, 6.5."""

from micropython import const

from till.card.errors import CardError

OK = const(0x9000)
FILE_INVALIDATED = const(0x6283)
AUTHENTICATE_ON_DEVICE = const(0x6986)
NOT_ACCEPTED = const(0x6984)
CONDITIONS_NOT_SATISFIED = const(0x6985)
NOT_FOUND = const(0x6A82)
FUNCTION_NOT_SUPPORTED = const(0x6A81)  # on SELECT: the card is blocked
AUTHENTICATION_BLOCKED = const(0x6983)
REFERENCE_DATA_INVALIDATED = const(0x6984)

_DATA_MOST = const(255)


def command(cla, ins, p1, p2, data=b"", le=None):
    """A short command: header, Lc and data where there is data, Le (0 asks for up to 256 bytes) unless None."""
    if len(data) > _DATA_MOST:
        raise CardError(0, 0, "command data over %d bytes" % _DATA_MOST)
    out = bytearray((cla, ins, p1, p2))
    if data:
        out.append(len(data))
        out.extend(data)
    if le is not None:
        out.append(le)
    return bytes(out)


def select(name):
    """SELECT by DF name, first or only occurrence."""
    return command(0x00, 0xA4, 0x04, 0x00, name, 0)


def get_processing_options(data):
    """GET PROCESSING OPTIONS; data: command template 83 with what the PDOL asks for."""
    return command(0x80, 0xA8, 0x00, 0x00, data, 0)


def read_record(sfi, record):
    """READ RECORD of a short file identifier (1..30), record from 1."""
    return command(0x00, 0xB2, record, sfi << 3 | 4, b"", 0)


def select_next(name):
    """SELECT by DF name, next occurrence."""
    return command(0x00, 0xA4, 0x04, 0x02, name, 0)


def get_data(tag):
    """GET DATA of a primitive data object with a tag of two bytes."""
    return command(0x80, 0xCA, tag >> 8, tag & 0xFF, b"", 0)


def internal_authenticate(data):
    """INTERNAL AUTHENTICATE; data: what the DDOL asks for."""
    return command(0x00, 0x88, 0x00, 0x00, data, 0)


def generate_ac(kind, data):
    """GENERATE AC; kind: P1, the cryptogram wanted and bit 5 for CDA; data: what the CDOL asks for."""
    return command(0x80, 0xAE, kind, 0x00, data, 0)


def external_authenticate(data):
    """EXTERNAL AUTHENTICATE; data: issuer authentication data, tag 91."""
    return command(0x00, 0x82, 0x00, 0x00, data)


def verify(pin_block):
    """VERIFY with a plaintext PIN block of 8 bytes."""
    return command(0x00, 0x20, 0x00, 0x80, pin_block)


def get_response(length):
    """GET RESPONSE after 61xx; length: xx, 0 for 256."""
    return command(0x00, 0xC0, 0x00, 0x00, b"", length)


def with_le(apdu, le):
    """The same command with another Le, as 6Cxx asks for."""
    if len(apdu) == 4:
        return apdu + bytes((le,))
    if len(apdu) == 5:  # header and Le, no data
        return apdu[:4] + bytes((le,))
    return apdu[: 5 + apdu[4]] + bytes((le,))


def split(answer):
    """(data, status word) of an answer. CardError when it is shorter than a status word."""
    if len(answer) < 2:
        raise CardError(0, len(answer), "answer without status word")
    return answer[:-2], answer[-2] << 8 | answer[-1]
