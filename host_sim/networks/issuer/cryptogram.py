"""The card's cryptogram and the issuer's answer to it (PBOC 3.0 part 5, 3DES; EMV Book 2, 8.1 and 8.2).

UDK by option A; session key: left = 3DES(UDK, zeros 6 | ATC), right = 3DES(UDK, zeros 6 | not ATC).
"""

from pyemv.ac import PaddingType, generate_ac, generate_arpc_1
from pyemv.kd import derive_icc_mk_a

from host_sim.networks.tdes import encrypt

SIGNED = ((0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4), (0x82, 2))
"""What the cryptogram covers, in order, with lengths; after them the ATC and the CVR."""
ATC, ARQC, ISSUER_DATA, CID = 0x9F36, 0x9F26, 0x9F10, 0x9F27
CVN = 0x01


class CryptogramError(ValueError):
    """A cryptogram that does not prove its card. args: tag, reason; no values."""


def card_key(imk: bytes, pan: str, psn: str) -> bytes:
    """The card's UDK, 16 bytes. psn: two digits."""
    return derive_icc_mk_a(imk, pan, psn)


def session_key(udk: bytes, atc: bytes) -> bytes:
    """The key of one transaction, 16 bytes. atc: 2 bytes."""
    inverse = bytes(byte ^ 0xFF for byte in atc)
    return encrypt(udk, bytes(6) + atc + bytes(6) + inverse)


def expected(udk: bytes, objects: dict[int, bytes]) -> bytes:
    """The cryptogram that these objects must have, whatever its type. Raises CryptogramError."""
    data = b"".join(_value(objects, tag, length) for tag, length in SIGNED)
    atc = _value(objects, ATC, 2)
    application = objects.get(ISSUER_DATA, b"")
    if len(application) < 7 or application[0] < 6 or application[0] >= len(application):
        raise CryptogramError(ISSUER_DATA, "is not length, DKI, CVN, CVR")
    if application[2] != CVN:
        raise CryptogramError(ISSUER_DATA, "unknown cryptogram version")
    return generate_ac(session_key(udk, atc), data + atc + application[3:7], PaddingType.EMV)


def answer(udk: bytes, objects: dict[int, bytes], response: str) -> bytes:
    """Tag 91's value: ARPC by method 1 over the ARQC and the response, then the response."""
    code = response.encode("ascii")
    return generate_arpc_1(session_key(udk, objects[ATC]), objects[ARQC], code) + code


def _value(objects: dict[int, bytes], tag: int, length: int) -> bytes:
    value = objects.get(tag, b"")
    if len(value) != length:
        raise CryptogramError(tag, f"is not {length} bytes")
    return value
