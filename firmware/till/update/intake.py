"""Taking an update in: what the host offers is proved before a byte of it is written, and again before it counts.

The version only grows. What a power cut has left is gone on with, page by page; what does not fit its header in the
end is thrown away. The slot that the till runs from is never touched.
"""

from binascii import hexlify

from till.keys.signature import is_signed
from till.update.errors import UpdateError
from till.update.header import HEADER_BYTES, number_of, parse, version_of
from till.update.slot import PAGE, SlotError


class Intake:
    """slots: two Slots. running: index of the one that the till runs from, or None. key: choice.key_of(). board: its
    name. base: identity of the base image, a function. version: of the till as it runs. modulus: of the key that
    updates are signed with, None where none was provisioned."""

    def __init__(self, slots, running, key, board, base, version, modulus):
        self._slots, self._running, self._key = slots, running, key
        self._board, self._base, self._version, self._modulus = board, base, number_of(version), modulus
        self._slot = slots[1 if running == 0 else 0]
        self._head = None
        self._page = bytearray(PAGE)
        self._filled = 0
        self.header = None
        self.offset = 0  # of the body: what is wanted next
        self.ready = False  # it has been accepted: the next start takes it

    def question(self):
        """What the host is asked with: board, base image, version."""
        return ("%s %s %s" % (self._board, self._base(), version_of(self._version))).encode()

    def offered(self, data):
        """Takes an offer: header and signature. Returns the Header. UpdateError where it is not for this till."""
        if self._modulus is None:
            raise UpdateError("update-no-key")
        head, signature = bytes(data[:HEADER_BYTES]), bytes(data[HEADER_BYTES:])
        header = parse(head) if len(head) == HEADER_BYTES else None
        if header is None or header.signature_bytes != len(signature):
            raise UpdateError("update-damaged")
        if not is_signed(self._modulus, head, signature):
            raise UpdateError("update-forged")
        if header.board != self._board or header.base != self._base() or header.length > self._slot.room:
            raise UpdateError("update-other")
        if header.version <= self._version:
            raise UpdateError("update-old")
        if any([slot.has_failed(head) for slot in self._slots]):
            raise UpdateError("update-failed")
        self._head, self.header = head, header
        return header

    def name(self):
        """What a part of it is asked for by."""
        return hexlify(self.header.digest[:8])

    def begin(self):
        """Yields before each operation on flash. Behind it offset says from where on the body is wanted."""
        slot = self._slot
        self._filled = 0
        if slot.head() == self._head:
            self.offset = slot.written()
            return
        for _ in slot.clear(self.header.length):
            yield
        yield
        self._kept(slot.put_head, self._head)
        self.offset = 0

    def add(self, data):
        """The next bytes of the body. Yields before each operation on flash. UpdateError."""
        if not data or len(data) > self.header.length - self.offset:
            raise UpdateError("update-damaged")
        for at in range(len(data)):
            self._page[self._filled] = data[at]
            self._filled += 1
            if self._filled == PAGE or self.offset + 1 == self.header.length:
                yield
                start = self.offset + 1 - self._filled
                self._kept(self._slot.put, start, memoryview(self._page)[: self._filled])
                self._filled = 0
            self.offset += 1

    def is_complete(self):
        return self.header is not None and self.offset == self.header.length

    def accept(self):
        """From here on the next start takes it. Yields before each operation on flash. UpdateError where the body is
        not the one that was signed: then the slot is empty again."""
        if not self._slot.is_whole():
            for _ in self._slot.clear(0):
                yield
            raise UpdateError("update-damaged")
        yield
        self._kept(self._slot.accept, self._key)
        self.ready = True

    def confirm(self):
        """The till has come up. Returns whether there is something to write: then call found_good()."""
        running = self._slots[self._running] if self._running is not None else None
        return running is not None and not running.is_good()

    def found_good(self):
        self._kept(self._slots[self._running].found_good)

    def _kept(self, operation, *data):
        try:
            operation(*data)
        except SlotError:
            raise UpdateError("storage-fault")
