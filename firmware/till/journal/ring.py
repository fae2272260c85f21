"""The journal as a ring of records on raw NOR flash. What lies there is in layout.py.

Append-only: a record is programmed once and read back; what happens to it later is a mark, one byte programmed from FF
to 00 in place, or, where that cannot be (pages that are programmed once, a worn cell), a copy further on that carries
the mark and supersedes it. Sectors are filled in ring order, so wear is level. Sectors are erased ahead, by reclaim(),
while nobody waits; append() and mark() never erase. RAM is 16 bytes a sector, however many records there are.

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
    BLANK,
    BODY_AT,
    BODY_MOST,
    CRC,
    HEADER_AT,
    KEYS,
    KEYS_AT,
    MAC,
    MARKS,
    MARKS_AT,
    NOTE,
    OLD_BODY_AT,
    OLD_MARKS,
    OLD_MARKS_AT,
    PAGE,
    PAGES,
    RECORD_MOST,
    RESERVE,
    SETS,
    SUPERSEDES,
    VOID,
    pack_header,
    pack_place,
    pages_of,
    size_of,
    start_of,
    unpack_header,
    widen,
)
from till.journal.record import Record
from till.journal.seal import Seal

MARKED = const(0)
SECTORS_LEAST = const(6)
_TRIES = const(4)
_RECENT = const(8)
_SET = b"\x00"
_UNSET = b"\xff"


class Ring:
    """device: block device of MicroPython's extended protocol, 4096-byte sectors. key: 16 bytes.

    pages: how many there are. once: each is programmed once only. The other attributes are the business of this folder:
    sequences (of sectors, 0: not in the log), first (lowest record sequence written to a sector), starts (bit p: a
    record that stands begins in page p), sets (bits of marks 1 and 2 that a later record sets), copies (1: holds copied
    records), old (1: of version 1), tail and head (oldest and current sector), last (prepared last), newest (its
    sequence), spares (prepared, empty), page (next one of head), next_sequence (of records), settled (nothing to
    reclaim until something is written), moves (of records, since open), erases (of the most used sector), regular
    (sector sequences count sectors).
    """

    def __init__(self, device, key):
        self.flash = Flash(device)
        self.once = self.flash.once
        self.keeps = not getattr(device, "volatile", False)
        self.seal = Seal(key)
        count = self.flash.sectors
        if count < SECTORS_LEAST:
            raise JournalError("device", "%d sectors, at least %d are needed" % (count, SECTORS_LEAST))
        self.pages = count * PAGES
        self.sequences = array("I", bytes(4 * count))
        self.first = array("I", bytes(4 * count))
        self.starts = array("H", bytes(2 * count))
        self.sets = (array("H", bytes(2 * count)), array("H", bytes(2 * count)))
        self.copies = bytearray(count)
        self.old = bytearray(count)
        self.tail = self.head = self.last = self.newest = self.spares = self.page = self.erases = self.barren = 0
        self.hint = self.found_at = self.moves = 0
        self.skip_first = self.settled = False
        self.regular = True
        self.recent_sectors = (0, 0)
        self.next_sequence = 1
        self.buffer = bytearray(RECORD_MOST)
        self._view = memoryview(self.buffer)
        self.top = bytearray(BODY_AT)
        self._old_top = memoryview(self.top)[BODY_AT - OLD_BODY_AT :]
        self._old_blank = False
        self._block = bytearray(16)
        self._keys = bytearray(KEYS)
        self._recent = [(0, 0, 0)] * _RECENT
        self._recent_at = 0
        self._found = Record(self)

    def open(self):
        """Recovers whatever a power cut left. JournalError where the partition holds no journal or another key's."""
        recovery.open_ring(self)

    def append(self, kind, body, ref=0, sets=None):
        """Makes a record durable; returns its sequence. kind: 1..255. body: at most 688 bytes. ref: a sequence or 0.

        sets: 1 or 2, that mark of the record `ref` is set by this one being there: both are durable at once.
        JournalError "journal full" where only reclaim() or a settlement makes room.
        """
        length = len(body)
        if length > BODY_MOST or not 0 < kind < 256:
            raise JournalError("append", "kind %d with %d bytes" % (kind, length))
        place, about = 0, 0
        if sets is not None:
            owner = self._owned(ref, sets, (1, 2))
            place, about = self.place_of(owner.sector, owner.page), SETS + sets
        return self._append(kind, body, ref, place, about, RESERVE)

    def note(self, about, place):
        """A record of the ring's own that says something about a place and has no body."""
        self._append(NOTE, b"", 0, place, about, 0)

    def _append(self, kind, body, ref, place, about, reserve):
        failed = []
        for _ in range(_TRIES):
            page = self.place(len(body), reserve)
            sequence = self.next_sequence
            record = self._sealed(kind, body, sequence, ref, self.place_of(self.head, page))
            self._preface(_UNSET * MARKS, place, about)
            if self.flash.program(self.head, start_of(page), record):
                self.next_sequence = sequence + 1
                if kind != NOTE:
                    self.first[self.head] = self.first[self.head] or sequence
                    self._stands(sequence, page)
                    self._touched()
                self.apply(place, about)
                self._void_all(failed)
                return sequence
            failed.append((self.head, page))
            self.page = PAGES  # the sector takes no more
        raise JournalError("sector %d" % self.head, "records do not hold: the flash is worn, change the board")

    def mark(self, sequence, slot, value=MARKED):
        """Sets a mark of a record, durably. slot: 0..18. value: 0 is the only one known today."""
        if value != MARKED:
            raise JournalError("mark", "slot %d value %d" % (slot, value))
        record = self._owned(sequence, slot, range(MARKS))
        if self.once or not self.set_byte(record, slot):
            self.move(record, slot)
        self._touched()

    def mark_in_copy(self, sequence, slot):
        """The same, in a copy that supersedes the record: the mark, and all that was there, read the same for ever,
        even where the power was cut in the middle of a mark before."""
        record = self._owned(sequence, slot, range(MARKS))
        if self.once or self.space() > 0 or not self.set_byte(record, slot):
            self.move(record, slot)
        self._touched()

    def _owned(self, sequence, slot, slots):
        if slot not in slots:
            raise JournalError("mark", "slot %d" % slot)
        record = self.get(sequence, self._found)
        if record is None:
            raise JournalError("record %d" % sequence, "not in the journal")
        return record

    def records(self, since=0):
        """Every record from the sequence `since` on, oldest first, in one Record that is used again and again.

        Appending and marking meanwhile is allowed (what was appended is not iterated), reclaiming is not.
        """
        return search.records(self, since)

    def get(self, sequence, into=None):
        """The Record with that sequence, or None. into: a Record to fill."""
        record = into or Record(self)
        for known, sector, page in self._recent:
            if known == sequence and self.starts[sector] >> page & 1 and self.load(sector, page, record):
                if record.sequence == sequence:
                    return record
        if not search.locate(self, sequence, record):
            return None
        self.remember(sequence, record.sector, record.page)
        return record

    def find(self, kind, ref):
        """The Record of that kind that refers to the sequence `ref`, or None. ref is older than it."""
        record = Record(self)
        return record if search.referring(self, kind, ref, record) else None

    def space(self):
        """Pages that append() may still fill without an erase."""
        return PAGES - self.page + max(0, self.spares - RESERVE) * (PAGES - 1 if self.once else PAGES)

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
        at = record.start + (OLD_BODY_AT if record.old else BODY_AT)
        self.flash.read(record.sector, at, self._block)
        return self.seal.first_block(self._block, record.sequence, record.nonce)

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
        """The same, unchecked, as it would lie in version 2."""
        view = self._view[: size_of(record.length)]
        if record.old:
            self.flash.read(record.sector, record.start, view[BODY_AT - OLD_BODY_AT :])
            widen(self.buffer)
        else:
            self.flash.read(record.sector, record.start, view)
        return view

    def load(self, sector, page, record):
        """Fills record from the 48 bytes of a page that may begin one; False where none begins."""
        if self.old[sector]:
            self.flash.read(sector, start_of(page, 1), self._old_top)
            self._old_blank = self._old_top == BLANK[:OLD_BODY_AT]
            widen(self.top)
        else:
            self.flash.read(sector, start_of(page), self.top)
        if not record.fill(sector, page, self.top, self.starts[sector] >> page & 1):
            return False
        for slot in (1, 2):
            if self.sets[slot - 1][sector] >> page & 1:
                record.marks = record.marks[:slot] + _SET + record.marks[slot + 1 :]
        return True

    def keys_of(self, sector, page):
        """Kind u8, key id u8, sequence u32, ref u32 of a record that stands there: a buffer that is used again."""
        start = start_of(page, 1) - BODY_AT + OLD_BODY_AT if self.old[sector] else start_of(page)
        self.flash.read(sector, start + KEYS_AT, self._keys)
        return self._keys

    def is_top_blank(self, sector):
        """Whether the page that load() looked at last, in that sector, begins with nothing but FF."""
        return self._old_blank if self.old[sector] else self.top == BLANK

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

    def place_of(self, sector, page):
        """A place as records name it: u32."""
        return self.sequences[sector] * PAGES + page

    def apply(self, place, about):
        """What a record says about another one's place."""
        if not about:
            return
        sector = search.sector_at(self, place // PAGES)
        bit = 1 << place % PAGES
        if sector < 0:
            return
        if about == SUPERSEDES:
            self.starts[sector] &= ~bit
        elif about in (SETS + 1, SETS + 2):
            self.sets[about - SETS - 1][sector] |= bit

    def move(self, record, slot=None):
        """Copies a record forward with its marks, and the mark `slot` with them; the copy supersedes it."""
        marks = bytearray(record.marks)
        for at in range(MARKS):
            if marks[at] != 0xFF or at == slot:
                marks[at] = 0
        failed = []
        for _ in range(_TRIES):
            page = self.place(record.length, 0)
            view = self.read(record)
            place = self.place_of(record.sector, record.page)
            self._preface(marks, place, SUPERSEDES)
            if self.flash.program(self.head, start_of(page), view):
                self.copies[self.head] = 1
                self.moves += 1
                self._stands(record.sequence, page)
                self.apply(place, SUPERSEDES)
                self._void_all(failed)
                return
            failed.append((self.head, page))
            self.page = PAGES
        raise JournalError("sector %d" % self.head, "records do not hold: the flash is worn, change the board")

    def set_byte(self, record, slot):
        """Programs a mark of a record to 00; False where it does not hold."""
        if record.old and slot >= OLD_MARKS:
            return False
        at = record.start + (OLD_MARKS_AT if record.old else MARKS_AT) + slot
        return self.flash.program(record.sector, at, _SET) or self.flash.program(record.sector, at, _SET)

    def void(self, sector, page):
        """What lies there, if anything, is no record, whatever it reads like later."""
        self.starts[sector] &= ~(1 << page)
        if not self.once and not self.old[sector]:
            self.flash.program(sector, start_of(page) + VOID, _SET)
        else:
            self.note(SUPERSEDES, self.place_of(sector, page))

    def _stands(self, sequence, page):
        self.starts[self.head] |= 1 << page
        self.remember(sequence, self.head, page)

    def _touched(self):
        self.barren = 0
        self.settled = False

    def _void_all(self, places):
        """Programs that did not hold: what they left is no record."""
        for sector, page in places:
            self.void(sector, page)

    def _sealed(self, kind, body, sequence, ref, nonce):
        buffer, length = self.buffer, len(body)
        size = size_of(length)
        end = size - CRC
        sealed = end - MAC
        view = self._view[:size]
        pack_header(buffer, kind, self.seal.key_id, sequence, ref, nonce, length)
        view[BODY_AT : BODY_AT + length] = body
        for index in range(BODY_AT + length, sealed):
            buffer[index] = 0
        self.seal.encipher(view[BODY_AT:sealed], sequence, nonce)
        view[sealed:end] = self.seal.authenticate(view[HEADER_AT:sealed])
        struct.pack_into(">I", buffer, end, crc32(view[HEADER_AT:end]))
        return view

    def _preface(self, marks, place, about):
        """What stands before a record's header, into the buffer."""
        self.buffer[VOID] = 0xFF
        self._view[MARKS_AT : MARKS_AT + MARKS] = marks
        pack_place(self.buffer, place, about, self.once)

    def _advance(self):
        count = len(self.sequences)
        sector = (self.head + 1) % count
        while not self.sequences[sector]:  # ends: there is a spare
            sector = (sector + 1) % count
        self.head = sector
        self.spares -= 1
        first = 1 if self.once else 0
        self.page = first
        if self.skip_first:
            self.skip_first = False
            self.page = first + 1
            self.void(sector, first)

    def remember(self, sequence, sector, page):
        """Where a record was seen last: the next question is often about it."""
        self._recent[self._recent_at] = (sequence, sector, page)
        self._recent_at = (self._recent_at + 1) % _RECENT
