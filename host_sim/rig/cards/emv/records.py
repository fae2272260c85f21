"""The records of an application: what is in which, the file locator, and the data that is authenticated.

SFI 1: track data. SFI 2: the card's data, records 1 and 2 authenticated, and its lists. SFI 3: certificates.
Source: EMV 4.4 Book 3, 5.3, 7 and 10.3.
"""

from collections.abc import Mapping
from typing import NamedTuple

from host_sim.networks.pki.authority import REVOKED_SERIAL, CaKey
from host_sim.networks.pki.certificates import icc_certificate, issuer_certificate
from host_sim.networks.pki.rsa import RsaError, RsaKey
from host_sim.networks.pki.signed_data import static_signature
from host_sim.rig.cards.tlv import tlv

RECORD_MOST = 254
Values = Mapping[int, bytes]

TRACK, SIGNED_1, SIGNED_2, LISTS = (
    (0x57, 0x5F20, 0x9F1F),
    (0x5A, 0x5F34, 0x5F24, 0x5F25, 0x5F28, 0x9F07, 0x8E, 0x9F4A),
    (0x9F0D, 0x9F0E, 0x9F0F, 0x9F08, 0x5F30),
    (0x8C, 0x8D, 0x9F49, 0x9F42, 0x9F44, 0x9F14, 0x9F23),
)


class Authentication(NamedTuple):
    """What proves the card offline. icc: None for SDA alone. expiry: MMYY, of the certificates. tampered: the static
    data is not what was signed."""

    ca: CaKey
    issuer: RsaKey
    icc: RsaKey | None
    expiry: str
    revoked: bool = False
    tampered: bool = False


class Files(NamedTuple):
    """records: bytes by "SFI.number". afl: the locator."""

    records: dict[str, bytes]
    afl: bytes


def write(values: Values, aip: bytes, pan: str, proof: Authentication | None, track: bool) -> Files:
    """values: by tag, those that there are. track: whether track data is in a record."""
    records: dict[str, bytes] = {}
    afl = b""
    if track:
        records["1.1"] = _record(values, TRACK)
        afl += bytes([1 << 3, 1, 1, 0])
    records["2.1"], records["2.2"] = _record(values, SIGNED_1), _record(values, SIGNED_2)
    lists = _record(values, LISTS)
    if len(lists) > 2:
        records["2.3"] = lists
    afl += bytes([2 << 3, 1, 3 if "2.3" in records else 2, 2 if proof else 0])
    if proof:
        signed = _inside(records["2.1"]) + _inside(records["2.2"]) + aip
        if proof.tampered:
            signed = signed[:-1] + bytes([signed[-1] ^ 1])
        certificates = _certificates(proof, pan, signed)
        records |= {f"3.{number}": record for number, record in enumerate(certificates, 1)}
        afl += bytes([3 << 3, 1, len(certificates), 0])
    if too_long := [place for place, record in records.items() if len(record) > RECORD_MOST]:
        raise RsaError(f"record {too_long[0]} is over {RECORD_MOST} bytes: shorter keys fit")
    return Files(records, afl)


def _record(values: Values, tags: tuple[int, ...]) -> bytes:
    return tlv(0x70, b"".join(tlv(tag, values[tag]) for tag in tags if tag in values))


def _inside(record: bytes) -> bytes:
    return record[3:] if record[1] == 0x81 else record[2:]


def _certificates(proof: Authentication, pan: str, signed: bytes) -> list[bytes]:
    """The issuer's certificate alone, then what belongs to it, then the card's."""
    serial = REVOKED_SERIAL if proof.revoked else b"\x00\x01\x01"
    issuer = issuer_certificate(proof.ca, proof.issuer, pan, proof.expiry, serial)
    second = tlv(0x8F, bytes([proof.ca.index])) + tlv(0x9F32, issuer.exponent)
    if issuer.remainder:
        second += tlv(0x92, issuer.remainder)
    parts = [tlv(0x90, issuer.certificate), second]
    if proof.icc is None:
        parts.append(tlv(0x93, static_signature(proof.issuer, b"\xda\xc1", signed)))
        return [tlv(0x70, part) for part in parts]
    icc = icc_certificate(proof.issuer, proof.icc, pan, proof.expiry, b"\x00\x02\x01", signed)
    parts.append(tlv(0x9F46, icc.certificate))
    parts.append(tlv(0x9F47, icc.exponent) + (tlv(0x9F48, icc.remainder) if icc.remainder else b""))
    return [tlv(0x70, part) for part in parts]
