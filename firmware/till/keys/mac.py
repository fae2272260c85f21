"""Message authentication codes of the terminal's messages: 8 bytes for F64.

Those of 8-byte blocks pad with zero bytes to whole blocks (ISO/IEC 9797-1, padding method 1), cup-sm4 to 16 bytes.
"""

import micropython

from till.keys.des import DES
from till.keys.errors import KeysError

_BLOCK = 8
_HEX = b"0123456789ABCDEF"


def mac(algorithm, key, data):
    """algorithm: a name of _ALGORITHMS; key: 8, 16 or 32 bytes as it wants; data: MTI to F63 -> 8 bytes.

    Errors: KeysError for an unknown algorithm, a key of the wrong length or no data at all.
    """
    lengths, function = _ALGORITHMS.get(algorithm, (None, None))
    if function is None:
        raise KeysError("MAC algorithm", "not one of %s" % ", ".join(sorted(_ALGORITHMS)))
    if len(key) not in lengths:
        raise KeysError("MAC key", "%d bytes do not fit %s" % (len(key), algorithm))
    if not len(data):
        raise KeysError("MAC data", "empty")
    return function(bytes(key), data)


def _folded(data, size=_BLOCK):
    # all blocks XORed into one; zero padding changes nothing here
    block = bytearray(size)
    _fold(data, len(data), block, size - 1)
    return block


@micropython.viper
def _fold(data: ptr8, length: int, block: ptr8, mask: int):
    """mask: the block's size, a power of two, less one."""
    at = 0
    while at < length:
        block[at & mask] = block[at & mask] ^ data[at]
        at += 1


def _as_hex(block):
    text = bytearray(2 * len(block))
    for i in range(len(block)):
        text[2 * i] = _HEX[block[i] >> 4]
        text[2 * i + 1] = _HEX[block[i] & 15]
    return text


def _cup_ecb(key, data):
    """UnionPay terminals' ECB MAC: the folded block as 16 hexadecimal characters, enciphered in two steps.

    Source: public descriptions of UnionPay acquirers' interfaces, "MAC, ECB". The result is 8 hexadecimal characters.
    """
    des = DES(key)
    text = _as_hex(_folded(data))
    block = bytearray(des.encrypt(text[:_BLOCK]))
    for i in range(_BLOCK):
        block[i] ^= text[_BLOCK + i]
    return bytes(_as_hex(des.encrypt(block))[:_BLOCK])


def _xor_3des(key, data):
    """An acquirer's variant: the folded block enciphered once with triple DES, binary."""
    return DES(key).encrypt(_folded(data))


def _x9_19(key, data):
    """Retail MAC: DES CBC under the left half, then decipher right, encipher left. ANSI X9.19; ISO 9797-1, alg. 3."""
    left = DES(key[:_BLOCK])
    block = bytearray(_BLOCK)
    for start in range(0, len(data), _BLOCK):
        part = data[start : start + _BLOCK]
        for i in range(len(part)):
            block[i] ^= part[i]
        block[:] = left.encrypt(block)
    return left.encrypt(DES(key[_BLOCK:]).decrypt(block))


def _cup_sm4(key, data):
    """The ECB MAC on SM4's blocks of 16 bytes: the steps are the same, F64 is the first 8 characters too.

    Source: as _cup_ecb; no value of it is published, so the host's own implementation is what it is held against.
    """
    from till.keys.sm4 import SM4  # a till of another profile never loads it

    cipher = SM4(key)
    text = _as_hex(_folded(data, 16))
    block = bytearray(cipher.encrypt_ecb(text[:16]))
    for i in range(16):
        block[i] ^= text[16 + i]
    return bytes(_as_hex(cipher.encrypt_ecb(block))[:_BLOCK])


def _aes_cmac(key, data):
    """The first 8 bytes of AES-CMAC. Source: NIST SP 800-38B, with a MAC cut to the field's 8 bytes (appendix A)."""
    from till.keys.cmac import cmac

    return cmac(key, data)[:_BLOCK]


_ALGORITHMS = {
    "cup-ecb": ((8, 16), _cup_ecb),
    "xor-3des": ((16,), _xor_3des),
    "x9.19": ((16,), _x9_19),
    "cup-sm4": ((16,), _cup_sm4),
    "aes-cmac": ((16, 32), _aes_cmac),
}
