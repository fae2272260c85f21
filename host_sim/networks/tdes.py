"""Triple DES, for the whole host in one place: the library is moving it away, and only here will know.

A key of 8 bytes is single DES, of 16 bytes K1 K2 K1, of 24 bytes K1 K2 K3 (NIST SP 800-67).
"""

import warnings

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.utils import CryptographyDeprecationWarning

# psec and pyemv still reach Triple DES by its old name and warn at each import path; the versions are pinned.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning, module=r"(psec|pyemv)\b")

BLOCK = 8


class DesError(ValueError):
    """A key or text of a length that DES does not have. args: reason."""


def encrypt(key: bytes, data: bytes) -> bytes:
    """ECB. data: a multiple of 8 bytes."""
    encryptor = _cipher(key, data).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt(key: bytes, data: bytes) -> bytes:
    """ECB. data: a multiple of 8 bytes."""
    decryptor = _cipher(key, data).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def check_value(key: bytes, length: int = 4) -> bytes:
    """The first bytes of E(zeros), which tell whether two parties hold the same key."""
    return encrypt(key, bytes(BLOCK))[:length]


def odd_parity(key: bytes) -> bytes:
    """The key with each byte's lowest bit set so that the byte has an odd number of ones."""
    return bytes((byte & 0xFE) | (1 - (byte >> 1).bit_count() % 2) for byte in key)


def xor(one: bytes, other: bytes) -> bytes:
    """Two strings of the same length, bit by bit."""
    if len(one) != len(other):
        raise DesError("two strings to be combined differ in length")
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def _cipher(key: bytes, data: bytes) -> Cipher[modes.ECB]:
    if len(key) not in (8, 16, 24):
        raise DesError("a DES key has 8, 16 or 24 bytes")
    if len(data) % BLOCK:
        raise DesError("the text is not a multiple of 8 bytes")
    whole = {8: key * 3, 16: key + key[:8], 24: key}[len(key)]
    return Cipher(TripleDES(whole), modes.ECB())
