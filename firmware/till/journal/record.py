"""One record of the journal, as it lies on the flash."""

from till.journal.layout import COPIED, HEADER_AT, MARKS, MARKS_AT, MOVED, VOID, pages_of, unpack_header

UNSET = 0xFF


class Record:
    """A view: ring.records() fills the same one again and again; copy() keeps one.

    sequence, ref: u32. kind: u8. marks: 17 bytes, FF where not set. sector, page: where it lies. length: of its body.
    void, moved, copied: the ring's own marks.
    """

    __slots__ = (
        "ring", "sector", "page", "kind", "key_id", "sequence", "ref", "nonce", "length", "marks",
        "void", "moved", "copied",
    )  # fmt: skip

    def __init__(self, ring):
        self.ring = ring
        self.sequence = 0

    def fill(self, sector, page, head):
        """From a record's first 40 bytes; False where there is none."""
        header = unpack_header(head)
        if header is None:
            return False
        self.kind, self.key_id, self.sequence, self.ref, self.nonce, self.length = header
        self.sector, self.page = sector, page
        self.void, self.moved, self.copied = head[VOID] != UNSET, head[MOVED] != UNSET, head[COPIED] != UNSET
        self.marks = bytes(head[MARKS_AT:HEADER_AT])
        return True

    @property
    def pages(self):
        return pages_of(self.page, self.length)

    def is_marked(self, slot):
        """slot: 0..16."""
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
        twin.sector, twin.page, twin.kind, twin.key_id = self.sector, self.page, self.kind, self.key_id
        twin.sequence, twin.ref, twin.nonce, twin.length = self.sequence, self.ref, self.nonce, self.length
        twin.marks, twin.void, twin.moved, twin.copied = self.marks, self.void, self.moved, self.copied
        return twin


assert MARKS_AT + MARKS == HEADER_AT
