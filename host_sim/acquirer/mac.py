"""Message authentication codes of the profiles, as the host computes them. Key and data in, 8 bytes out."""

from functools import reduce

from host_sim.networks.tdes import BLOCK, decrypt, encrypt, xor


class MacError(ValueError):
    """A MAC that cannot be computed. args: reason."""


def mac(algorithm: str, key: bytes, data: bytes) -> bytes:
    """F64 over data. algorithm: cup-ecb, xor-3des or x9.19."""
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


ALGORITHMS = {"cup-ecb": cup_ecb, "xor-3des": xor_3des, "x9.19": x9_19}


def _folded(data: bytes) -> bytes:
    return reduce(xor, _blocks(data))


def _blocks(data: bytes) -> list[bytes]:
    """Blocks of 8 bytes, the last filled with zeros; no data is one block of zeros."""
    return [data[at : at + BLOCK].ljust(BLOCK, b"\0") for at in range(0, max(len(data), 1), BLOCK)]
