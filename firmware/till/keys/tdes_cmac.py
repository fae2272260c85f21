"""CMAC with triple DES. Source: NIST SP 800-38B."""

from till.keys.cmac import doubled
from till.keys.des import DES
from till.keys.errors import KeysError

_BLOCK = 8
_FEEDBACK = 0x1B


def tdes_cmac(key, data):
    """key: 16 or 24 bytes; data: any length -> 8 bytes. Errors: KeysError for another key."""
    if len(key) not in (16, 24):
        raise KeysError("CMAC key", "%d bytes, not 16 or 24" % len(key))
    des = DES(key)
    subkey = doubled(des.encrypt(bytes(_BLOCK)), _FEEDBACK)
    last = max(0, len(data) - 1) // _BLOCK * _BLOCK
    chain = bytes(_BLOCK)
    for start in range(0, last, _BLOCK):
        chain = des.encrypt(bytes([chain[i] ^ data[start + i] for i in range(_BLOCK)]))
    block = bytearray(_BLOCK)
    block[: len(data) - last] = data[last:]
    if len(data) - last < _BLOCK:
        block[len(data) - last] = 0x80
        subkey = doubled(subkey, _FEEDBACK)
    return des.encrypt(bytes([chain[i] ^ block[i] ^ subkey[i] for i in range(_BLOCK)]))
