"""Data objects of a card (BER-TLV, EMV Book 3, annex B) as rows and as bytes, with all that tells the card left out."""

from collections.abc import Iterator
from typing import Any

from host_sim.console.fields import SHOWN_TAGS, TAG_NAMES, hidden
from host_sim.console.meanings import tag_meaning

DOTS = "\u2022\u2022"
DEPTH_MOST, OBJECTS_MOST = 6, 200


class ObjectsError(ValueError):
    """Bytes that are no data objects. args: offset, reason."""


def objects(data: bytes, depth: int = 0) -> Iterator[tuple[int, int, bytes, bytes]]:
    """depth, tag, head (tag and length as they stand), value; a template before what is in it."""
    at = 0
    while at < len(data):
        tag, length, begin = _head(data, at)
        value = data[begin : begin + length]
        yield depth, tag, data[at:begin], value
        if is_template(data[at]) and depth < DEPTH_MOST:
            yield from objects(value, depth + 1)
        at = begin + length


def is_template(first: int) -> bool:
    return bool(first & 0x20)


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    begin = at
    tag, at = data[at], at + 1
    if tag & 0x1F == 0x1F:
        more = True
        while more:
            if at >= len(data) or at - begin > 2:
                raise ObjectsError(begin, "tag is cut short or too long")
            more, tag, at = bool(data[at] & 0x80), tag << 8 | data[at], at + 1
    if at >= len(data):
        raise ObjectsError(at, "length is missing")
    length, at = data[at], at + 1
    if length == 0x81 and at < len(data):
        length, at = data[at], at + 1
    elif length > 0x7F:
        raise ObjectsError(at - 1, "length over 255")
    if at + length > len(data):
        raise ObjectsError(at, "value is cut short")
    return tag, length, at


def rows(data: bytes) -> list[dict[str, Any]]:
    """One row an object: tag, name, value (or its length), meaning, depth. ObjectsError."""
    found = []
    for depth, tag, head, value in objects(data):
        template = is_template(head[0])
        shown = "" if template else value.hex().upper() if tag in SHOWN_TAGS else hidden(value)
        row = {"tag": f"{tag:X}", "name": TAG_NAMES.get(tag, ""), "value": shown, "depth": depth}
        meaning = tag_meaning(tag, value) if tag in SHOWN_TAGS else ""
        found.append({**row, "meaning": meaning} if meaning else row)
        if len(found) > OBJECTS_MOST:
            raise ObjectsError(0, "too many objects")
    return found


def redacted(data: bytes) -> list[str]:
    """Each byte as two hex digits, or dots. Bytes that cannot be read as objects are hidden as a whole."""
    try:
        return _redacted(data)
    except (ObjectsError, IndexError):
        return [DOTS] * len(data)


def _redacted(data: bytes, depth: int = 0) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(data):
        tag, length, begin = _head(data, at)
        value = data[begin : begin + length]
        out += plain(data[at:begin])
        if is_template(data[at]) and depth < DEPTH_MOST:
            out += _redacted(value, depth + 1)
        else:
            out += plain(value) if tag in SHOWN_TAGS else [DOTS] * length
        at = begin + length
    return out


def plain(data: bytes) -> list[str]:
    return [f"{byte:02X}" for byte in data]
