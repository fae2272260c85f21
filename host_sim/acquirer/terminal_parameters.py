"""What terminals download about cards: CA public keys, revoked certificates, applications. Data objects in BER-TLV.

Source: public descriptions of the UnionPay terminal interface (tags DF01 to DF21); the keys are the test scheme's, the
applications are parameters/aids.toml.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from host_sim.acquirer.exception_file import TAG
from host_sim.networks.pki.authority import CaKey, ca_keys, revocations

SHA_1 = RSA = b"\x01"


class Entry(NamedTuple):
    """One thing to download. asked: the objects by which a terminal asks for it. listed: the same in the list.
    whole: all of it."""

    asked: bytes
    listed: bytes
    whole: bytes


def tlv(tag: int, value: bytes) -> bytes:
    """One object. Tags of one or two bytes, values of at most 255."""
    length = bytes([len(value)]) if len(value) < 128 else bytes([0x81, len(value)])
    return tag.to_bytes(1 + (tag > 0xFF), "big") + length + value


@cache
def ca_entries() -> tuple[Entry, ...]:
    """The CA keys: RID, index, expiry (YYYYMMDD in ASCII), algorithms, modulus, exponent, checksum. The first call
    makes the keys and takes a second or two."""
    return tuple(_ca_entry(key) for key in ca_keys())


@cache
def application_entries() -> tuple[Entry, ...]:
    """The applications with their parameters."""
    table = tomllib.loads(files("host_sim.acquirer").joinpath("parameters/aids.toml").read_text(encoding="utf-8"))
    return tuple(_application_entry({**table["defaults"], **row}) for row in table["aid"])


class Versions(NamedTuple):
    """SHA-256 in hex of what a terminal that has downloaded everything holds."""

    ca_keys: str
    applications: str


def versions(exceptions: Iterable[bytes] = ()) -> Versions:
    """As of now. exceptions: of the exception file. The first call makes the keys, as ca_entries() says."""
    keys = b"".join(entry.whole for entry in ca_entries()) + revocation_list()
    applications = b"".join(entry.whole for entry in application_entries()) + exception_list(exceptions)
    return Versions(sha256(keys).hexdigest(), sha256(applications).hexdigest())


def revocation_list() -> bytes:
    """Certificates taken back, each RID, CA's index, certificate's serial."""
    return b"".join(tlv(0xDF0A, one.entry) for one in revocations())


def exception_list(exceptions: Iterable[bytes]) -> bytes:
    """Cards that no terminal may take without its issuer, each as exception_file.digest() has it."""
    return b"".join(tlv(TAG, one) for one in exceptions)


def _ca_entry(ca: CaKey) -> Entry:
    asked = tlv(0x9F06, ca.rid) + tlv(0x9F22, bytes([ca.index]))
    listed = asked + tlv(0xDF05, ca.expiry.encode("ascii"))
    key = tlv(0xDF02, ca.key.modulus_bytes) + tlv(0xDF04, ca.key.exponent_bytes)
    return Entry(asked, listed, listed + tlv(0xDF06, SHA_1) + tlv(0xDF07, RSA) + key + tlv(0xDF03, ca.checksum))


def _application_entry(row: dict[str, Any]) -> Entry:
    asked = tlv(0x9F06, bytes.fromhex(row["aid"]))
    whole = asked + tlv(0xDF01, bytes([row["asi"]])) + tlv(0x9F08, bytes.fromhex(row["version"]))
    for tag, name in ((0xDF11, "tac_default"), (0xDF12, "tac_online"), (0xDF13, "tac_denial")):
        whole += tlv(tag, bytes.fromhex(row[name]))
    for tag, name in ((0x9F1B, "floor_limit_fen"), (0xDF15, "random_threshold_fen")):
        whole += tlv(tag, row[name].to_bytes(4, "big"))
    for tag, name in ((0xDF16, "random_most_percent"), (0xDF17, "random_percent")):
        whole += tlv(tag, bytes.fromhex(f"{row[name]:02d}"))
    whole += tlv(0xDF14, bytes.fromhex(row["default_ddol"])) + tlv(0xDF18, bytes([row["online_pin"]]))
    limits = (
        (0x9F7B, "purse_limit_fen"),
        (0xDF19, "contactless_floor_limit_fen"),
        (0xDF20, "contactless_limit_fen"),
        (0xDF21, "contactless_cvm_limit_fen"),
    )
    for tag, name in limits:
        whole += tlv(tag, bytes.fromhex(f"{row[name]:012d}"))
    return Entry(asked, asked, whole)
