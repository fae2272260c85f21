"""What an update says of itself, in 72 bytes that its maker signs: docs/update.md has the table."""

import struct
from binascii import hexlify
from collections import namedtuple

from micropython import const

HEADER_BYTES = const(72)
BODY_MOST = const(1 << 20)
_FORM = ">4sBBHII8s16s32s"
_MAGIC = b"TUPD"
_FORMAT = const(1)
_PART_MOST = const(999)

# version: number, see number_of(). length: bytes of the body. base: identity of the base image that it is made for,
# hex. board: name. digest: SHA-256 of the body. signature_bytes: how long the signature is that stands behind it.
Header = namedtuple("Header", ("version", "length", "base", "board", "digest", "signature_bytes"))


def parse(data):
    """Header of 72 bytes, None where they are none."""
    magic, form, zero, signature_bytes, version, length, base, board, digest = struct.unpack(_FORM, data)
    if magic != _MAGIC or form != _FORMAT or zero or not 0 < length <= BODY_MOST:
        return None
    try:
        name = board.rstrip(b"\0").decode()
    except ValueError:  # UnicodeError is one
        return None
    return Header(version, length, hexlify(base).decode(), name, digest, signature_bytes)


def number_of(version):
    """"1.2.3" as a number that grows with it: 1002003. ValueError for another form."""
    parts = [int(part) for part in version.split(".")]
    if len(parts) != 3 or not all([0 <= part <= _PART_MOST for part in parts]):
        raise ValueError("a version is three numbers of at most three digits")
    return (parts[0] * 1000 + parts[1]) * 1000 + parts[2]


def version_of(number):
    return "%d.%d.%d" % (number // 1_000_000, number // 1000 % 1000, number % 1000)
