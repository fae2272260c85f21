"""Opening a journal after whatever happened to the power.

What can be torn, and what becomes of it:
- a record being programmed: its head does not check, or its CRC does not. It is made void, so that bits which read
  wrong now and right later do not bring it back. Only the last record of the log can be like that, because each one is
  read back before the next is begun;
- the same, with every bit read right by luck: the last record is copied before it is trusted: onto itself, which makes
  its cells as firm as new, or forward where a page is programmed once. So are the marks of the one it refers to, and
  the header of the sector that was made ready last;
- a page that was begun but reads blank: the first page behind the log is left out, and made void;
- a mark: any byte that is not FF counts as set, and is programmed to 00. That is safe because a mark says what its
  writer has already made sure of or is about to do, and what a repeat does no harm. A mark that reads unset now may
  read set later: what is decided about a payment that was half way is therefore written in a copy (power_cut.py), and
  so is a cancellation;
- a copy by reclaim(): record and copy both stand on the flash; the copy says that it supersedes the other;
- a sector being erased or made ready: its tail in another header says that it has left the log.
"""

from till.journal import reclaim, search
from till.journal.errors import JournalError
from till.journal.layout import (
    BLANK,
    BODY_AT,
    MARKS,
    NOTE,
    OLD_VERSION,
    PAGE,
    PAGES,
    PLACE_AT,
    RESERVE,
    SECTOR,
    SECTOR_HEADER,
    SUPERSEDES,
    TAIL_IS,
    VOID,
    read_sector_header,
    sector_header,
    start_of,
)
from till.journal.record import UNSET, Record

_LEFT_OUT_MOST = 4  # pages in a row that were left out by one boot after the other: then a page is looked at closely
_LOOKS = 16
_SET, _UNSET = b"\x00", b"\xff"
_RENEWED_AT_ONCE = 6  # sectors: enough for a payment before there is time for more


def open_ring(ring):
    """Fills the ring's attributes from the flash."""
    used = _read_sectors(ring)
    if not ring.newest:
        _format_blank(ring)
        return
    ring.head = _find_head(ring, used)
    ring.recent_sectors = _recent_sectors(ring)
    end = _End(ring)
    _read_records(ring, end)
    if ring.old[ring.head]:
        _take_over(ring)
    else:
        ring.spares = sum(1 for sector in _in_order(ring, ring.head, ring.last) if not ring.old[sector]) - 1
    last = end.last
    whole = last.sequence and _settle_last(ring, last)
    if last.sequence and not whole:
        end.torn = True
    _firm_sector(ring)
    _leave_out(ring, end)
    if whole and ring.once and not last.old:
        _copy_forward(ring, last, end)
    for _ in range(_RENEWED_AT_ONCE):  # the power may have gone while the partition was being made a journal
        if ring.spares > RESERVE or not reclaim.close_gap(ring):
            break


class _End:
    """What the end of the log looks like: last (Record), torn (it is behind it), garbage (its page, -1 for none), voids
    (pages in a row that were left out before). gaps: places in the last two sectors where no record begins, and no note
    says so: of pages that are programmed once, any of them may be one that a cut left, and a later one kept a note
    from being written."""

    def __init__(self, ring):
        self.last = Record(ring)
        self.torn = False
        self.garbage = -1
        self.voids = 0
        self.gaps, self.gaps_before = [], []

    def is_told(self, ring, note):
        for gaps in (self.gaps, self.gaps_before):
            for gap in gaps:
                if ring.place_of(gap[0], gap[1]) == note.place:
                    gaps.remove(gap)
                    return


def _read_sectors(ring):
    """Reads the sectors' headers. Returns a flag a sector: something is written to its first page of records."""
    top = bytearray(SECTOR_HEADER + BODY_AT)
    count = len(ring.sequences)
    used = bytearray(count)
    tail = 0
    for sector in range(count):
        ring.flash.read(sector, 0, top)
        found = read_sector_header(top)
        ring.sequences[sector] = found[0] if found else 0
        if not found:
            continue
        ring.old[sector] = 1 if found[3] == OLD_VERSION else 0
        begin = start_of(0, ring.old[sector])
        used[sector] = bytes(top[begin : begin + BODY_AT]) != BLANK
        if ring.once and not used[sector]:
            used[sector] = not ring.flash.is_blank(sector, PAGE, BODY_AT)
        ring.erases = max(ring.erases, found[1])
        tail = max(tail, found[2])
        if found[0] > ring.newest:
            ring.newest, ring.last = found[0], sector
    _drop_below(ring, tail)
    before = 0
    for sector in _in_order(ring, ring.tail, ring.last):
        if ring.sequences[sector] <= before:
            raise JournalError("sector %d" % sector, "out of order: the partition holds parts of two journals")
        before = ring.sequences[sector]
        ring.regular = ring.regular and (ring.last + count - (ring.newest - before) % count) % count == sector
    return used


def _drop_below(ring, tail):
    """Sectors that have left the log; the oldest that has not is its tail."""
    lowest = 0
    for sector in range(len(ring.sequences)):
        sequence = ring.sequences[sector]
        if sequence and sequence < tail:
            reclaim.drop(ring, sector)
        elif sequence and (not lowest or sequence < lowest):
            lowest, ring.tail = sequence, sector


def _in_order(ring, first, last):
    count = len(ring.sequences)
    sector = first
    for _ in range(count):
        if ring.sequences[sector]:
            yield sector
        if sector == last:
            return
        sector = (sector + 1) % count


def _format_blank(ring):
    """Makes a journal of a partition that was never written to. Nothing is erased here, so nothing can be lost. The
    last sector is the one that lags (reclaim.py)."""
    count = len(ring.sequences)
    for sector in range(count):
        if not ring.flash.is_blank(sector, SECTOR_HEADER, SECTOR - SECTOR_HEADER):
            raise JournalError("sector %d" % sector, "not a journal: erase the partition if nothing in it is needed")
    for sector in range(count - 1):
        ring.newest += 1
        ring.last = sector
        if ring.flash.is_blank(sector, 0, SECTOR_HEADER):
            if ring.flash.program(sector, 0, sector_header(ring.newest, 0, 0)):
                ring.sequences[sector] = ring.newest
                ring.spares += 1
    while ring.spares and not ring.sequences[ring.head]:
        ring.head += 1
    if not ring.spares:
        raise JournalError("device", "no sector holds what is programmed: change the board")
    ring.tail = ring.head
    ring.page = 1 if ring.once else 0
    ring.spares -= 1


def _find_head(ring, used):
    """The last sector that anything was written to. Sectors are filled in order, so behind the first that is wholly
    blank it is enough to look at first pages."""
    head = ring.tail
    follows = True
    for sector in _in_order(ring, ring.tail, ring.last):
        if used[sector] or follows and not _is_unused(ring, sector):
            head = sector
            follows = True
        else:
            follows = False
    return head


def _recent_sectors(ring):
    before = ring.head
    for sector in search.sectors(ring, ring.tail):
        if sector == ring.head:
            return before, sector
        before = sector
    return before, ring.head


def _is_unused(ring, sector):
    for page in range(PAGES):
        if not ring.flash.is_blank(sector, start_of(page, ring.old[sector]), BODY_AT):
            return False
    return True


def _read_records(ring, end):
    """One head a page at most: which stand, what they say about each other, and how the log ends."""
    record = Record(ring)
    tail = 0
    top = ring.top
    for sector in search.sectors(ring, ring.tail):
        page = beyond = 0
        end.gaps_before, end.gaps = end.gaps, []
        if ring.once and not ring.old[sector]:
            page = beyond = 1
        while page < PAGES:
            found = ring.load(sector, page, record)
            if not found or record.void:
                if top[VOID] != UNSET or not ring.is_top_blank(sector):
                    beyond = page + 1
                    old = top[VOID] != UNSET
                    end.garbage, end.torn = page, not old
                    end.voids = end.voids + 1 if old else 0
                if ring.once and not ring.old[sector]:
                    end.gaps.append((sector, page))
                page += 1
                continue
            _note(ring, record, top)
            if record.about == TAIL_IS:
                tail = max(tail, record.place // PAGES)
            if record.kind == NOTE:
                end.is_told(ring, record)
                _unsay_at(ring, record)
            page += record.pages
            beyond, end.garbage, end.torn = page, -1, False
            end.voids = end.voids + 1 if record.kind == NOTE and record.about == SUPERSEDES else 0
            end.last, record = record, end.last  # the one before the last is filled anew
        if sector == ring.head:
            ring.page = beyond
    if tail:
        _drop_below(ring, tail)


def _note(ring, record, top):
    sector, page = record.sector, record.page
    if record.key_id != ring.seal.key_id:
        where = "sector %d page %d" % (sector, page)
        raise JournalError(where, "sealed under another key: put this board's own secret back")
    if record.kind != NOTE:
        ring.starts[sector] |= 1 << page
    if not ring.once:
        _firm_marks(ring, record)
    ring.apply(record.place, record.about)
    if record.about == SUPERSEDES and record.kind != NOTE:
        ring.copies[sector] = 1
    elif not ring.first[sector]:
        ring.first[sector] = record.sequence
    if record.sequence >= ring.next_sequence:
        ring.next_sequence = record.sequence + 1


def _firm_marks(ring, record):
    """A mark that reads as set is set for good. Where the last records lie, even one that reads as it should."""
    marks = record.marks
    recent = record.sector in ring.recent_sectors
    if not recent and marks.count(_SET) + marks.count(_UNSET) == MARKS:
        return
    for slot in range(MARKS):
        if marks[slot] != UNSET and (recent or marks[slot]):
            ring.set_byte(record, slot)


def _settle_last(ring, last):
    """Decides about the last record. False where it was torn: then it is void."""
    try:
        whole = ring.read_whole(last)
    except JournalError:
        return _undo(ring, last)
    if last.old:
        _settle_old_copy(ring, last)
        return True
    if ring.once:
        return True
    ring.flash.program(last.sector, last.start, whole)  # what was checked, not what another read gives
    owner = ring.get(last.ref) if last.ref else None
    if owner is not None and not owner.old:
        ring.flash.program(owner.sector, owner.start, ring.read(owner)[:PLACE_AT])
    return True


def _copy_forward(ring, last, end):
    if ring.space() <= PAGES or end.voids >= _LEFT_OUT_MOST:
        return
    if last.kind == NOTE:
        ring.note(last.about, last.place)
    else:
        ring.move(last)


def _undo(ring, last):
    """The last record was torn: void, and what it says about another place is taken back. What a torn note was about is
    noted again."""
    if last.kind != NOTE:
        _unsay(ring, last)
    elif last.about == SUPERSEDES:
        ring.note(SUPERSEDES, last.place)
    ring.void(last.sector, last.page)
    return False


def _unsay(ring, record):
    """A record that does not count has said something about another one's place: that one stands as before."""
    sector = search.sector_at(ring, record.place // PAGES)
    bit = 1 << record.place % PAGES
    if sector >= 0 and record.about == SUPERSEDES and record.kind != NOTE:
        ring.starts[sector] |= bit
    elif sector >= 0 and record.about:
        for sets in ring.sets:
            sets[sector] &= ~bit


def _unsay_at(ring, note):
    """The record that a note makes void, if a head can be read there."""
    sector = search.sector_at(ring, note.place // PAGES)
    said = Record(ring)
    if note.about == SUPERSEDES and sector >= 0 and ring.load(sector, note.place % PAGES, said):
        _unsay(ring, said)


def _settle_old_copy(ring, last):
    """Version 1 says nothing about places: the one that was copied last may still stand beside its copy."""
    if last.about != SUPERSEDES:
        return
    record = Record(ring)
    for sector in search.sectors(ring, ring.tail):
        for found in search.headers(ring, sector, record):
            if found.sequence == last.sequence and (found.sector, found.page) != (last.sector, last.page):
                ring.starts[found.sector] &= ~(1 << found.page)


def _take_over(ring):
    """A journal of version 1: nothing more is written to its sectors, and the empty ones are made this version's."""
    ring.page = PAGES
    ring.spares = 0
    for _ in range(_RENEWED_AT_ONCE):
        sector = reclaim.next_old_spare(ring)
        if sector < 0:
            return
        reclaim.renew(ring, sector)


def _firm_sector(ring):
    header = memoryview(bytearray(SECTOR_HEADER))
    last = ring.last
    ring.flash.read(last, 0, header)
    found = read_sector_header(header)
    if not found or ring.old[last]:
        return
    if not ring.once:
        ring.flash.program(last, 0, header)
    elif last != ring.head and ring.spares > 0 and not _reads_well(ring, last, bytes(header)):
        reclaim.drop(ring, last)  # it has its turn again when the ring comes by
        ring.spares -= 1


def _reads_well(ring, sector, header):
    """A cell that may not be programmed again can only be looked at, often."""
    return all([ring.flash.holds(sector, 0, header) for _ in range(_LOOKS)])


def _leave_out(ring, end):
    """The page where a program may have begun that left no trace, and those that were torn."""
    head, page = ring.head, ring.page
    if ring.old[head]:
        return
    if end.torn:
        gaps = [(head, end.garbage)] if end.garbage >= 0 else []
    elif end.voids >= _LEFT_OUT_MOST and _is_firmly_blank(ring, page):
        return
    else:
        ring.skip_first = True
        gaps = [(head, page)] if page < PAGES else []
        ring.page = min(page + 1, PAGES)
    if ring.once:
        gaps = end.gaps_before + [gap for gap in end.gaps if gap[1] < page and gap not in gaps] + gaps
    for sector, gap in gaps:
        ring.void(sector, gap)


def _is_firmly_blank(ring, page):
    sector = ring.head
    if page >= PAGES:
        page = 1 if ring.once else 0
        sector = next(_in_order(ring, (sector + 1) % len(ring.sequences), ring.last), sector)
    start = start_of(page)
    return all([ring.flash.is_blank(sector, start, PAGE - start % PAGE) for _ in range(_LOOKS)])


assert PAGE * PAGES == SECTOR
