"""Message authentication codes of the profiles, as the host computes them. Key and data in, 8 bytes out."""

from functools import reduce

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from host_sim.networks.tdes import BLOCK, decrypt, encrypt, xor


class MacError(ValueError):
    """A MAC that cannot be computed. args: reason."""


def mac(algorithm: str, key: bytes, data: bytes) -> bytes:
    """F64 over data. algorithm: cup-ecb, xor-3des, x9.19, cup-sm4 or aes-cmac."""
    try:
        function = ALGORITHMS[algorithm]
    except KeyError:
        raise MacError(f"unknown algorithm {algorithm}: see the profile's [mac]") from None
    return function(key, data)


def cup_ecb(key: bytes, data: bytes) -> bytes:
    """UnionPay's ECB form: XOR of the zero-padded blocks, as 16 upper-case hex characters h1 h2;
    E(E(h1) xor h2), as hex, its first 8 characters. Single DES with a key of 8 bytes, else triple.
    """
    digits = _folded(data).hex().upper().encode("ascii")
    first = encrypt(key, digits[:BLOCK])
    return encrypt(key, xor(first, digits[BLOCK:])).hex().upper().encode("ascii")[:BLOCK]


def xor_3des(key: bytes, data: bytes) -> bytes:
    """XOR of the zero-padded blocks, enciphered once; binary."""
    return encrypt(key, _folded(data))


def x9_19(key: bytes, data: bytes) -> bytes:
    """ANSI X9.19, which is ISO/IEC 9797-1 algorithm 3 with padding method 1. A key of 16 bytes."""
    if len(key) != 16:
        raise MacError("X9.19 takes a double-length key")
    chained = bytes(BLOCK)
    for block in _blocks(data):
        chained = encrypt(key[:BLOCK], xor(chained, block))
    return encrypt(key[:BLOCK], decrypt(key[BLOCK:], chained))


def cup_sm4(key: bytes, data: bytes) -> bytes:
    """cup_ecb on SM4: blocks of 16 bytes, 32 characters, of which the first eight of the last step are F64."""
    if len(key) != 16:
        raise MacError("SM4 takes a key of 16 bytes")
    sm4 = Cipher(algorithms.SM4(key), modes.ECB())
    digits = reduce(xor, _blocks(data, 16)).hex().upper().encode("ascii")
    first = sm4.encryptor().update(digits[:16])
    return sm4.encryptor().update(xor(first, digits[16:])).hex().upper().encode("ascii")[:BLOCK]


def aes_cmac(key: bytes, data: bytes) -> bytes:
    """The first 8 bytes of AES-CMAC, NIST SP 800-38B."""
    if len(key) not in (16, 32):
        raise MacError("AES takes a key of 16 or 32 bytes")
    made = CMAC(algorithms.AES(key))
    made.update(data)
    return made.finalize()[:BLOCK]


ALGORITHMS = {"cup-ecb": cup_ecb, "xor-3des": xor_3des, "x9.19": x9_19, "cup-sm4": cup_sm4, "aes-cmac": aes_cmac}


def _folded(data: bytes) -> bytes:
    return reduce(xor, _blocks(data))


def _blocks(data: bytes, size: int = BLOCK) -> list[bytes]:
    """Blocks of so many bytes, the last filled with zeros; no data is one block of zeros."""
    return [data[at : at + size].ljust(size, b"\0") for at in range(0, max(len(data), 1), size)]
