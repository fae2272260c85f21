"""The crash record: what ended the till last, in one sector of raw NOR flash, and how often in a row.

One page a fault: magic 4, kind 1 (1 a fault, 2 the till has run steadily since), faults in a row 1, length 1, zero 1,
text, and the CRC-32 of all before it in the last 4 bytes. The text is the fault's class and the places in the code that
it came through, the innermost first: never what the fault says of itself, which may quote a field. A page that a power
cut has torn counts for nothing. When the sector is full it is erased, and the new page begins it.
"""

import io
import struct
import sys
from binascii import crc32

from micropython import const

PARTITION = "crash"
TEXT_MOST = const(160)
_PLACES = const(3)
_FAULT, _STEADY = const(1), const(2)
_PAGE = const(256)
_HEAD = ">4sBBBB"
_HEAD_BYTES = const(8)
_MAGIC = b"CRSH"
_BLANK = b"\xff" * _PAGE


def text_of(error):
    """Class and places of a fault, such as "ValueError app.py:120 main.py:31"."""
    told = io.BytesIO()
    sys.print_exception(error, told)
    places = []
    said = told.getvalue().decode()  # pyright: ignore[reportAttributeAccessIssue]
    for line in said.split("\n"):
        if line.startswith('  File "'):
            parts = line.split('"')
            number = parts[2].split("line ")[1].split(",")[0] if "line " in parts[2] else "?"
            places.insert(0, "%s:%s" % (parts[1].split("/")[-1], number))
    return " ".join([type(error).__name__] + places[:_PLACES])[:TEXT_MOST]


class CrashLog:
    """device: block device of MicroPython's extended protocol, one erase block; None on a board without one: then
    nothing is remembered. MOST: faults in a row; from then on the till stands still until somebody asks for another
    try."""

    MOST = 5

    def __init__(self, device):
        self._device = device
        self._pages = device.ioctl(5, 0) // _PAGE if device else 0

    def _read(self):
        """(number of the first blank page, kind, faults in a row, text) of the newest whole page."""
        kind, row, text = _STEADY, 0, ""
        page = bytearray(_PAGE)
        for number in range(self._pages):
            self._device.readblocks(0, page, number * _PAGE)
            if page == _BLANK:
                return number, kind, row, text
            magic, found, faults, length, _ = struct.unpack(_HEAD, page[:_HEAD_BYTES])
            crc = struct.unpack(">I", page[_PAGE - 4 :])[0]
            if magic == _MAGIC and crc32(memoryview(page)[: _PAGE - 4]) == crc and length <= TEXT_MOST:
                kind, row, text = found, faults, bytes(page[_HEAD_BYTES : _HEAD_BYTES + length]).decode()
        return self._pages, kind, row, text

    def row(self):
        """Faults in a row, without a steady run between them."""
        _, kind, row, _ = self._read()
        return row if kind == _FAULT else 0

    def last(self):
        """Text of the last fault, however long ago; "" for none."""
        return self._read()[3]

    def crashed(self, error):
        """Writes an exception down, on the console too. Returns the text."""
        text = text_of(error)
        print("crash", text)
        self.note(text)
        return text

    def note(self, text):
        """Writes a fault down. text: of text_of()."""
        _, kind, row, _ = self._read()
        self._write(_FAULT, min(row + 1 if kind == _FAULT else 1, 255), text)

    def steady(self):
        """The till has run for a while: faults are counted from one again. Costs a page where there was one."""
        _, kind, _, text = self._read()
        if kind == _FAULT:
            self._write(_STEADY, 0, text)

    def _write(self, kind, row, text):
        if not self._pages:
            return
        number = self._read()[0]
        if number == self._pages:
            self._device.ioctl(6, 0)
            number = 0
        text = text.encode()[:TEXT_MOST]
        page = bytearray(_PAGE)
        struct.pack_into(_HEAD, page, 0, _MAGIC, kind, row, len(text), 0)
        page[_HEAD_BYTES : _HEAD_BYTES + len(text)] = text
        struct.pack_into(">I", page, _PAGE - 4, crc32(memoryview(page)[: _PAGE - 4]))
        self._device.writeblocks(0, page, number * _PAGE)
