"""The settings of the till, enciphered in two sectors of raw NOR flash of which the newer valid one counts.

A sector: page 0 is the header (magic 4, version 1, zero 1, length of the plain text 2, sequence 4, IV 16, CMAC 16,
CRC32 4, commit mark 16), big-endian; the cipher text starts at page 1. Keys derive from the board's secret, so an
image of the flash is of no use on another board. The IV is the CMAC of sequence and plain text: the same IV never
meets two texts, even when a torn write is repeated with other content (after RFC 5297, section 2.6).
"""

import struct
from binascii import crc32

from micropython import const

from till.keys.aes import AES
from till.keys.cmac import cmac
from till.keys.compare import same
from till.keys.derive import derive, password_digest  # noqa: F401  password_digest belongs to the same door

MOST_BYTES = const(3500)
_PAGE = const(256)
_BODY = const(256)  # offset of the cipher text
_MARK = const(48)  # offset of the commit mark: FF until all before it has been read back
_HEAD = ">4sBBHI16s16sI"
_MAGIC = b"TILL"
_VERSION = const(1)
_AGAIN = "provision this till again"


class VaultError(Exception):
    """Settings that cannot be read or written. args: one text: what is wrong, and what to do."""


class Vault:
    """block_device: two erase blocks of 4096 bytes in MicroPython's extended protocol (writeblocks with an offset
    programs whole pages without erasing); secret: 16 to 32 bytes of the board."""

    def __init__(self, block_device, secret):
        self._device = block_device
        self._cipher = AES(derive(secret, "vault cipher"))
        self._iv_key = derive(secret, "vault iv")
        self._mac_key = derive(secret, "vault mac")

    def read(self):
        """The newest settings as bytes; None when this flash never held any. Errors: VaultError.

        A write that a power cut left without its mark does not count; a mark torn half way is finished here.
        """
        found, problem = self._newest()
        if found is None:
            if problem is None:
                return None
            raise VaultError("%s: %s" % (problem, _AGAIN))
        block, _, length, iv, cipher, mark = found
        if any(mark):
            self._commit(block)
        return self._cipher.decrypt_cbc(iv, cipher)[:length]

    def write(self, plain):
        """Store 1 to 3500 bytes in the sector that does not hold the newest. The settings before stay whole and valid
        until these have been read back. Errors: VaultError; the settings before it are then still in force."""
        if not 0 < len(plain) <= MOST_BYTES:
            raise VaultError("settings have %d bytes, room is for 1 to %d: shorten them" % (len(plain), MOST_BYTES))
        found, _ = self._newest()
        block, sequence = (1 - found[0], found[1] + 1) if found else (0, 1)
        found = None
        plain = bytes(plain)
        iv = cmac(self._iv_key, struct.pack(">I", sequence) + plain)
        cipher = self._cipher.encrypt_cbc(iv, plain + bytes(-len(plain) % 16))
        tag = self._tag(sequence, len(plain), iv, cipher)
        head = struct.pack(_HEAD, _MAGIC, _VERSION, 0, len(plain), sequence, iv, tag, 0)[:-4]
        head += struct.pack(">I", crc32(cipher, crc32(head)))
        if self._device.ioctl(6, block):
            raise VaultError("settings sector %d cannot be erased: replace the board" % block)
        for start in range(0, len(cipher), _PAGE):
            self._program(block, _BODY + start, cipher[start : start + _PAGE])
        self._program(block, 0, head)
        self._commit(block)

    def _newest(self):
        # -> ((block, sequence, length, iv, cipher, mark) or None, what is wrong with the others or None)
        best = problem = None
        for block in (0, 1):
            sector, fault = self._load(block)
            if fault:
                problem = fault
            elif sector and (best is None or sector[1] > best[1]):
                best = sector
        return best, problem

    def _load(self, block):
        head = bytearray(_MARK + 16)
        self._device.readblocks(block, head, 0)
        mark = bytes(head[_MARK:])
        if mark == b"\xff" * 16:
            return None, None  # blank, or a write that never ended
        magic, version, _, length, sequence, iv, tag, crc = struct.unpack(_HEAD, head[:_MARK])
        if magic != _MAGIC or not 0 < length <= MOST_BYTES:
            return None, "settings are damaged"
        cipher = bytearray(length + -length % 16)
        self._device.readblocks(block, cipher, _BODY)
        if crc32(cipher, crc32(head[: _MARK - 4])) != crc:
            return None, "settings are damaged"
        if version != _VERSION:
            return None, "settings have format %d, this firmware reads %d" % (version, _VERSION)
        if not same(tag, self._tag(sequence, length, iv, cipher)):
            return None, "settings belong to another board or were altered"
        return (block, sequence, length, iv, cipher, mark), None

    def _tag(self, sequence, length, iv, cipher):
        return cmac(self._mac_key, struct.pack(">BHI", _VERSION, length, sequence) + iv + cipher)

    def _commit(self, block):
        # the header's page once more: bits only fall, so FF leaves what is there
        self._program(block, 0, b"\xff" * _MARK + bytes(16), _MARK)

    def _program(self, block, offset, data, checked_from=0):
        page = bytearray(b"\xff" * _PAGE)
        page[: len(data)] = data
        self._device.writeblocks(block, page, offset)
        back = bytearray(len(data))
        self._device.readblocks(block, back, offset)
        if back[checked_from:] != data[checked_from:]:
            raise VaultError("settings sector %d does not keep what is written: replace the board" % block)
