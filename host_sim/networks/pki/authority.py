"""The CA keys of the test scheme, as a table (EMV 4.4 Book 2, 11.2.1: what a terminal keeps of each).

The RIDs are UnionPay's, Visa's and Mastercard's, so that cards can carry the shape of their AIDs; the keys are ours and
the indices, E0 and up, are not those of live keys.
"""

from hashlib import sha1
from typing import NamedTuple

from host_sim.networks.pki.rsa import RsaKey, rsa_key

TEST_SCHEME = b"picotill test scheme 1"
UNIONPAY, VISA, MASTERCARD = (bytes.fromhex(rid) for rid in ("A000000333", "A000000003", "A000000004"))

# (RID, index, bits, exponent, expiry YYYYMMDD)
TABLE = (
    (UNIONPAY, 0xE0, 1024, 3, "20301231"),
    (UNIONPAY, 0xE1, 1152, 65537, "20301231"),
    (UNIONPAY, 0xE2, 1408, 3, "20331231"),
    (UNIONPAY, 0xE3, 1984, 3, "20351231"),
    (UNIONPAY, 0xE4, 1984, 65537, "20351231"),
    (UNIONPAY, 0xE5, 1152, 3, "20201231"),  # expired: a terminal drops it, its cards cannot be proved
    (VISA, 0xE2, 1408, 3, "20331231"),
    (VISA, 0xE3, 1984, 3, "20351231"),
    (MASTERCARD, 0xE2, 1408, 3, "20331231"),
    (MASTERCARD, 0xE4, 1984, 65537, "20351231"),
)
UNKNOWN = (UNIONPAY, 0xEF, 1408, 3, "20331231")
"""A CA that no terminal is given, whose cards exist all the same."""
REVOKED_SERIAL = bytes.fromhex("00DEAD")
"""The serial number of an issuer certificate that its CA took back."""


class CaKey(NamedTuple):
    """rid: 5 bytes. index: 9F22's value. expiry: YYYYMMDD."""

    rid: bytes
    index: int
    expiry: str
    key: RsaKey

    @property
    def checksum(self) -> bytes:
        """SHA-1 over RID, index, modulus and exponent, 20 bytes (Book 2, 11.2.2)."""
        return sha1(self.rid + bytes([self.index]) + self.key.modulus_bytes + self.key.exponent_bytes).digest()


class Revocation(NamedTuple):
    """One entry of the certification revocation list (Book 2, 5.1.2): an issuer certificate taken back."""

    rid: bytes
    index: int
    serial: bytes

    @property
    def entry(self) -> bytes:
        """RID 5, index 1, serial 3."""
        return self.rid + bytes([self.index]) + self.serial


def ca_key(rid: bytes, index: int, seed: bytes = TEST_SCHEME) -> CaKey:
    """One of the table's keys, or the unknown CA's. Raises KeyError."""
    for row_rid, row_index, bits, exponent, expiry in (*TABLE, UNKNOWN):
        if (row_rid, row_index) == (rid, index):
            return CaKey(rid, index, expiry, rsa_key(seed + rid + bytes([index]), bits, exponent))
    raise KeyError(f"no CA key {rid.hex().upper()} {index:02X} in the test scheme")


def ca_keys(seed: bytes = TEST_SCHEME) -> list[CaKey]:
    """Every key that terminals are given, in the table's order."""
    return [ca_key(rid, index, seed) for rid, index, *_ in TABLE]


def revocations() -> list[Revocation]:
    """What terminals are told not to trust any more."""
    return [Revocation(UNIONPAY, 0xE2, REVOKED_SERIAL)]
