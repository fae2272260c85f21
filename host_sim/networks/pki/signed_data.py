"""Signed static and dynamic application data (EMV 4.4 Book 2, tables 7, 17 and 22)."""

from hashlib import sha1

from host_sim.networks.pki.certificates import HEADER, SHA_1, TRAILER
from host_sim.networks.pki.rsa import RsaError, RsaKey

STATIC, DYNAMIC = 0x03, 0x05


def static_signature(issuer: RsaKey, code: bytes, static_data: bytes) -> bytes:
    """Tag 93, signed by the issuer. code: data authentication code, 2 bytes."""
    middle = bytes([STATIC, SHA_1]) + code + b"\xbb" * (issuer.length - 26)
    return issuer.sign(_framed(middle, static_data))


def dynamic_signature(icc: RsaKey, dynamic_data: bytes, terminal_data: bytes) -> bytes:
    """Tag 9F4B, signed by the card. dynamic_data: inside the signature. terminal_data: hashed with it, the DDOL's
    values for DDA, the unpredictable number for CDA."""
    padding = icc.length - 25 - len(dynamic_data)
    if padding < 0:
        raise RsaError(f"{len(dynamic_data)} bytes of dynamic data do not fit a key of {icc.length}")
    middle = bytes([DYNAMIC, SHA_1, len(dynamic_data)]) + dynamic_data + b"\xbb" * padding
    return icc.sign(_framed(middle, terminal_data))


def combined_data(number: bytes, cid: int, cryptogram: bytes, transaction_hash: bytes) -> bytes:
    """The dynamic data of CDA (table 19): number's length, number (2 to 8 bytes), CID, cryptogram, hash."""
    return bytes([len(number)]) + number + bytes([cid]) + cryptogram + transaction_hash


def _framed(middle: bytes, hashed_too: bytes) -> bytes:
    return bytes([HEADER]) + middle + sha1(middle + hashed_too).digest() + bytes([TRAILER])
