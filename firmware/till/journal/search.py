"""Finding records without an index: sectors lie in ring order, so a record's sequence says where to begin.

A record is either where it was first written, and those are in order of their sequences, or it is a copy further on.
Copies are few; they are merged in, a window at a time.
"""

import struct

from micropython import const

from till.journal.layout import PAGES, SUPERSEDES
from till.journal.record import Record

_WINDOW = const(48)


def sectors(ring, first):
    """Sectors of the log in ring order, from `first` to the head."""
    count = len(ring.sequences)
    sector = first
    for _ in range(count):
        if ring.sequences[sector]:
            yield sector
        if sector == ring.head:
            return
        sector = (sector + 1) % count


def sector_at(ring, sequence):
    """The sector of the log with that sector sequence, or -1. Each sector made ready is one further on in both."""
    count = len(ring.sequences)
    sector = (ring.last + count - (ring.newest - sequence) % count) % count
    if sequence and ring.sequences[sector] == sequence:
        return sector
    for sector in range(0 if ring.regular else count):  # version 1 passed over sectors that held nothing
        if sequence and ring.sequences[sector] == sequence:
            return sector
    return -1


def headers(ring, sector, record):
    """Fills record with each one of a sector that stands, and yields it."""
    begun = ring.starts[sector]
    page = 0
    while begun >> page:
        if begun >> page & 1 and ring.starts[sector] >> page & 1 and ring.load(sector, page, record):
            yield record
        page += 1


def sector_of(ring, sequence):
    """The sector where a record of that sequence was first written, or the tail."""
    hint = ring.hint  # asked for one after the other, they mostly lie in the same sector
    if 0 < ring.first[hint] <= sequence:
        if hint == ring.head or ring.first[(hint + 1) % len(ring.first)] > sequence:
            return hint
    found = ring.tail
    for sector in sectors(ring, ring.tail):
        if ring.first[sector]:
            if ring.first[sector] > sequence:
                break
            found = sector
    ring.hint = found
    return found


def locate(ring, sequence, record):
    """Fills record with that sequence; False where there is none."""
    wanted = struct.pack(">I", sequence)
    if _at(ring, sector_of(ring, sequence), wanted, record):
        return True
    for sector in sectors(ring, ring.tail):
        if ring.copies[sector] and _at(ring, sector, wanted, record):
            return True
    return False


def _at(ring, sector, wanted, record):
    begun = ring.starts[sector]
    for page in range(PAGES):
        if begun >> page & 1 and ring.keys_of(sector, page)[2:6] == wanted:
            return ring.load(sector, page, record)
    return False


def referring(ring, kind, ref, record):
    """Fills record with the one of that kind that refers to ref; False where there is none.

    It begins where ref was first written: what refers to it was written later, and copies lie further on still. Before
    that it looks where the last one was found: answers follow each other as what they answer does.
    """
    wanted = struct.pack(">I", ref)
    for sector in (ring.found_at, (ring.found_at + 1) % len(ring.sequences)):
        if ring.starts[sector] and _refers(ring, sector, kind, wanted, record):
            return True
    for sector in sectors(ring, sector_of(ring, ref)):
        if _refers(ring, sector, kind, wanted, record):
            ring.found_at = sector
            return True
    return False


def _refers(ring, sector, kind, wanted, record):
    begun = ring.starts[sector]
    for page in range(PAGES):
        if begun >> page & 1:
            keys = ring.keys_of(sector, page)
            if keys[0] == kind and keys[6:10] == wanted:
                return ring.load(sector, page, record)
    return False


def records(ring, since):
    """See Ring.records()."""
    end = ring.next_sequence
    copies = _Copies(ring, since)
    record = Record(ring)
    for sector in sectors(ring, sector_of(ring, since)):
        for fresh in headers(ring, sector, record):
            limit = fresh.sequence
            if fresh.about == SUPERSEDES or not since <= limit < end:
                continue
            copied = copies.below(limit)
            while copied:
                yield copied
                copied = copies.below(limit)
            yield fresh
    copied = copies.below(end)
    while copied:
        yield copied
        copied = copies.below(end)


class _Copies:
    """The copied records from a sequence on, lowest first. The lowest 32 are looked up at a time."""

    def __init__(self, ring, since):
        self._ring = ring
        self._record = Record(ring)
        self._after = since - 1
        self._window = []
        self._more = True

    def below(self, sequence):
        """The next copied record, if its sequence is lower; else None."""
        if not self._window and self._more:
            self._look()
        if not self._window or self._window[0][0] >= sequence:
            return None
        self._after, sector, page = self._window.pop(0)
        self._ring.load(sector, page, self._record)
        return self._record

    def _look(self):
        window = self._window
        self._more = False
        for sector in sectors(self._ring, self._ring.tail):
            if not self._ring.copies[sector]:
                continue
            for record in headers(self._ring, sector, self._record):
                if not record.copied or record.sequence <= self._after:
                    continue
                if len(window) == _WINDOW:
                    self._more = True
                    if record.sequence > window[-1][0]:
                        continue
                    window.pop()
                window.append((record.sequence, record.sector, record.page))
                window.sort()
