"""The file in which a till hands over what the host has not answered: lines of text, enciphered and authenticated
under the export key that the host's operator holds. docs/export.md has the format.

A line at a time goes out, so the memory that it takes does not grow with the queue. Each line proves all before it.
"""

import struct
from binascii import b2a_base64, hexlify

from till.keys.aes import AES
from till.keys.cmac import cmac
from till.keys.derive import derive

NAME = "PICOTILL-QUEUE 1"
RECEIPT_DIGITS = 8
CHECK_BYTES = 4


def key_check(key):
    """The check value of an export key: the first 4 bytes of the CMAC of a block of zeros (ANSI X9.24-1, annex A)."""
    return cmac(key, bytes(16))[:CHECK_BYTES]


class QueueFile:
    """key: 16 bytes. terminal: 8 characters. nonce: 16 random bytes, new for every file. First head(), then line() for
    each message, then end(). count: messages so far."""

    def __init__(self, key, terminal, nonce):
        self._nonce = hexlify(nonce).decode()
        self._terminal = terminal
        self._cipher = AES(derive(key, "queue cipher " + self._nonce))
        self._mac_key = derive(key, "queue mac " + self._nonce)
        self._receipt_key = derive(key, "queue receipt " + self._nonce)
        self._chain = b""
        self.count = 0

    def head(self):
        """The first line: what it is, whose it is, the nonce."""
        line = "%s %s %s" % (NAME, self._terminal, self._nonce)
        self._chain = cmac(self._mac_key, line.encode())
        return line

    def line(self, message):
        """The line of one message (bytes)."""
        self.count += 1
        number = struct.pack(">H", self.count)
        iv = self._cipher.encrypt_ecb(bytes(14) + number)
        padded = bytes(message) + b"\x80"
        cipher = self._cipher.encrypt_cbc(iv, padded + bytes(-len(padded) % 16))
        self._chain = cmac(self._mac_key, self._chain + number + cipher)
        return "%04d %s" % (self.count, b2a_base64(cipher + self._chain).decode().strip())

    def end(self):
        """The last line; without it the file is not whole."""
        self._chain = cmac(self._mac_key, self._chain + b"END" + struct.pack(">H", self.count))
        return "END %04d %s" % (self.count, hexlify(self._chain).decode())

    @property
    def digest(self):
        """16 characters that stand for the whole file, for people to compare. After end()."""
        return hexlify(self._chain[:8]).decode().upper()

    @property
    def receipt(self):
        """The 8 digits that only who holds the key and the whole file can know. After end()."""
        return "".join([str(byte % 10) for byte in cmac(self._receipt_key, self._chain)[:RECEIPT_DIGITS]])
