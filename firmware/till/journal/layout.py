"""What lies on the flash, byte by byte. Format version 2, all numbers big-endian.

A sector is 4096 bytes, 16 pages of 256. It begins with
     0  magic "PTJ"  | 3 version u8 | 4 sector sequence u32 | 8 erases so far u32 | 12 tail u32 | 16 CRC-32 of 0..15
A sector whose sequence is lower than any sector's tail no longer belongs to the log: what it holds has gone forward or
is not needed. So no record can come back out of an erase that the power cut short. Behind that lie records, each from
the first byte of a page on (in the first page: from behind the sector's header) over as many pages as it needs, at
most 3 and never into the next sector. A record is
     0  void: the ring's own mark | 1 marks 0..18: its user's, a byte each
    20  place u32 | 24 what about u8 | 25 zero | 26 check u16 of bytes 20..25
    28  magic "JR" | 30 kind u8 | 31 key id u8 | 32 sequence u32 | 36 ref u32 | 40 nonce u32 | 44 length u16
    46  check u16 of bytes 28..45
    48  body, enciphered, padded with zeros to 16 bytes | MAC, 8 bytes, of 28..here | CRC-32 of 28..here
A check is the low half of a CRC-32: with it a head is believed without its body. Marks are outside of MAC and CRC,
because they are programmed later, in place: FF is not set, anything else is set. A place is sector sequence * 16 +
page. The nonce is the record's first one, so that a copy need not be enciphered again and no (sequence, nonce) serves
two bodies. "What about" says what the record means to another one's place: 0 nothing, 1 it supersedes what lies there
(a copy, or nothing but that: kind 0x30), 2 + n it sets mark n there, n 1 or 2, 0x13 all sectors before that place's
have left the log. With 0x80 added the flash is one whose pages are programmed once: then the marks are the ones that
the record was written with, the check covers bytes 0..25, and a sector's first page holds its header alone.
A record is committed when it has been read back.

Version 1 (read, and carried forward as sectors are reclaimed): sector header without the tail, 16 bytes; records have
void, moved, copied, 17 marks, then what begins at 28 here. A program knows the versions up to its own.
"""

import struct
from binascii import crc32

from micropython import const

from till.journal.errors import JournalError

SECTOR = const(4096)
PAGE = const(256)
PAGES = const(16)
VERSION = const(2)
SECTOR_HEADER = const(20)
VOID = const(0)
MARKS_AT = const(1)
MARKS = const(19)
PLACE_AT = const(20)
HEADER_AT = const(28)
BODY_AT = const(48)
MAC = const(8)
CRC = const(4)
BODY_MOST = const(688)  # what fits 3 pages behind a sector's header
KEYS_AT = const(30)  # kind, key id, sequence, ref: what records are looked for by
KEYS = const(10)
RECORD_MOST = const(748)  # that, with everything around it
SUPERSEDES = const(1)
SETS = const(2)
TAIL_IS = const(0x13)
ONCE = const(0x80)
NOTE = const(0x30)  # the ring's own kind: a record without a body that says something about a place
RESERVE = const(2)  # sectors that only reclaim() may fill: it must always be able to copy one sector's live records
BLANK = b"\xff" * BODY_AT
OLD_VERSION = const(1)
OLD_SECTOR_HEADER = const(16)
OLD_BODY_AT = const(40)
_OLD_MOVED = const(1)
_OLD_COPIED = const(2)
OLD_MARKS_AT = const(3)
OLD_MARKS = const(17)
_SECTOR_MAGIC = b"PTJ"
_RECORD_MAGIC = const(0x4A52)


def size_of(length):
    """Bytes that a record with a body of `length` bytes takes."""
    return BODY_AT + (length + 15) // 16 * 16 + MAC + CRC


def start_of(page, old=0):
    """Offset within its sector of a record that begins in that page. old: 1 in a sector of version 1."""
    return page * PAGE or (OLD_SECTOR_HEADER if old else SECTOR_HEADER)


def pages_of(page, length, old=0):
    """How many pages a record takes that begins in that page."""
    size = size_of(length) - (BODY_AT - OLD_BODY_AT if old else 0)
    return (start_of(page, old) + size + PAGE - 1) // PAGE - page


def sector_header(sequence, erases, tail):
    """The 20 bytes at the start of a sector that is ready to be written to."""
    header = struct.pack(">3sBIII", _SECTOR_MAGIC, VERSION, sequence, erases, tail)
    return header + struct.pack(">I", crc32(header))


def read_sector_header(header):
    """(sector sequence, erases, tail, version) or None where there is no whole header.

    header: 20 bytes. JournalError for a version that is newer than this program."""
    magic, version, sequence, erases, tail, crc = struct.unpack_from(">3sBIIII", header)
    if magic != _SECTOR_MAGIC or not sequence:
        return None
    short, whole = crc32(bytes(header[:12])) == tail, crc32(bytes(header[:16])) == crc
    if version > VERSION and (short or whole):
        raise JournalError("sector header", "format version %d: install the firmware that wrote it" % version)
    if version == OLD_VERSION and short:
        return sequence, erases, 0, version
    return (sequence, erases, tail, version) if version == VERSION and whole else None


def pack_header(buffer, kind, key_id, sequence, ref, nonce, length):
    """A record's header into buffer[28:48]."""
    struct.pack_into(">HBBIIIH", buffer, HEADER_AT, _RECORD_MAGIC, kind, key_id, sequence, ref, nonce, length)
    struct.pack_into(">H", buffer, HEADER_AT + 18, crc32(buffer[HEADER_AT : HEADER_AT + 18]) & 0xFFFF)


def unpack_header(buffer):
    """(kind, key id, sequence, ref, nonce, length) out of a record's first 48 bytes, or None where none can be."""
    magic, kind, key_id, sequence, ref, nonce, length, check = struct.unpack_from(">HBBIIIHH", buffer, HEADER_AT)
    if magic != _RECORD_MAGIC or length > BODY_MOST or not sequence:
        return None
    if crc32(buffer[HEADER_AT : HEADER_AT + 18]) & 0xFFFF != check:
        return None
    return kind, key_id, sequence, ref, nonce, length


def unpack_head(buffer, known):
    """A record's first 48 bytes from its marks on, or None where none can be: (marks, place, what about, zero, check,
    magic, kind, key id, sequence, ref, nonce, length, check). At boot every record comes through here, twice.

    known: the checks have been seen to be right since the journal was opened."""
    head = struct.unpack_from(">19sIBBHHBBIIIHH", buffer, MARKS_AT)
    if head[5] != _RECORD_MAGIC or head[11] > BODY_MOST or not head[8]:
        return None
    if not known:
        view = memoryview(buffer)
        if crc32(view[HEADER_AT : HEADER_AT + 18]) & 0xFFFF != head[12]:
            return None
        if crc32(view[0 if head[2] & ONCE else PLACE_AT : PLACE_AT + 6]) & 0xFFFF != head[4]:
            return None
    return head


def pack_place(buffer, place, about, once):
    """Place, meaning and check into buffer[20:28]; where pages are programmed once, bytes 0..19 are as they stay."""
    struct.pack_into(">IBB", buffer, PLACE_AT, place, about | (ONCE if once else 0), 0)
    begin = 0 if once else PLACE_AT
    struct.pack_into(">H", buffer, PLACE_AT + 6, crc32(buffer[begin : PLACE_AT + 6]) & 0xFFFF)


def widen(buffer):
    """A record of version 1, its first byte at buffer[8], gets the first 28 bytes that it has in version 2.

    What was moved reads as void, what was a copy as one of a place that is nowhere."""
    void = 0 if buffer[8] != 0xFF or buffer[8 + _OLD_MOVED] != 0xFF else 0xFF
    copied = buffer[8 + _OLD_COPIED] != 0xFF
    for at in range(OLD_MARKS):
        buffer[MARKS_AT + at] = buffer[8 + OLD_MARKS_AT + at]
    buffer[VOID] = void
    buffer[PLACE_AT - 2] = buffer[PLACE_AT - 1] = 0xFF
    pack_place(buffer, 0, SUPERSEDES if copied else 0, False)
