"""MicroPython's `cryptolib.aes` for CPython, on `cryptography`, with the same refusals (ValueError) and no more.

Source: MicroPython library reference, `cryptolib`. Mode 1 is ECB, 2 is CBC. An object enciphers or deciphers, not both.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 16


class aes:
    """AES with a key of 16 or 32 bytes. CBC keeps its chain from call to call, as MicroPython's does."""

    def __init__(self, key, mode, iv=None):
        key = bytes(key)
        if len(key) not in (16, 32):
            raise ValueError("key")
        if mode not in (1, 2):
            raise ValueError("mode")
        if mode == 2 and (iv is None or len(iv) != _BLOCK):
            raise ValueError("IV")
        self._cipher = Cipher(algorithms.AES(key), modes.ECB() if mode == 1 else modes.CBC(bytes(iv)))
        self._context = None
        self._direction = None

    def encrypt(self, data, into=None):
        """Encipher whole blocks; into: a buffer at least as long that takes the result and is returned."""
        return self._run("encrypt", data, into)

    def decrypt(self, data, into=None):
        """Decipher whole blocks; into: a buffer at least as long that takes the result and is returned."""
        return self._run("decrypt", data, into)

    def _run(self, direction, data, into):
        data = data.encode() if isinstance(data, str) else bytes(data)
        if len(data) % _BLOCK:
            raise ValueError("blksize % 16")
        if into is not None and len(into) < len(data):
            raise ValueError("output too small")
        if self._direction is None:
            self._direction = direction
            self._context = self._cipher.encryptor() if direction == "encrypt" else self._cipher.decryptor()
        elif self._direction != direction:
            raise ValueError("can't encrypt & decrypt")
        result = self._context.update(data)
        if into is None:
            return result
        memoryview(into).cast("B")[: len(result)] = result
        return into
