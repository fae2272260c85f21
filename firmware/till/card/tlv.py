"""BER-TLV as cards use it. Source: EMV 4.4 Book 3, annex B; ISO/IEC 7816-4, 5.2.2."""

from micropython import const

from till.card.errors import CardError

_TAG_MOST = const(3)  # bytes; EMV needs two
_OBJECTS_MOST = const(128)
_DEPTH_MOST = const(6)  # FCI, proprietary template, discretionary data, directory entry: four are in use


def parse(data):
    """Data objects of one level: list of (tag int, value bytes), in order, duplicates kept.

    Values of templates stay bytes. Padding bytes 00 and FF between objects are skipped. CardError(tag, offset, reason).
    """
    objects = []
    offset = 0
    end = len(data)
    while offset < end:
        if data[offset] == 0x00 or data[offset] == 0xFF:
            offset += 1
            continue
        if len(objects) == _OBJECTS_MOST:
            raise CardError(0, offset, "more than %d objects" % _OBJECTS_MOST)
        tag, start = _tag(data, offset, end)
        length, start = _length(data, start, end, tag)
        if length > end - start:
            raise CardError(tag, start, "value cut short")
        objects.append((tag, bytes(data[start : start + length])))
        offset = start + length
    return objects


def find(data, tag):
    """Value of the first object with that tag, outer levels before inner ones; None when there is none. CardError."""
    levels = [data]
    for _ in range(_DEPTH_MOST):
        inner = []
        for level in levels:
            for found, value in parse(level):
                if found == tag:
                    return value
                if is_template(found):
                    inner.append(value)
        if not inner:
            return None
        levels = inner
    raise CardError(tag, 0, "templates more than %d deep" % _DEPTH_MOST)


def build(objects):
    """Bytes of a list of (tag int, value bytes). The value of a template may itself be such a list."""
    out = bytearray()
    for tag, value in objects:
        if isinstance(value, (list, tuple)):
            value = build(value)
        _put_tag(out, tag)
        length = len(value)
        if length > 0xFFFF:
            raise CardError(tag, len(out), "value over 65535 bytes")
        if length > 0xFF:
            out.append(0x82)
            out.append(length >> 8)
        elif length > 0x7F:
            out.append(0x81)
        out.append(length & 0xFF)
        out.extend(value)
    return bytes(out)


def is_template(tag):
    """True for a constructed object: bit 6 of the tag's first byte."""
    while tag > 0xFF:
        tag >>= 8
    return bool(tag & 0x20)


def _tag(data, offset, end):
    tag = data[offset]
    after = offset + 1
    if tag & 0x1F == 0x1F:
        while True:
            if after == end:
                raise CardError(tag, after, "tag cut short")
            if after - offset == _TAG_MOST:
                raise CardError(tag, offset, "tag over %d bytes" % _TAG_MOST)
            byte = data[after]
            after += 1
            tag = tag << 8 | byte
            if not byte & 0x80:
                break
    return tag, after


def _length(data, offset, end, tag):
    if offset == end:
        raise CardError(tag, offset, "length missing")
    length = data[offset]
    offset += 1
    if length < 0x80:
        return length, offset
    count = length & 0x7F
    if not 1 <= count <= 3:  # 80 is the indefinite form, which EMV does not have
        raise CardError(tag, offset - 1, "length form %02X" % length)
    if count > end - offset:
        raise CardError(tag, offset, "length cut short")
    length = 0
    for _ in range(count):
        length = length << 8 | data[offset]
        offset += 1
    return length, offset


def _put_tag(out, tag):
    if not 0 < tag <= 0xFFFFFF:
        raise CardError(tag, len(out), "tag not of 1 to %d bytes" % _TAG_MOST)
    if tag > 0xFFFF:
        out.append(tag >> 16 & 0xFF)
    if tag > 0xFF:
        out.append(tag >> 8 & 0xFF)
    out.append(tag & 0xFF)
