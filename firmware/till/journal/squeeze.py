"""DE55 in fewer bytes: one byte stands for a tag and its length where they are the usual ones. Nothing is lost.

With it a contactless sale fits one page of flash, whatever it has to keep. The table lies on flashes in the field:
never reorder, only append.
"""

from till.journal.errors import JournalError

_LITERAL = 0
# tag and length as they stand in DE55; code 1 is the first
_USUAL = (
    b"\x9f\x26\x08", b"\x9f\x27\x01", b"\x9f\x10\x08", b"\x9f\x10\x13", b"\x9f\x10\x14", b"\x9f\x37\x04",
    b"\x9f\x36\x02", b"\x95\x05", b"\x9a\x03", b"\x9c\x01", b"\x9f\x02\x06", b"\x5f\x2a\x02",
    b"\x82\x02", b"\x9f\x1a\x02", b"\x9f\x03\x06", b"\x9f\x33\x03", b"\x9f\x34\x03", b"\x9f\x35\x01",
    b"\x9f\x1e\x08", b"\x84\x08", b"\x9f\x09\x02", b"\x9f\x41\x04", b"\x84\x07", b"\x9f\x10\x07",
    b"\x9f\x63\x10", b"\x9b\x02", b"\x5f\x34\x01", b"\x8a\x02", b"\x9f\x41\x03", b"\x9f\x6e\x04",
)  # fmt: skip


def _header(data, at):
    """Where the value of the TLV at `at` begins and how long it is; None where that is not plain."""
    at += 1
    if at <= len(data) and data[at - 1] & 0x1F == 0x1F:
        at += 1
        if at <= len(data) and data[at - 1] & 0x80:
            return None
    if at >= len(data):
        return None
    length = data[at]
    if length == 0x81 and at + 1 < len(data):
        at += 1
        length = data[at]
    elif length & 0x80:
        return None
    at += 1
    return (at, length) if at + length <= len(data) else None


def squeeze(de55):
    """bytes -> fewer bytes, or None where it is not the TLV that can be made shorter."""
    out = bytearray()
    at = 0
    while at < len(de55):
        found = _header(de55, at)
        if found is None:
            return None
        value, length = found
        usual = de55[at:value]
        if usual in _USUAL:
            out.append(_USUAL.index(usual) + 1)
            at = value
        else:
            out.append(_LITERAL)
        out += de55[at : value + length]
        at = value + length
    return bytes(out) if len(out) < len(de55) else None


def unsqueeze(data):
    """What squeeze() was given. JournalError where it cannot have made this."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        at += 1
        if code == _LITERAL:
            found = _header(data, at)
            if found is None:
                raise JournalError("de55 offset %d" % at, "not a TLV")
            end = found[0] + found[1]
        else:
            if code > len(_USUAL):
                raise JournalError("de55 offset %d" % at, "code %d" % code)
            usual = _USUAL[code - 1]
            out += usual
            end = at + usual[-1]
            if end > len(data):
                raise JournalError("de55 offset %d" % at, "cut short")
        out += data[at:end]
        at = end
    return bytes(out)
