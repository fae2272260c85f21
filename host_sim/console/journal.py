"""Reads the heads of the till's journal as they are written to flash: what was recorded, never what is in it.

Written from the format's description (firmware/till/journal/layout.py says it byte by byte): bodies are enciphered
under a key that only the board has, so from here a record is its kind, its number and its marks.
"""

import struct
from collections.abc import Callable
from typing import Any
from zlib import crc32

JOURNAL = (2 * 4096, 130 * 4096)
HEAD, MARKS_AT, BODY_AT = struct.Struct(">HBBIIIHH"), 1, 48
HEAD_AT, MARKS_END, MAGIC = 28, 20, 0x4A52
SECTOR, PAGE, SECTOR_HEADER, ERASED = 4096, 256, 20, 0xFF
KINDS = {
    0x01: "batch", 0x02: "totals", 0x03: "uploading", 0x10: "sale", 0x11: "void", 0x12: "refund", 0x20: "reply",
    0x30: "note",
}  # fmt: skip
MARKS = {
    0: "sending", 1: "accepted", 2: "rejected", 3: "dropped", 4: "offline", 5: "reversing-98", 6: "reversing-96",
    7: "reversing-A0", 8: "reversing-06", 9: "reversed", 10: "unresolved", 11: "printed", 14: "uploaded",
    15: "decided", 16: "resolved",
}  # fmt: skip

Read = Callable[[int, int], bytes]


def written(address: int, page: bytes, read: Read) -> dict[str, Any] | None:
    """What a program operation put into the journal: a record, a mark of one, or None for anything else.

    page: what is programmed, FF where nothing changes. read(address, count): the cells before the operation.
    """
    if not JOURNAL[0] <= address < JOURNAL[1] or address % PAGE:
        return None
    start = 0 if address % SECTOR else SECTOR_HEADER
    if len(page) < start + BODY_AT:
        return None
    record = _record(page[start : start + BODY_AT])
    if record is not None:
        return record
    changed = [at for at, byte in enumerate(page) if byte != ERASED]
    if len(changed) == 1 and MARKS_AT <= changed[0] - start < MARKS_END:
        return _mark(changed[0] - start - MARKS_AT, read(address + start, BODY_AT))
    return None


def _record(data: bytes) -> dict[str, Any] | None:
    head = _head(data)
    if head is None:
        return None
    kind, sequence, ref, length = head
    return {
        "kind": "record",
        "record": KINDS.get(kind, f"{kind:02x}"),
        "sequence": sequence,
        "ref": ref,
        "bytes": length,
    }


def _mark(slot: int, before: bytes) -> dict[str, Any] | None:
    head = _head(before)
    if head is None or slot not in MARKS:
        return None
    return {"kind": "mark", "mark": MARKS[slot], "record": KINDS.get(head[0], ""), "sequence": head[1]}


def _head(data: bytes) -> tuple[int, int, int, int] | None:
    """kind, sequence, ref, length of the body."""
    magic, kind, _, sequence, ref, _, length, check = HEAD.unpack_from(data, HEAD_AT)
    whole = crc32(data[HEAD_AT : HEAD_AT + 18]) & 0xFFFF == check
    return (kind, sequence, ref, length) if magic == MAGIC and whole else None
