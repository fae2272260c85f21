"""The card's data objects as they come in. Source: EMV 4.4 Book 3, 10.1 and 10.2, annex A (lengths)."""

from micropython import const

from till.card.errors import CardError
from till.card.tlv import is_template

_BYTES_MOST = const(4096)

# tag: least and most bytes. A value of another length is refused before anything relies on it.
_LENGTHS = {
    0x57: (8, 19),
    0x5A: (6, 10),
    0x5F24: (3, 3),
    0x5F25: (3, 3),
    0x5F28: (2, 2),
    0x5F34: (1, 1),
    0x82: (2, 2),
    0x8C: (0, 252),
    0x8D: (0, 252),
    0x8E: (0, 252),
    0x8F: (1, 1),
    0x94: (4, 252),
    0x9F07: (2, 2),
    0x9F08: (2, 2),
    0x9F0D: (5, 5),
    0x9F0E: (5, 5),
    0x9F0F: (5, 5),
    0x9F10: (7, 32),
    0x9F14: (1, 1),
    0x9F23: (1, 1),
    0x9F26: (8, 8),
    0x9F27: (1, 1),
    0x9F32: (1, 3),
    0x9F36: (2, 2),
    0x9F42: (2, 2),
    0x9F47: (1, 3),
    0x9F5D: (6, 6),
    0x9F69: (5, 16),
    0x9F6C: (2, 2),
}


class CardData:
    """Primitive data objects by tag. A second object with the same tag ends the transaction, whatever its value.

    signed: bytearray of the records that offline data authentication covers, None once one of them cannot be.
    """

    def __init__(self):
        self._objects = {}
        self._bytes = 0
        self.signed = bytearray()

    def add(self, objects):
        """Take a list of (tag, bytes); templates are passed over. CardError."""
        for tag, value in objects:
            if is_template(tag):
                continue
            if tag in self._objects:
                raise CardError(tag, 0, "given twice")
            self.put(tag, value)

    def put(self, tag, value):
        """Take one object, in the place of an earlier one: what the card says again with each cryptogram. CardError."""
        lengths = _LENGTHS.get(tag)
        if lengths and not lengths[0] <= len(value) <= lengths[1]:
            raise CardError(tag, 0, "length %d" % len(value))
        self._bytes += len(value)
        if self._bytes > _BYTES_MOST:
            raise CardError(tag, 0, "more than %d bytes of data" % _BYTES_MOST)
        self._objects[tag] = value

    def get(self, tag):
        """The value, or None."""
        return self._objects.get(tag)

    def need(self, tags):
        """CardError for the first of tags that the card did not give."""
        for tag in tags:
            if tag not in self._objects:
                raise CardError(tag, 0, "missing")
