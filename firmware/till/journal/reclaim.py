"""Making room while nobody waits: the oldest sector's live records go forward, then it is erased and made ready.

Each step is durable before the next, and a cut between two of them loses nothing:
copy read back -> original marked moved -> ... -> the sector's header programmed to zeros -> erase -> new header.
The header goes first because an interrupted erase raises bits anywhere: it could bring back a moved record, or take a
mark off one. Zeros cannot become a header again.
"""

from micropython import const

from till.journal import search
from till.journal.layout import PAGES, SECTOR_HEADER, read_sector_header, sector_header
from till.journal.record import Record

_PAYS_PAGES = const(12)  # a sector with that many dead pages is reclaimed at once; one with fewer only when needed
_MOST_WANTED = const(16)
_ZEROS = b"\x00" * SECTOR_HEADER


def reclaim(ring, is_live):
    """See Ring.reclaim()."""
    count = len(ring.sequences)
    sector = (ring.last + 1) % count
    if not ring.sequences[sector]:  # never made ready, or a power cut came between erase and header
        _prepare(ring, sector, ring.erases)
        return True
    if sector == ring.head or sector != ring.tail:
        return False
    live = _live_pages(ring, sector, is_live)
    gain = PAGES - live
    if gain < _PAYS_PAGES and not _is_needed(ring, gain):
        return False
    if PAGES - ring.page + ring.spares * PAGES < live + PAGES:  # some are lost at the ends of sectors
        return False
    ring.barren = 0 if gain else ring.barren + 1
    record = Record(ring)
    for found in search.headers(ring, sector, record):
        if is_live(found):
            ring.move(found)
    _retire(ring, sector)
    return True


def _live_pages(ring, sector, is_live):
    return sum(record.pages for record in search.headers(ring, sector, Record(ring)) if is_live(record))


def _is_needed(ring, gain):
    """Spare sectors are short, and the ring is not simply full of live records (then copying would never end)."""
    wanted = min(max(4, len(ring.sequences) // 8), _MOST_WANTED)
    return ring.spares < wanted and (gain or ring.barren < len(ring.sequences))


def _retire(ring, sector):
    top = bytearray(SECTOR_HEADER)
    ring.flash.read(sector, 0, top)
    erases = read_sector_header(top)[1]
    ring.flash.program(sector, 0, _ZEROS)
    ring.flash.read(sector, 0, top)
    if read_sector_header(top):
        return  # not a bit of it would fall; it is tried again
    ring.sequences[sector] = ring.first[sector] = ring.copies[sector] = 0
    for following in search.sectors(ring, (sector + 1) % len(ring.sequences)):
        ring.tail = following
        break
    ring.erases = max(ring.erases, erases + 1)
    _prepare(ring, sector, erases + 1)


def _prepare(ring, sector, erases):
    ring.last = sector
    ring.newest += 1
    if ring.flash.erase(sector) and ring.flash.program(sector, 0, sector_header(ring.newest, erases)):
        ring.sequences[sector] = ring.newest
        ring.spares += 1
