"""Making room while nobody waits: the oldest sector's live records go forward, then it leaves the log and is erased.

One sector lags behind: it has left the log (the header of the sector made ready last says so, by its tail) and is not
erased yet. A call empties the next one, erases the one that lags, and writes its header, whose tail says that the one
just emptied has left. So what is erased has been out of the log for good: an interrupted erase, which raises bits
anywhere, cannot bring back a record or take a mark off one, and neither can a sector that no longer takes an erase.
Where no header can say it (a sector that does not hold one) a note in the log does.
"""

from micropython import const

from till.journal import search
from till.journal.layout import PAGES, SECTOR_HEADER, TAIL_IS, read_sector_header, sector_header
from till.journal.record import Record

_AHEAD = const(4)  # sectors looked at to see whether it pays,
_LIVE_MOST = const(4)  # and live pages a sector up to which it does; with more, only when room is short
_MOST_WANTED = const(16)


def reclaim(ring, is_live):
    """See Ring.reclaim()."""
    if ring.settled:
        return False
    ring.settled = not _reclaim(ring, is_live)
    return not ring.settled


def _reclaim(ring, is_live):
    sector = next_old_spare(ring)
    if sector >= 0:
        renew(ring, sector)
        return True
    count = len(ring.sequences)
    lags = (ring.last + 1) % count
    if close_gap(ring):
        return True
    emptied = ring.tail
    if emptied == ring.head:
        return False
    live = _live_pages(ring, emptied, is_live)
    gain = PAGES - live
    if not _pays(ring, is_live) and not _is_needed(ring, gain):
        return False
    if PAGES - ring.page + ring.spares * PAGES < live + PAGES:  # some are lost at the ends of sectors
        return False
    ring.barren = 0 if gain else ring.barren + 1
    record = Record(ring)
    for found in search.headers(ring, emptied, record):
        if is_live(found):
            ring.move(found)
    _leaves_log(ring, emptied)
    if lags == emptied or not prepare(ring, lags):
        ring.note(TAIL_IS, ring.place_of(ring.tail, 0))
    return True


def close_gap(ring):
    """Makes a sector ready where more than the one that lags are not in the log. Returns whether it did."""
    count = len(ring.sequences)
    lags = (ring.last + 1) % count
    if ring.sequences[lags] or ring.sequences[(lags + 1) % count]:
        return False
    prepare(ring, lags)
    return True


def _leaves_log(ring, sector):
    for following in search.sectors(ring, (sector + 1) % len(ring.sequences)):
        ring.tail = following
        break
    drop(ring, sector)


def drop(ring, sector):
    """A sector is not in the log any more."""
    ring.sequences[sector] = ring.first[sector] = ring.starts[sector] = 0
    ring.sets[0][sector] = ring.sets[1][sector] = ring.copies[sector] = ring.old[sector] = 0


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


def prepare(ring, sector):
    """Erases the sector behind the last one and makes it ready. False where it does not hold that."""
    top = bytearray(SECTOR_HEADER)
    ring.flash.read(sector, 0, top)
    known = read_sector_header(top)
    erases = known[1] + 1 if known else ring.erases
    ring.erases = max(ring.erases, erases)
    ring.last = sector
    ring.newest += 1
    header = sector_header(ring.newest, erases, ring.sequences[ring.tail])
    if not (ring.flash.erase(sector) and ring.flash.program(sector, 0, header)):
        return False
    ring.sequences[sector] = ring.newest
    ring.spares += 1
    return True


def next_old_spare(ring):
    """The first empty sector that a program of version 1 made ready and this one has not made its own, or -1."""
    count = len(ring.sequences)
    sector = ring.head
    for _ in range(count if any(ring.old) else 0):
        if sector == ring.last:
            return -1
        sector = (sector + 1) % count
        if ring.old[sector] and ring.sequences[sector]:
            return sector
    return -1


def renew(ring, sector):
    """Makes such a sector one of this version, in its place in the log: it is empty, so there is nothing to lose."""
    sequence = ring.sequences[sector]
    drop(ring, sector)
    header = sector_header(sequence, ring.erases, 0)
    if ring.flash.erase(sector) and ring.flash.program(sector, 0, header):
        ring.sequences[sector] = sequence
        ring.spares += 1
