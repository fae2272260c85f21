"""Issuer and ICC public key certificates (EMV 4.4 Book 2, tables 6 and 14) and what goes on the card with them."""

from hashlib import sha1
from typing import NamedTuple

from host_sim.networks.pki.authority import CaKey
from host_sim.networks.pki.rsa import RsaError, RsaKey

HEADER, TRAILER = 0x6A, 0xBC
ISSUER, ICC = 0x02, 0x04
SHA_1 = RSA = 0x01
ISSUER_FRAME, ICC_FRAME = 36, 42
"""Bytes of a certificate that are not the key."""


class Certificate(NamedTuple):
    """certificate: as long as the key above it. remainder: the rest of the key, b"" where all of it fitted.
    exponent: 1 or 3 bytes."""

    certificate: bytes
    remainder: bytes
    exponent: bytes


def issuer_certificate(
    ca: CaKey, key: RsaKey, pan: str, expiry: str, serial: bytes, identifier: str | None = None
) -> Certificate:
    """Tags 90, 92, 9F32. expiry: MMYY. serial: 3 bytes. identifier: issuer's digits, by default the PAN's first 8."""
    digits = (identifier or pan[:8]).ljust(8, "F")
    head = bytes([ISSUER]) + bytes.fromhex(digits + expiry) + serial
    return _certify(ca.key, key, head, b"", ISSUER_FRAME)


def icc_certificate(
    issuer: RsaKey, key: RsaKey, pan: str, expiry: str, serial: bytes, static_data: bytes
) -> Certificate:
    """Tags 9F46, 9F48, 9F47. static_data: what the card authenticates with it (Book 3, 10.3)."""
    head = bytes([ICC]) + bytes.fromhex(pan.ljust(20, "F") + expiry) + serial
    return _certify(issuer, key, head, static_data, ICC_FRAME)


def _certify(signer: RsaKey, key: RsaKey, head: bytes, static_data: bytes, frame: int) -> Certificate:
    if key.length > signer.length:
        raise RsaError(f"a key of {key.length} bytes under one of {signer.length}: it must not be longer")
    room = signer.length - frame
    modulus = key.modulus_bytes
    remainder = modulus[room:]
    middle = head + bytes([SHA_1, RSA, key.length, len(key.exponent_bytes)]) + modulus[:room].ljust(room, b"\xbb")
    digest = sha1(middle + remainder + key.exponent_bytes + static_data).digest()
    block = bytes([HEADER]) + middle + digest + bytes([TRAILER])
    return Certificate(signer.sign(block), remainder, key.exponent_bytes)
