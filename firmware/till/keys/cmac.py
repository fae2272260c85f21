"""AES-CMAC. Source: RFC 4493 (AES-128), NIST SP 800-38B (AES-256)."""

import cryptolib

from till.keys.errors import KeysError

_BLOCK = 16
_CBC = 2
_CHUNK = 256  # bytes enciphered at once, so that a long text needs no buffer of its length


def cmac(key, data):
    """key: 16 or 32 bytes; data: any length -> 16 bytes. Errors: KeysError for another key."""
    if len(key) not in (16, 32):
        raise KeysError("CMAC key", "%d bytes, not 16 or 32" % len(key))
    key = bytes(key)
    zeros = bytes(_BLOCK)
    subkey = doubled(cryptolib.aes(key, 1).encrypt(zeros))
    length = len(data)
    last = (length - 1) // _BLOCK * _BLOCK if length else 0
    chain = cryptolib.aes(key, _CBC, zeros)
    data = memoryview(data)
    for start in range(0, last, _CHUNK):
        chain.encrypt(bytes(data[start : min(start + _CHUNK, last)]))
    block = bytearray(_BLOCK)
    block[: length - last] = data[last:]
    if length - last < _BLOCK:
        block[length - last] = 0x80
        subkey = doubled(subkey)
    for i in range(_BLOCK):
        block[i] ^= subkey[i]
    return bytes(chain.encrypt(bytes(block)))


def doubled(block, feedback=0x87):
    """A subkey of CMAC: the block times x in GF(2^128), in GF(2^64) with feedback 1B (NIST SP 800-38B, 5.3, 6.1)."""
    out = bytearray(len(block))
    carry = 0
    for i in range(len(block) - 1, -1, -1):
        out[i] = (block[i] << 1) & 0xFF | carry
        carry = block[i] >> 7
    if carry:
        out[-1] ^= feedback
    return out
