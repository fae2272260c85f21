"""The seal of a record: AES-128-CBC over its body, then AES-CMAC (8 bytes) over header and cipher text.

The keys for both, and for the initial vectors, come from the one journal key, each under its label.
Sources: NIST SP 800-38A (CBC, appendix C: the vector is a nonce under its own key), RFC 4493 (CMAC).
"""

import struct

from cryptolib import aes
from micropython import const

_ECB = const(1)
_CBC = const(2)
_BLOCK = const(16)
_ZEROS = b"\x00" * 16


def _double(block):
    """Times x in GF(2^128), RFC 4493 section 2.3."""
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number = number & ((1 << 128) - 1) ^ 0x87
    return number.to_bytes(16, "big")


class Cmac:
    """AES-CMAC under one 16-byte key. Source: RFC 4493."""

    def __init__(self, key):
        self._key = key
        self._whole = _double(aes(key, _ECB).encrypt(_ZEROS))
        self._padded = _double(self._whole)

    def __call__(self, data):
        """16 bytes."""
        length = len(data)
        padded = (length + 15) // _BLOCK * _BLOCK or _BLOCK
        work = bytearray(padded)
        work[:length] = data
        subkey = self._whole
        if length != padded:
            work[length] = 0x80
            subkey = self._padded
        for index in range(_BLOCK):
            work[padded - _BLOCK + index] ^= subkey[index]
        aes(self._key, _CBC, _ZEROS).encrypt(work, work)
        return bytes(work[padded - _BLOCK :])


class Seal:
    """key: 16 bytes."""

    def __init__(self, key):
        if len(key) != _BLOCK:
            raise ValueError("a journal key has 16 bytes")
        derive = Cmac(bytes(key))
        self._cipher_key = derive(b"journal cipher")
        self._vectors = aes(derive(b"journal vector"), _ECB)
        self._blocks = aes(self._cipher_key, _ECB)
        self._cmac = Cmac(derive(b"journal authentication"))
        self.key_id = derive(b"journal key id")[0]

    def _vector(self, sequence, nonce):
        return self._vectors.encrypt(struct.pack(">II", sequence, nonce) + b"\x00" * 8)

    def encipher(self, view, sequence, nonce):
        """In place; view: a memoryview of whole blocks."""
        aes(self._cipher_key, _CBC, self._vector(sequence, nonce)).encrypt(view, view)

    def decipher(self, view, sequence, nonce):
        """In place; view: a memoryview of whole blocks."""
        aes(self._cipher_key, _CBC, self._vector(sequence, nonce)).decrypt(view, view)

    def first_block(self, block, sequence, nonce):
        """The first 16 bytes in clear, of 16 enciphered ones, with two AES blocks and nothing set up."""
        clear = bytearray(self._blocks.decrypt(block))
        vector = self._vector(sequence, nonce)
        for index in range(_BLOCK):
            clear[index] ^= vector[index]
        return bytes(clear)

    def authenticate(self, data):
        """The 8 bytes that belong to header and cipher text."""
        return self._cmac(data)[:8]
