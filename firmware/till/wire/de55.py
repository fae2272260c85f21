"""F55: chip data as a flat list of BER-TLV objects. Source: EMV Book 3, annex B; UnionPay: F55 of at most 255 bytes."""

from till.wire.errors import WireError

_MOST_BYTES = 255
_MOST_OBJECTS = 64
_FIELD = 55


def pack(objects):
    """objects: [(tag, value bytes)], tag an int of 1 to 3 bytes such as 0x9F26, in this order -> bytes.

    Errors: WireError(55, offset, reason with the tag).
    """
    out = bytearray()
    seen = []
    for tag, value in objects:
        offset = len(out)
        if tag in seen:
            raise WireError(_FIELD, offset, "tag %X twice" % tag)
        seen.append(tag)
        name = _name(tag, offset)
        length = len(value)
        if offset + len(name) + length + (1 if length < 128 else 2) > _MOST_BYTES:
            raise WireError(_FIELD, offset, "tag %X passes %d bytes" % (tag, _MOST_BYTES))
        out.extend(name)
        if length >= 128:
            out.append(0x81)
        out.append(length)
        out.extend(value)
    return bytes(out)


def _name(tag, offset):
    # a tag's bytes; refused when they would read back as another tag
    if tag < 0x100:
        size = 1
        whole = tag > 0 and tag & 0x1F != 0x1F
    elif tag < 0x10000:
        size = 2
        whole = tag & 0x1F80 == 0x1F00
    else:
        size = 3
        whole = tag < 0x1000000 and tag & 0x1F8080 == 0x1F8000
    if not whole or tag >> 8 * (size - 1) == 0xFF:
        raise WireError(_FIELD, offset, "not a tag")
    return tag.to_bytes(size, "big")


def unpack(data):
    """data: F55 as received -> [(tag, value bytes)] in its order. Errors: WireError(55, offset, reason)."""
    if len(data) > _MOST_BYTES:
        raise WireError(_FIELD, 0, "%d bytes over %d" % (len(data), _MOST_BYTES))
    data = bytes(data)
    objects = []
    seen = []
    offset = 0
    while offset < len(data):
        start = offset
        tag, offset = _tag(data, offset)
        if tag in seen:
            raise WireError(_FIELD, start, "tag %X twice" % tag)
        if len(objects) == _MOST_OBJECTS:
            raise WireError(_FIELD, start, "over %d objects" % _MOST_OBJECTS)
        if offset == len(data):
            raise WireError(_FIELD, offset, "tag %X ends before its length" % tag)
        length = data[offset]
        offset += 1
        if length >= 128:
            if length != 0x81 or offset == len(data):
                raise WireError(_FIELD, offset, "tag %X has a length of more than one byte" % tag)
            length = data[offset]
            offset += 1
        if offset + length > len(data):
            raise WireError(_FIELD, offset, "tag %X ends before its %d bytes" % (tag, length))
        objects.append((tag, data[offset : offset + length]))
        seen.append(tag)
        offset += length
    return objects


def _tag(data, offset):
    # -> (tag, offset after it); 00 and FF are fillers elsewhere and no tags here
    tag = data[offset]
    if tag == 0x00 or tag == 0xFF:
        raise WireError(_FIELD, offset, "not a tag")
    offset += 1
    more = tag & 0x1F == 0x1F
    size = 1
    while more:
        if offset == len(data) or size == 3:
            raise WireError(_FIELD, offset, "tag does not end")
        tag = tag << 8 | data[offset]
        more = data[offset] & 0x80
        offset += 1
        size += 1
    return tag, offset
