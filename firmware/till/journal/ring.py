"""The journal as a ring of records on raw NOR flash. What lies there is in layout.py.

Append-only: a record is programmed once and read back; what happens to it later is a mark, one byte programmed from FF
to 00 in place. Sectors are filled in ring order, so wear is level. Sectors are erased ahead, by reclaim(), while nobody
waits; append() never erases. RAM is 9 bytes a sector, however many records there are.

The invariant that everything else rests on: whatever append() or mark() returned for is on the flash whatever the power
does afterwards, and nothing that was torn is ever taken for a record.
"""

import struct
from array import array
from binascii import crc32

from micropython import const

from till.journal import reclaim, recovery, search
from till.journal.errors import JournalError
from till.journal.flash import Flash
from till.journal.layout import (
    BODY_AT,
    BODY_MOST,
    COPIED,
    CRC,
    HEADER_AT,
    MAC,
    MARKS,
    MARKS_AT,
    MOVED,
    PAGE,
    PAGES,
    RECORD_MOST,
    VOID,
    pack_header,
    pages_of,
    size_of,
    start_of,
    unpack_header,
)
from till.journal.record import Record
from till.journal.seal import Seal

MARKED = const(0)
RESERVE = const(2)  # sectors that only reclaim() may fill: it must always be able to copy one sector's live records
SECTORS_LEAST = const(6)
_TRIES = const(4)
_RECENT = const(8)
_SET = b"\x00"


class Ring:
    """device: block device of MicroPython's extended protocol, 4096-byte sectors. key: 16 bytes.

    pages: how many there are. The other attributes are the business of this folder: sequences (of sectors, 0: not in
    the log), first (lowest record sequence written to a sector), copies (1: holds copied records), tail and head
    (oldest and current sector), last (prepared last), newest (its sequence), spares (prepared, empty), page (next one
    of head), next_sequence (of records), settled (nothing to reclaim until something is written), moves (of records,
    since open).
    """

    def __init__(self, device, key):
        self.flash = Flash(device)
        self.seal = Seal(key)
        count = self.flash.sectors
        if count < SECTORS_LEAST:
            raise JournalError("device", "%d sectors, at least %d are needed" % (count, SECTORS_LEAST))
        self.pages = count * PAGES
        self.sequences = array("I", bytes(4 * count))
        self.first = array("I", bytes(4 * count))
        self.copies = bytearray(count)
        self.tail = self.head = self.last = self.newest = self.spares = self.page = self.erases = self.barren = 0
        self.hint = self.moves = 0
        self.skip_first = self.settled = False
        self.next_sequence = 1
        self.buffer = bytearray(RECORD_MOST)
        self._view = memoryview(self.buffer)
        self._top = bytearray(BODY_AT)
        self._recent = [(0, 0, 0)] * _RECENT
        self._recent_at = 0
        self._found = Record(self)

    def open(self):
        """Recovers whatever a power cut left. JournalError where the partition holds no journal or another key's."""
        recovery.open_ring(self)

    def append(self, kind, body, ref=0):
        """Makes a record durable; returns its sequence. kind: 1..255. body: at most 688 bytes. ref: a sequence or 0.

        JournalError "journal full" where only reclaim() or a settlement makes room.
        """
        length = len(body)
        if length > BODY_MOST or not 0 < kind < 256:
            raise JournalError("append", "kind %d with %d bytes" % (kind, length))
        for _ in range(_TRIES):
            page = self.place(length)
            sequence = self.next_sequence
            record = self._sealed(kind, body, sequence, ref, self.sequences[self.head] * PAGES + page)
            if self.flash.program(self.head, start_of(page), record):
                self.next_sequence = sequence + 1
                if not self.first[self.head]:
                    self.first[self.head] = sequence
                self.barren = 0
                self.settled = False
                self._remember(sequence, self.head, page)
                return sequence
            self.flash.program(self.head, start_of(page) + VOID, _SET)
        raise JournalError("sector %d" % self.head, "records do not hold: the flash is worn, change the board")

    def mark(self, sequence, slot, value=MARKED):
        """Sets a mark of a record, durably. slot: 0..16. value: 0 is the only one known today."""
        if value != MARKED or not 0 <= slot < MARKS:
            raise JournalError("mark", "slot %d value %d" % (slot, value))
        record = self.get(sequence, self._found)
        if record is None:
            raise JournalError("record %d" % sequence, "not in the journal")
        self.set_mark(record, MARKS_AT + slot)
        self.barren = 0
        self.settled = False

    def records(self, since=0):
        """Every record from the sequence `since` on, oldest first, in one Record that is used again and again.

        Appending and marking meanwhile is allowed (what was appended is not iterated), reclaiming is not.
        """
        return search.records(self, since)

    def get(self, sequence, into=None):
        """The Record with that sequence, or None. into: a Record to fill."""
        record = into or Record(self)
        for known, sector, page in self._recent:
            if known == sequence and self.load(sector, page, record):
                if record.sequence == sequence and not (record.void or record.moved):
                    return record
        if not search.locate(self, sequence, record):
            return None
        self._remember(sequence, record.sector, record.page)
        return record

    def find(self, kind, ref):
        """The oldest Record of that kind that refers to the sequence `ref`, or None. ref is older than it."""
        record = Record(self)
        return record if search.referring(self, kind, ref, record) else None

    def space(self):
        """Pages that append() may still fill without an erase."""
        return PAGES - self.page + max(0, self.spares - RESERVE) * PAGES

    def is_short(self):
        """Whether fewer sectors are ready than there should be."""
        return reclaim.is_short(self)

    def reclaim(self, is_live):
        """Call while idle. Frees the oldest sector where that pays: live records are copied forward, then it is erased.

        is_live: callable(Record) -> bool. At most one erase a call. Returns whether it did something.
        """
        return reclaim.reclaim(self, is_live)

    def body_of(self, record):
        """A record's body in clear, as bytes. JournalError where it is damaged."""
        view = self.read_whole(record)
        self.seal.decipher(view[BODY_AT : len(view) - MAC - CRC], record.sequence, record.nonce)
        return bytes(view[BODY_AT : BODY_AT + record.length])

    def peek_of(self, record):
        """The first 16 bytes of a record's body, as they are: to choose by, not to be believed before body_of()."""
        block = self._view[:16]
        self.flash.read(record.sector, start_of(record.page) + BODY_AT, block)
        self.seal.decipher(block, record.sequence, record.nonce)
        return bytes(block)

    def read_whole(self, record):
        """The record as it lies there, in the ring's buffer: a memoryview. JournalError where it is damaged."""
        view = self.read(record)
        header = unpack_header(self.buffer)
        where = "sector %d page %d" % (record.sector, record.page)
        if header is None or header[2] != record.sequence or header[4] != record.nonce:
            raise JournalError(where, "the record has moved")
        end = len(view) - CRC
        if struct.unpack(">I", view[end:])[0] != crc32(view[HEADER_AT:end]):
            raise JournalError(where, "CRC")
        mac = self.seal.authenticate(view[HEADER_AT : end - MAC])
        if record.key_id != self.seal.key_id or mac != view[end - MAC : end]:
            raise JournalError(where, "not sealed under this key")
        return view

    def read(self, record):
        """The same, unchecked."""
        view = self._view[: size_of(record.length)]
        self.flash.read(record.sector, start_of(record.page), view)
        return view

    def load(self, sector, page, record):
        """Fills record from the 40 bytes of a page that may begin one; False where none begins."""
        self.flash.read(sector, start_of(page), self._top)
        return record.fill(sector, page, self._top)

    def place(self, length, reserve=RESERVE):
        """The first page, in the head sector, of blank ones for a body of that length; they are taken."""
        for _ in range(2 * PAGES):
            while self.page >= PAGES or self.page + pages_of(self.page, length) > PAGES:
                if self.spares <= reserve:
                    raise JournalError("space", "journal full: settle first")
                self._advance()
            page = self.page
            start, end = start_of(page), page + pages_of(page, length)
            if self.flash.is_blank(self.head, start, end * PAGE - start):
                self.page = end
                return page
            self.page = page + 1
        raise JournalError("sector %d" % self.head, "no blank page: the flash is worn, change the board")

    def move(self, record):
        """Copies a record forward as it is, marks and all, then marks the original moved."""
        for _ in range(_TRIES):
            page = self.place(record.length, 0)
            view = self.read(record)
            view[VOID] = view[MOVED] = 0xFF
            view[COPIED] = 0
            if self.flash.program(self.head, start_of(page), view):
                self.copies[self.head] = 1
                self.moves += 1
                self.set_mark(record, MOVED)
                return
            self.flash.program(self.head, start_of(page) + VOID, _SET)
        raise JournalError("sector %d" % self.head, "records do not hold: the flash is worn, change the board")

    def set_mark(self, record, at):
        """Programs the byte `at` of a record to 00."""
        for _ in range(_TRIES):
            if self.flash.program(record.sector, start_of(record.page) + at, _SET):
                return
        where = "sector %d page %d" % (record.sector, record.page)
        raise JournalError(where, "a mark does not hold: the flash is worn, change the board")

    def _sealed(self, kind, body, sequence, ref, nonce):
        buffer, length = self.buffer, len(body)
        size = size_of(length)
        end = size - CRC
        sealed = end - MAC
        view = self._view[:size]
        buffer[:HEADER_AT] = b"\xff" * HEADER_AT
        pack_header(buffer, kind, self.seal.key_id, sequence, ref, nonce, length)
        view[BODY_AT : BODY_AT + length] = body
        for index in range(BODY_AT + length, sealed):
            buffer[index] = 0
        self.seal.encipher(view[BODY_AT:sealed], sequence, nonce)
        view[sealed:end] = self.seal.authenticate(view[HEADER_AT:sealed])
        struct.pack_into(">I", buffer, end, crc32(view[HEADER_AT:end]))
        return view

    def _advance(self):
        count = len(self.sequences)
        sector = (self.head + 1) % count
        while not self.sequences[sector]:  # ends: there is a spare
            sector = (sector + 1) % count
        self.head = sector
        self.spares -= 1
        self.page = 1 if self.skip_first else 0
        self.skip_first = False

    def _remember(self, sequence, sector, page):
        self._recent[self._recent_at] = (sequence, sector, page)
        self._recent_at = (self._recent_at + 1) % _RECENT
