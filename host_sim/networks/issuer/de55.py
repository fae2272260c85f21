"""The data objects of F55, flat BER-TLV. Source: EMV Book 3, annex B."""

MOST_OBJECTS = 64


class De55Error(ValueError):
    """An F55 that is no list of data objects. args: offset, reason; no values."""


def read_de55(data: bytes) -> dict[int, bytes]:
    """Values by tag. A tag that comes twice is an error: which of the two was meant cannot be known.

    >>> {hex(tag): value.hex() for tag, value in read_de55(bytes.fromhex("9F360200039A03261123")).items()}
    {'0x9f36': '0003', '0x9a': '261123'}
    """
    objects: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        start = at
        tag = data[at]
        at += 1
        if tag & 0x1F == 0x1F:
            while True:
                if at - start > 3 or at >= len(data):
                    raise De55Error(start, "tag is cut short or over 3 bytes")
                tag = tag << 8 | data[at]
                at += 1
                if not tag & 0x80:
                    break
        if at >= len(data):
            raise De55Error(at, "length is missing")
        length = data[at]
        at += 1
        if length == 0x81 and at < len(data):
            length = data[at]
            at += 1
        elif length > 0x7F:
            raise De55Error(at - 1, "length over 255")
        if at + length > len(data):
            raise De55Error(at, "value is cut short")
        if tag in objects:
            raise De55Error(start, "tag comes twice")
        if len(objects) == MOST_OBJECTS:
            raise De55Error(start, f"over {MOST_OBJECTS} objects")
        objects[tag] = data[at : at + length]
        at += length
    return objects
