"""One record of the journal, as it lies on the flash."""

from till.journal.layout import ONCE, SUPERSEDES, VOID, pages_of, start_of, unpack_head

UNSET = 0xFF


class Record:
    """A view: ring.records() fills the same one again and again; copy() keeps one.

    sequence, ref: u32. kind: u8. marks: 19 bytes, FF where not set; those that later records set are among them.
    sector, page: where it lies. length: of its body. void, place, about: the ring's own. old: of version 1.
    """

    __slots__ = (
        "ring", "sector", "page", "kind", "key_id", "sequence", "ref", "nonce", "length", "marks",
        "void", "place", "about", "old",
    )  # fmt: skip

    def __init__(self, ring):
        self.ring = ring
        self.sequence = 0

    def fill(self, sector, page, head, known=False):
        """From a record's first 48 bytes; False where there is none. known: that it stands there has been checked."""
        found = unpack_head(head, known)
        if found is None:
            return False
        self.marks, self.place, about = found[0], found[1], found[2]
        self.about = about & ~ONCE
        self.kind, self.key_id, self.sequence = found[6], found[7], found[8]
        self.ref, self.nonce, self.length = found[9], found[10], found[11]
        self.sector, self.page = sector, page
        self.void = head[VOID] != UNSET
        self.old = self.ring.old[sector]
        return True

    @property
    def copied(self):
        """Whether it was not written here first."""
        return self.about == SUPERSEDES

    @property
    def start(self):
        """Offset within its sector."""
        return start_of(self.page, self.old)

    @property
    def pages(self):
        return pages_of(self.page, self.length, self.old)

    def is_marked(self, slot):
        """slot: 0..18."""
        return self.marks[slot] != UNSET

    def body(self):
        """bytes, deciphered. JournalError where the record is damaged or sealed under another key."""
        return self.ring.body_of(self)

    def peek(self):
        """The first 16 bytes of the body, not authenticated: to choose by, before body() is believed."""
        return self.ring.peek_of(self)

    def copy(self):
        """A record of its own."""
        twin = Record(self.ring)
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        return twin
