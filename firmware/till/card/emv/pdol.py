"""Data object lists. Source: EMV 4.4 Book 3, section 5.4."""

from micropython import const

from till.card.errors import CardError

_OBJECTS_MOST = const(32)
_DATA_MOST = const(252)  # command template 83 and its length stay within 255 bytes

# Formats of the terminal's objects that are not plain binary: numeric ones are aligned right.
_NUMERIC = (0x9F02, 0x9F03, 0x9F1A, 0x5F2A, 0x9A, 0x9C, 0x9F21, 0x9F35, 0x9F41, 0x9F15)


def parse_dol(dol, tag=0x9F38):
    """List of (tag int, length) of a DOL. tag: the list's own, for the error. CardError."""
    wanted = []
    offset = 0
    while offset < len(dol):
        start = offset
        number = dol[offset]
        offset += 1
        if number & 0x1F == 0x1F:
            while offset < len(dol) and offset - start < 3:
                number = number << 8 | dol[offset]
                offset += 1
                if not number & 0x80:
                    break
            if number & 0x80:
                raise CardError(tag, start, "tag cut short")
        if offset == len(dol):
            raise CardError(tag, offset, "length missing")
        if len(wanted) == _OBJECTS_MOST:
            raise CardError(tag, start, "more than %d objects" % _OBJECTS_MOST)
        wanted.append((number, dol[offset]))
        offset += 1
    return wanted


def build(dol, value_of, list_tag=0x9F38):
    """The data that a DOL asks for, without tags. value_of(tag) -> bytes or None. list_tag: the list's own. CardError.

    A tag that the terminal does not have is filled with zeros (5.4, step 2b).
    """
    out = bytearray()
    for tag, length in parse_dol(dol, list_tag):
        value = value_of(tag)
        out.extend(b"" if value is None else _fit(tag, value, length))
        if value is None:
            out.extend(bytes(length))
        if len(out) > _DATA_MOST:
            raise CardError(tag, len(out), "list asks for more than %d bytes" % _DATA_MOST)
    return bytes(out)


def _fit(tag, value, length):
    """value in exactly length bytes: numbers keep their last digits, all else its first bytes (5.4, step 2c, d)."""
    extra = length - len(value)
    if tag in _NUMERIC:
        return bytes(extra) + value if extra > 0 else value[-extra:]
    return value + bytes(extra) if extra > 0 else value[:length]
