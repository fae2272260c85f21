"""The issuer's side of a chip, by its scheme and cryptogram version: keys, cryptogram, answer, secure messaging.

| first digits | version | keys | cryptogram | answer in tag 91 |
|---|---|---|---|---|
| 62 | 01 | option A | PBOC: transaction key, objects, CVR | method 1 |
| 4 | 0A, 12 | option A, B | Visa: card key, or EMV common key over all of 9F10 | method 1, method 2 |
| 5 | 10 | option A | Mastercard: key of ATC and unpredictable number | method 1 under the card's key |

Sources: EMV 4.4 Book 2, 8 and 9; PBOC 3.0 part 7; pyemv's cvn.
"""

import hmac
from dataclasses import dataclass
from typing import Protocol

from pyemv import sm
from pyemv.cvn import MasterCardCVN16, VisaCVN10, VisaCVN18
from pyemv.kd import derive_icc_mk_a, derive_icc_mk_b

from host_sim.networks.issuer import cryptogram
from host_sim.networks.issuer.cryptogram import ARQC, ATC, CID, ISSUER_DATA, SIGNED, CryptogramError
from host_sim.networks.tdes import encrypt, odd_parity

Objects = dict[int, bytes]

APPROVES = bytes.fromhex("00800000")
"""A card status update (EMV Book 2, 8.2.2): byte 2, bit 8, the issuer approves. All zero: it does not."""
SMI, SMC = b"\x01" * 16, b"\x02" * 16
MAC_BYTES_UNIONPAY = 4


@dataclass(frozen=True)
class CardKeys:
    """One card's keys, 16 bytes each, as they are written on it: cryptograms, script integrity, confidentiality."""

    ac: bytes
    smi: bytes
    smc: bytes

    def __repr__(self) -> str:
        return "<CardKeys>"


def issuer_keys(imk: bytes) -> tuple[bytes, bytes, bytes]:
    """The issuer's three master keys: the IMK, and two enciphered constants under it."""
    return imk, odd_parity(encrypt(imk, SMI)), odd_parity(encrypt(imk, SMC))


def card_keys(imk: bytes, pan: str, psn: str) -> CardKeys:
    """The keys of a card, by option A, or B where a Visa number is over 16 digits (EMV 4.4 Book 2, A1.4)."""
    derive = derive_icc_mk_b if pan.startswith("4") else derive_icc_mk_a
    return CardKeys(*(derive(key, pan, psn) for key in issuer_keys(imk)))


class Chip(Protocol):
    """One card's chip. mac_bytes: of a script command."""

    mac_bytes: int

    def cryptogram(self, objects: Objects) -> bytes: ...
    def answer(self, objects: Objects, response: str) -> bytes: ...
    def command_mac(self, header: bytes, objects: Objects, data: bytes) -> bytes: ...
    def pin_change(self, objects: Objects, pin: str) -> bytes: ...


class _UnionPay:
    mac_bytes = MAC_BYTES_UNIONPAY

    def __init__(self, imk: bytes, pan: str, psn: str):
        self._imk, self._pan, self._psn = imk, pan, psn
        self._udk = cryptogram.card_key(imk, pan, psn)

    def cryptogram(self, objects: Objects) -> bytes:
        return cryptogram.expected(self._udk, objects)

    def answer(self, objects: Objects, response: str) -> bytes:
        return cryptogram.answer(self._udk, objects, response)

    def command_mac(self, header: bytes, objects: Objects, data: bytes) -> bytes:
        key = cryptogram.session_key(card_keys(self._imk, self._pan, self._psn).smi, objects[ATC])
        return sm.generate_command_mac(key, header + objects[ATC] + objects[ARQC] + data, self.mac_bytes)

    def pin_change(self, objects: Objects, pin: str) -> bytes:
        keys = card_keys(self._imk, self._pan, self._psn)
        block = sm.format_vis_pin_block(keys.ac, pin)
        return sm.encrypt_command_data(cryptogram.session_key(keys.smc, objects[ATC]), block, sm.EncryptionType.VISA)


class _Visa:
    """version: pyemv's class for the cryptogram's version."""

    mac_bytes = 8

    def __init__(self, version: VisaCVN10 | VisaCVN18):
        self._cvn = version

    def cryptogram(self, objects: Objects) -> bytes:
        more = {"cvr": objects[ISSUER_DATA][3:7]}
        if isinstance(self._cvn, VisaCVN18):
            more = {"tag_9f10": objects[ISSUER_DATA]}
        return self._cvn.generate_ac(**_named(objects), **more)

    def answer(self, objects: Objects, response: str) -> bytes:
        if isinstance(self._cvn, VisaCVN10):
            code = response.encode("ascii")
            return self._cvn.generate_arpc(objects[ARQC], code) + code
        status = APPROVES if response == "00" else bytes(4)
        return self._cvn.generate_arpc(objects[ARQC], objects[ATC], status) + status

    def command_mac(self, header: bytes, objects: Objects, data: bytes) -> bytes:
        return self._cvn.generate_command_mac(header, objects[ARQC], objects[ATC], data)

    def pin_change(self, objects: Objects, pin: str) -> bytes:
        return self._cvn.encrypt_command_data(sm.format_vis_pin_block(self._cvn.icc_mk_ac, pin), objects[ATC])


class _Mastercard:
    mac_bytes = 8

    def __init__(self, version: MasterCardCVN16):
        self._cvn = version

    def cryptogram(self, objects: Objects) -> bytes:
        return self._cvn.generate_ac(**_named(objects), cvr=objects[ISSUER_DATA][2:8])

    def answer(self, objects: Objects, response: str) -> bytes:
        code = response.encode("ascii")
        return self._cvn.generate_arpc(objects[ARQC], code) + code

    def command_mac(self, header: bytes, objects: Objects, data: bytes) -> bytes:
        return self._cvn.generate_command_mac(header, objects[ARQC], objects[ATC], data)

    def pin_change(self, objects: Objects, pin: str) -> bytes:
        return self._cvn.encrypt_command_data(sm.format_iso9564_2_pin_block(pin), objects[ARQC])


def chip(imk: bytes, pan: str, psn: str, objects: Objects) -> Chip:
    """The chip that sent these objects, by the card's number and 9F10. Raises CryptogramError."""
    data = objects.get(ISSUER_DATA, b"")
    if pan.startswith("62") and len(data) >= 7 and 6 <= data[0] < len(data) and data[2] == 0x01:
        return _UnionPay(imk, pan, psn)
    if pan.startswith("4") and len(data) >= 7 and data[0] == 6 and data[2] in (0x0A, 0x12):
        version = VisaCVN10 if data[2] == 0x0A else VisaCVN18
        return _Visa(version(*issuer_keys(imk), pan, psn))
    if pan.startswith("5") and len(data) == 18 and data[1] == 0x10:
        return _Mastercard(MasterCardCVN16(*issuer_keys(imk), pan, psn))
    raise CryptogramError(ISSUER_DATA, "is not of a scheme and version that this issuer issues")


def verify(chip: Chip, objects: Objects) -> int:
    """The type of a genuine cryptogram: 80 ARQC, 40 TC, 00 AAC. Raises CryptogramError."""
    for tag, length in (*SIGNED, (ATC, 2), (ARQC, 8), (CID, 1)):
        if len(objects.get(tag, b"")) != length:
            raise CryptogramError(tag, f"is not {length} bytes")
    if not hmac.compare_digest(chip.cryptogram(objects), objects[ARQC]):
        raise CryptogramError(ARQC, "does not match")
    return objects[CID][0] & 0xC0


def _named(objects: Objects) -> dict[str, bytes]:
    return {f"tag_{tag:02x}": objects[tag] for tag, _ in (*SIGNED, (ATC, 2))}
