"""What lies on the flash, byte by byte. Format version 1, all numbers big-endian.

A sector is 4096 bytes, 16 pages of 256. It begins with
     0  magic "PTJ"  | 3 version u8 | 4 sector sequence u32 | 8 erases so far u32 | 12 CRC-32 of bytes 0..11
and holds records, each from the first byte of a page on (in the first page: from behind the sector's header) over as
many pages as it needs, at most 3 and never into the next sector. A record is
     0  void, moved, copied: the ring's own marks, a byte each
     3  marks 0..16: its user's, a byte each
    20  magic "JR" | 22 kind u8 | 23 key id u8 | 24 sequence u32 | 28 ref u32 | 32 nonce u32
    36  length u16 | 38 check u16
    40  body, enciphered, padded with zeros to 16 bytes | MAC, 8 bytes, of 20..here | CRC-32 of 20..here
The check (low half of the CRC-32 of bytes 20..37) lets a header be believed without reading the body. Marks are outside
MAC and CRC, because they are programmed later, in place: FF is not set, anything else is set. A record is committed
when it has been read back; the nonce is its first place (sector sequence * 16 + page), so that a copy need not be
enciphered again and no (sequence, nonce) serves two bodies.

Kept free for later versions: kinds 0x30 and up, among them a record that sets marks where a flash cannot be
programmed twice.
"""

import struct
from binascii import crc32

from micropython import const

from till.journal.errors import JournalError

SECTOR = const(4096)
PAGE = const(256)
PAGES = const(16)
VERSION = const(1)
SECTOR_HEADER = const(16)
VOID = const(0)
MOVED = const(1)
COPIED = const(2)
MARKS_AT = const(3)
MARKS = const(17)
HEADER_AT = const(20)
BODY_AT = const(40)
MAC = const(8)
CRC = const(4)
BODY_MOST = const(688)  # what fits 3 pages behind a sector's header
RECORD_MOST = const(740)  # that, with everything around it
BLANK = b"\xff" * BODY_AT
_SECTOR_MAGIC = b"PTJ"
_RECORD_MAGIC = const(0x4A52)


def size_of(length):
    """Bytes that a record with a body of `length` bytes takes."""
    return BODY_AT + (length + 15) // 16 * 16 + MAC + CRC


def start_of(page):
    """Offset within its sector of a record that begins in that page."""
    return page * PAGE or SECTOR_HEADER


def pages_of(page, length):
    """How many pages a record takes that begins in that page."""
    start = start_of(page)
    return (start + size_of(length) + PAGE - 1) // PAGE - page


def sector_header(sequence, erases):
    """The 16 bytes at the start of a sector that is ready to be written to."""
    header = struct.pack(">3sBII", _SECTOR_MAGIC, VERSION, sequence, erases)
    return header + struct.pack(">I", crc32(header))


def read_sector_header(header):
    """(sector sequence, erases) or None where there is no whole header. JournalError for a version we do not know."""
    magic, version, sequence, erases, crc = struct.unpack_from(">3sBIII", header)
    if magic != _SECTOR_MAGIC or crc32(bytes(header[:12])) != crc or not sequence:
        return None
    if version != VERSION:
        raise JournalError("sector header", "format version %d: install the firmware that wrote it" % version)
    return sequence, erases


def pack_header(buffer, kind, key_id, sequence, ref, nonce, length):
    """A record's header into buffer[20:40]."""
    struct.pack_into(">HBBIIIH", buffer, HEADER_AT, _RECORD_MAGIC, kind, key_id, sequence, ref, nonce, length)
    struct.pack_into(">H", buffer, HEADER_AT + 18, crc32(buffer[HEADER_AT : HEADER_AT + 18]) & 0xFFFF)


def unpack_header(buffer):
    """(kind, key id, sequence, ref, nonce, length) out of a record's first 40 bytes, or None where none can be."""
    magic, kind, key_id, sequence, ref, nonce, length, check = struct.unpack_from(">HBBIIIHH", buffer, HEADER_AT)
    if magic != _RECORD_MAGIC or length > BODY_MOST or not sequence:
        return None
    if crc32(buffer[HEADER_AT : HEADER_AT + 18]) & 0xFFFF != check:
        return None
    return kind, key_id, sequence, ref, nonce, length
