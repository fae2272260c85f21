"""Opening a journal after whatever happened to the power.

What can be torn, and what becomes of it:
- a record being programmed: its header does not check, or its CRC does not. It is made void, so that bits which read
  wrong now and right later do not bring it back. Only the last record of the log can be like that, because each one is
  read back before the next is begun;
- the same, with every bit read right by luck: the last record is programmed once more, in place, before it is trusted,
  and so are the marks of the one it refers to, and the header of the sector that was made ready last;
- a page that was begun but reads blank: the first page behind the log is left out;
- a mark: any byte that is not FF counts as set, and is programmed to 00. That is safe because a mark says what its
  writer has already made sure of (the reply is durable, the copy has been read back) or is about to do (send, offer the
  slip) and what a repeat does no harm: the state it leads to is one the writer was entitled to, and nothing had been
  done yet that the state before it would deny;
- a copy by reclaim(): record and copy both stand; the copy stays, the original is marked moved;
- a sector being erased or made ready: it has no whole header, so it is not in the log; reclaim() erases it again.
"""

from till.journal import search
from till.journal.errors import JournalError
from till.journal.layout import (
    BLANK,
    BODY_AT,
    COPIED,
    HEADER_AT,
    MOVED,
    PAGE,
    PAGES,
    SECTOR,
    SECTOR_HEADER,
    VOID,
    read_sector_header,
    sector_header,
    start_of,
)
from till.journal.record import UNSET, Record


def open_ring(ring):
    """Fills the ring's attributes from the flash."""
    used = _read_sectors(ring)
    if not ring.newest:
        _format_blank(ring)
        return
    ring.head = _find_head(ring, used)
    ring.spares = sum(1 for sector in _in_order(ring, ring.head, ring.last)) - 1
    last = Record(ring)
    torn = _read_records(ring, last)
    if last.sequence and not _settle_last(ring, last):
        torn = True
    _firm_sector(ring)
    ring.skip_first = not torn
    if not torn:
        ring.page = min(PAGES, ring.page + 1)


def _read_sectors(ring):
    """Reads the sectors' headers. Returns a flag a sector: something is written to its first page."""
    top = bytearray(SECTOR_HEADER + BODY_AT)
    count = len(ring.sequences)
    used = bytearray(count)
    lowest = 0
    for sector in range(count):
        ring.flash.read(sector, 0, top)
        found = read_sector_header(top)
        ring.sequences[sector] = found[0] if found else 0
        if not found:
            continue
        used[sector] = bytes(top[SECTOR_HEADER:]) != BLANK
        ring.erases = max(ring.erases, found[1])
        if found[0] > ring.newest:
            ring.newest, ring.last = found[0], sector
        if not lowest or found[0] < lowest:
            lowest, ring.tail = found[0], sector
    before = 0
    for sector in _in_order(ring, ring.tail, ring.last):
        if ring.sequences[sector] <= before:
            raise JournalError("sector %d" % sector, "out of order: the partition holds parts of two journals")
        before = ring.sequences[sector]
    return used


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
    """Makes a journal of a partition that was never written to. Nothing is erased here, so nothing can be lost."""
    for sector in range(len(ring.sequences)):
        if not ring.flash.is_blank(sector, SECTOR_HEADER, SECTOR - SECTOR_HEADER):
            raise JournalError("sector %d" % sector, "not a journal: erase the partition if nothing in it is needed")
    for sector in range(len(ring.sequences)):
        if ring.flash.is_blank(sector, 0, SECTOR_HEADER):
            ring.newest += 1
            if ring.flash.program(sector, 0, sector_header(ring.newest, 0)):
                ring.sequences[sector] = ring.newest
                ring.last = sector
                ring.spares += 1
    while ring.spares and not ring.sequences[ring.head]:
        ring.head += 1
    if not ring.spares:
        raise JournalError("device", "no sector holds what is programmed: change the board")
    ring.tail = ring.head
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


def _is_unused(ring, sector):
    for page in range(PAGES):
        if not ring.flash.is_blank(sector, start_of(page), BODY_AT):
            return False
    return True


def _read_records(ring, last):
    """One header a page at most. Fills `last` with the newest place's record; returns whether a tear shows there."""
    record = Record(ring)
    top = bytearray(BODY_AT)
    torn = False
    for sector in search.sectors(ring, ring.tail):
        page = end = 0
        while page < PAGES:
            ring.flash.read(sector, start_of(page), top)
            if not record.fill(sector, page, top) or record.void:
                if bytes(top) != BLANK:
                    end, torn = page + 1, True
                page += 1
                continue
            _complete_marks(ring, record, top)
            _note(ring, record)
            last.fill(sector, page, top)
            page += record.pages
            end, torn = page, False
        if sector == ring.head:
            ring.page = end
            if torn:
                ring.flash.program(sector, start_of(end - 1) + VOID, b"\x00")
    return torn


def _firm_sector(ring):
    header = memoryview(bytearray(SECTOR_HEADER))
    ring.flash.read(ring.last, 0, header)
    if read_sector_header(header):
        ring.flash.program(ring.last, 0, header)


def _complete_marks(ring, record, top):
    for at in range(HEADER_AT):
        if top[at] not in (UNSET, 0):
            ring.flash.program(record.sector, start_of(record.page) + at, b"\x00")


def _note(ring, record):
    if record.key_id != ring.seal.key_id:
        where = "sector %d page %d" % (record.sector, record.page)
        raise JournalError(where, "sealed under another key: put this board's own secret back")
    if record.copied:
        ring.copies[record.sector] = 1
    elif not ring.first[record.sector]:
        ring.first[record.sector] = record.sequence
    if record.sequence >= ring.next_sequence:
        ring.next_sequence = record.sequence + 1


def _settle_last(ring, last):
    """Decides about the last record. False where it was torn: then it is void."""
    try:
        whole = ring.read_whole(last)
    except JournalError:
        ring.set_mark(last, VOID)
        return False
    ring.flash.program(last.sector, start_of(last.page), whole)  # what was checked, not what another read gives
    owner = ring.get(last.ref) if last.ref else None
    if owner is not None:
        ring.flash.program(owner.sector, start_of(owner.page), ring.read(owner)[:HEADER_AT])
    if last.copied:
        original = Record(ring)
        for sector in search.sectors(ring, ring.tail):
            for record in search.headers(ring, sector, original):
                if record.sequence == last.sequence and (record.sector, record.page) != (last.sector, last.page):
                    ring.set_mark(record, MOVED)
    return True


assert PAGE * PAGES == SECTOR and COPIED < HEADER_AT
