"""A list of byte strings on raw NOR flash, enciphered and authenticated: written as a whole, read one at a time.

The partition has two halves of which the newer whole one counts. A half: page 0 is the header (magic 4, version 1,
zero 1, number of entries 2, sequence 4, CMAC 16, and a mark of 16 at offset 48 that stays FF until all before it has
been read back); the entries begin in page 1, each kind 1, zero 1, length 2, tag 16, cipher text in whole blocks. The
tag is the CMAC of sequence, place, kind and plain text, and the CBC vector too: one vector never meets two texts
(after RFC 5297, section 2.6). The header's CMAC covers all tags.
"""

import struct

from micropython import const

from till.keys.aes import AES
from till.keys.cmac import cmac
from till.keys.compare import same
from till.keys.derive import derive

ENTRIES_MOST = const(80)
PLAIN_MOST = const(1024)
_PAGE = const(256)
_MARK = const(48)
_HEAD = ">4sBBHI"
_HEAD_BYTES = const(12)
_ENTRY_BYTES = const(20)
_MAGIC = b"LIST"
_VERSION = const(1)


class ListError(Exception):
    """A list that cannot be read or written. args: one text: what is wrong, and what to do."""


class SealedList:
    """block_device: MicroPython's extended protocol, an even number of erase blocks. secret: 16 to 32 bytes of the
    board. Nothing is read before open()."""

    def __init__(self, block_device, secret):
        self._device = block_device
        self._size = block_device.ioctl(5, 0)
        self._blocks = block_device.ioctl(4, 0) // 2
        self._cipher = AES(derive(secret, "list cipher"))
        self._key = derive(secret, "list tag")
        self._half, self._sequence = 1, 0  # what is written next goes to the other half
        self.places = []  # (kind, offset in the half) of each entry

    def open(self):
        """Finds the newer whole half, if there is one; places stays empty where there is none."""
        for half in (0, 1):
            found = self._load(half)
            if found is not None and found[0] > self._sequence:
                self._half, self._sequence, self.places = half, found[0], found[1]

    def entry(self, number):
        """Plain bytes of the entry at places[number]. ListError where it has been altered since open()."""
        kind, offset = self.places[number]
        head = self._read(self._half, offset, _ENTRY_BYTES)
        length = head[2] << 8 | head[3]
        tag = bytes(head[4:])
        cipher = self._read(self._half, offset + _ENTRY_BYTES, length + -length % 16)
        plain = self._cipher.decrypt_cbc(tag, bytes(cipher))[:length]
        if not same(self._tag(self._sequence, number, kind, plain), tag):
            raise ListError("the list on flash is damaged: download it again")
        return plain

    def begin(self):
        """A Writer of the next list; the one that is there counts until its commit()."""
        return Writer(self, 1 - self._half, self._sequence + 1)

    def _load(self, half):
        page = self._read(half, 0, _MARK + 16)
        magic, version, _, count, sequence = struct.unpack(_HEAD, page[:_HEAD_BYTES])
        if bytes(page[_MARK:]) != bytes(16) or magic != _MAGIC or version != _VERSION or count > ENTRIES_MOST:
            return None
        places, tags, offset = [], b"", _PAGE
        for _ in range(count):
            if offset + _ENTRY_BYTES > self._blocks * self._size:
                return None
            head = self._read(half, offset, _ENTRY_BYTES)
            length = head[2] << 8 | head[3]
            if length > PLAIN_MOST:
                return None
            places.append((head[0], offset))
            tags += bytes(head)
            offset += _ENTRY_BYTES + length + -length % 16
        if not same(cmac(self._key, bytes(page[:_HEAD_BYTES]) + tags), bytes(page[_HEAD_BYTES : _HEAD_BYTES + 16])):
            return None
        return sequence, places

    def _tag(self, sequence, number, kind, plain):
        return cmac(self._key, struct.pack(">IBB", sequence, number, kind) + plain)

    def _read(self, half, offset, count):
        """bytearray; it may lie across blocks."""
        out = bytearray(count)
        view, at = memoryview(out), 0
        while at < count:
            inside = (offset + at) % self._size
            part = min(count - at, self._size - inside)
            self._device.readblocks(half * self._blocks + (offset + at) // self._size, view[at : at + part], inside)
            at += part
        return out

    def _program(self, half, offset, page):
        """One page, read back."""
        block, inside = half * self._blocks + offset // self._size, offset % self._size
        self._device.writeblocks(block, page, inside)
        back = bytearray(len(page))
        self._device.readblocks(block, back, inside)
        for at in range(len(page)):
            if back[at] & page[at] != back[at] or (page[at] != 0xFF and back[at] != page[at]):
                raise ListError("the flash does not keep what is written: replace the board")


class Writer:
    """add() each entry, then commit(). Half a list is forgotten by the next begin(). Each add() and commit() programs
    or erases flash: nothing else may be under way on a UART."""

    def __init__(self, owner, half, sequence):
        self._list, self._half, self._sequence = owner, half, sequence
        self._page = bytearray(b"\xff" * _PAGE)
        self._offset, self._filled = _PAGE, 0
        self._places, self._tags = [], b""
        for block in range(owner._blocks):
            if owner._device.ioctl(6, half * owner._blocks + block):
                raise ListError("the flash cannot be erased: replace the board")

    def add(self, kind, plain):
        """kind: 0 to 254. plain: at most 1024 bytes. ListError where there is no room for it."""
        owner, number = self._list, len(self._places)
        size = _ENTRY_BYTES + len(plain) + -len(plain) % 16
        room = owner._blocks * owner._size - self._offset - self._filled
        if len(plain) > PLAIN_MOST or number == ENTRIES_MOST or size > room:
            raise ListError("the list is longer than this board takes: ask the acquirer for a shorter one")
        plain = bytes(plain)
        tag = owner._tag(self._sequence, number, kind, plain)
        head = struct.pack(">BBH", kind, 0, len(plain)) + tag
        self._places.append((kind, self._offset + self._filled))
        self._tags += head
        self._put(head + owner._cipher.encrypt_cbc(tag, plain + bytes(-len(plain) % 16)))

    def commit(self):
        """From here on this list counts."""
        owner = self._list
        if self._filled:
            self._flush()
        head = struct.pack(_HEAD, _MAGIC, _VERSION, 0, len(self._places), self._sequence)
        page = bytearray(b"\xff" * _PAGE)
        page[: _HEAD_BYTES + 16] = head + cmac(owner._key, head + self._tags)
        owner._program(self._half, 0, page)
        page = bytearray(b"\xff" * _PAGE)
        page[_MARK : _MARK + 16] = bytes(16)  # bits only fall: FF leaves what is there
        owner._device.writeblocks(self._half * owner._blocks, page, 0)
        owner._half, owner._sequence, owner.places = self._half, self._sequence, self._places

    def _put(self, data):
        at = 0
        while at < len(data):
            part = min(len(data) - at, _PAGE - self._filled)
            self._page[self._filled : self._filled + part] = data[at : at + part]
            self._filled += part
            at += part
            if self._filled == _PAGE:
                self._flush()

    def _flush(self):
        self._list._program(self._half, self._offset, self._page)
        for at in range(_PAGE):
            self._page[at] = 0xFF
        self._offset += _PAGE
        self._filled = 0
