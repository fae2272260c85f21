"""AES on the board's `cryptolib`. Source: FIPS 197; modes: NIST SP 800-38A, sections 6.1 and 6.2.

A cryptolib object enciphers or deciphers, never both, so each call makes its own.
"""

import cryptolib
from micropython import const

from till.keys.errors import KeysError

_ECB = const(1)
_CBC = const(2)
_BLOCK = const(16)


class AES:
    """AES with a key of 16 or 32 bytes. Errors: KeysError for another key, IV or length of data."""

    def __init__(self, key):
        if len(key) not in (16, 32):
            raise KeysError("AES key", "%d bytes, not 16 or 32" % len(key))
        self._key = bytes(key)

    def encrypt_ecb(self, data):
        """Whole 16-byte blocks -> as many bytes, each block by itself."""
        return cryptolib.aes(self._key, _ECB).encrypt(_whole(data))

    def decrypt_ecb(self, data):
        """Whole 16-byte blocks -> as many bytes."""
        return cryptolib.aes(self._key, _ECB).decrypt(_whole(data))

    def encrypt_cbc(self, iv, data):
        """iv: 16 bytes; whole 16-byte blocks -> as many bytes."""
        return cryptolib.aes(self._key, _CBC, _vector(iv)).encrypt(_whole(data))

    def decrypt_cbc(self, iv, data):
        """iv: 16 bytes; whole 16-byte blocks -> as many bytes."""
        return cryptolib.aes(self._key, _CBC, _vector(iv)).decrypt(_whole(data))


def _whole(data):
    if len(data) % _BLOCK:
        raise KeysError("AES data", "%d bytes, no multiple of 16" % len(data))
    return bytes(data)


def _vector(iv):
    if len(iv) != _BLOCK:
        raise KeysError("AES IV", "%d bytes, not 16" % len(iv))
    return bytes(iv)
