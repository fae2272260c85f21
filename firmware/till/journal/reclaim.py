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

_AHEAD = const(4)  # sectors looked at to see whether it pays,
_LIVE_MOST = const(4)  # and live pages a sector up to which it does; with more, only when room is short
_MOST_WANTED = const(16)
_ZEROS = b"\x00" * SECTOR_HEADER


def reclaim(ring, is_live):
    """See Ring.reclaim()."""
    if ring.settled:
        return False
    ring.settled = not _reclaim(ring, is_live)
    return not ring.settled


def _reclaim(ring, is_live):
    count = len(ring.sequences)
    sector = (ring.last + 1) % count
    if not ring.sequences[sector]:  # never made ready, or a power cut came between erase and header
        _prepare(ring, sector, ring.erases)
        return True
    if sector == ring.head or sector != ring.tail:
        return False
    live = _live_pages(ring, sector, is_live)
    gain = PAGES - live
    if not _pays(ring, is_live) and not _is_needed(ring, gain):
        return False
    if PAGES - ring.page + ring.spares * PAGES < live + PAGES:  # some are lost at the ends of sectors
        return False
    ring.barren = 0 if gain else ring.barren + 1
    record = Record(ring)
    for found in search.headers(ring, sector, record):
        if is_live(found):
            ring.move(found)
    return _retire(ring, sector)


def _live_pages(ring, sector, is_live):
    return sum(record.pages for record in search.headers(ring, sector, Record(ring)) if is_live(record))


def _pays(ring, is_live):
    """Whether the oldest sectors hold little that lives. Several are looked at, so that one of them with a few old
    reversals does not stand in the way of dead ones behind it."""
    live = count = 0
    for sector in search.sectors(ring, ring.tail):
        if sector == ring.head or count == _AHEAD or live > _AHEAD * _LIVE_MOST:
            break
        live += _live_pages(ring, sector, is_live)
        count += 1
    return live <= count * _LIVE_MOST


def _is_needed(ring, gain):
    """Room is short, and the ring is not simply full of live records (then copying would never end)."""
    return is_short(ring) and (gain or ring.barren < len(ring.sequences))


def is_short(ring):
    """See Ring.is_short()."""
    return ring.spares < min(max(4, len(ring.sequences) // 8), _MOST_WANTED)


def _retire(ring, sector):
    top = bytearray(SECTOR_HEADER)
    ring.flash.read(sector, 0, top)
    erases = read_sector_header(top)[1]
    ring.flash.program(sector, 0, _ZEROS)
    ring.flash.read(sector, 0, top)
    if read_sector_header(top):
        return False  # not a bit of it falls: a sector that is worn out
    ring.sequences[sector] = ring.first[sector] = ring.copies[sector] = 0
    for following in search.sectors(ring, (sector + 1) % len(ring.sequences)):
        ring.tail = following
        break
    ring.erases = max(ring.erases, erases + 1)
    _prepare(ring, sector, erases + 1)
    return True


def _prepare(ring, sector, erases):
    ring.last = sector
    ring.newest += 1
    if ring.flash.erase(sector) and ring.flash.program(sector, 0, sector_header(ring.newest, erases)):
        ring.sequences[sector] = ring.newest
        ring.spares += 1
