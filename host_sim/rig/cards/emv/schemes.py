"""What each scheme's chip computes with its keys: cryptograms, the issuer's answer, secure messaging.

| scheme, CVN | keys of a transaction | covered | answer (tag 91) | script keys, MAC |
|---|---|---|---|---|
| UnionPay 01 | 3DES of ATC and of its complement | objects, CVR | method 1 | as the transaction's, 4 bytes |
| Visa 10 | the card's own | objects, CVR, zeros behind | method 1 | ATC mixed into the key, 8 bytes |
| Visa 18 | EMV common, ATC | objects, issuer data | method 2 | ATC mixed into the key, 8 bytes |
| Mastercard 16 | EMV common, ATC and number | objects, CVR | method 1, card's key | EMV common, cryptogram, 8 bytes |

Sources: EMV 4.4 Book 2, 8 and A1; PBOC 3.0 parts 5 and 7; the schemes' formats as pyemv's cvn module names them.
"""

from typing import NamedTuple

from host_sim.rig.cards.cryptogram import ecb, retail_mac, session_key

COVERED = (0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37)
DKI = 0x01
TRIPLE_DES = 0x01


class Keys(NamedTuple):
    """The card's keys, 16 bytes each: cryptograms, script integrity, script confidentiality."""

    ac: bytes
    smi: bytes
    smc: bytes

    def __repr__(self) -> str:
        return "<Keys of a card>"


class Transaction(NamedTuple):
    """What a cryptogram depends on. objects: the terminal's, by tag. cvr: with its length byte where there is one."""

    objects: dict[int, bytes]
    aip: bytes
    atc: bytes
    cvr: bytes

    @property
    def covered(self) -> bytes:
        return b"".join(self.objects[tag] for tag in COVERED) + self.aip + self.atc


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def common_session_key(key: bytes, value: bytes) -> bytes:
    """EMV 4.4 Book 2, A1.3.1. value: 8 bytes."""
    return ecb(key, value[:2] + b"\xf0" + value[3:] + value[:2] + b"\x0f" + value[3:])


class Scheme:
    """One scheme's ways. name: as in a persona. mac_bytes: of a script command."""

    name = "unionpay"
    cvn = 0x01
    mac_bytes = 4
    zero_padding = False

    def issuer_data(self, cvr: bytes) -> bytes:
        """Tag 9F10."""
        return bytes([7, DKI, self.cvn]) + cvr + bytes([TRIPLE_DES])

    def cryptogram(self, keys: Keys, made: Transaction) -> bytes:
        """Tag 9F26, 8 bytes."""
        data = made.covered + self._proprietary(made)
        if self.zero_padding:
            data += bytes(-len(data) % 8)
        return retail_mac(self.transaction_key(keys, made), data, padded=self.zero_padding)

    def _proprietary(self, made: Transaction) -> bytes:
        return made.cvr

    def transaction_key(self, keys: Keys, made: Transaction) -> bytes:
        return session_key(keys.ac, int.from_bytes(made.atc, "big"))

    def answered(self, keys: Keys, made: Transaction, arqc: bytes, data: bytes) -> bool | None:
        """Whether the issuer approves, by tag 91's value; None where it is not from the issuer. Book 2, 8.2.1."""
        if len(data) < 10:
            return None
        code = data[8:10]
        if ecb(self._answer_key(keys, made), xor(arqc, code + bytes(6))) != data[:8]:
            return None
        return code in (b"00", b"10", b"11")

    def _answer_key(self, keys: Keys, made: Transaction) -> bytes:
        return self.transaction_key(keys, made)

    def script_key(self, key: bytes, made: Transaction, arqc: bytes) -> bytes:
        """The session key of secure messaging, for integrity or for confidentiality."""
        return session_key(key, int.from_bytes(made.atc, "big"))

    def script_mac(self, keys: Keys, made: Transaction, arqc: bytes, header: bytes, data: bytes) -> bytes:
        """header: CLA INS P1 P2 Lc. Over header, ATC, cryptogram, data (EMV Book 2, 9.2.3.2 format 2)."""
        return retail_mac(self.script_key(keys.smi, made, arqc), header + made.atc + arqc + data)[: self.mac_bytes]

    def new_pin(self, keys: Keys, made: Transaction, arqc: bytes, cipher: bytes) -> str | None:
        """The PIN in a PIN CHANGE command, None where it is none. VIS: length 8, block, padding; 3DES ECB."""
        if len(cipher) != 16:
            return None
        clear = ecb(self.script_key(keys.smc, made, arqc), cipher, decrypt=True)
        if clear[0] != 8 or clear[9:] != b"\x80" + bytes(6):
            return None
        return read_pin(xor(clear[1:9], bytes(4) + keys.ac[4:8]), control=0)


class Visa10(Scheme):
    name, cvn, mac_bytes, zero_padding = "visa-10", 0x0A, 8, True

    def issuer_data(self, cvr: bytes) -> bytes:
        return bytes([6, DKI, self.cvn]) + cvr

    def transaction_key(self, keys: Keys, made: Transaction) -> bytes:
        return keys.ac

    def script_key(self, key: bytes, made: Transaction, arqc: bytes) -> bytes:
        return xor(key, bytes(6) + made.atc + bytes(6) + xor(made.atc, b"\xff\xff"))


class Visa18(Visa10):
    name, cvn, zero_padding = "visa-18", 0x12, False

    def _proprietary(self, made: Transaction) -> bytes:
        return self.issuer_data(made.cvr)

    def transaction_key(self, keys: Keys, made: Transaction) -> bytes:
        return common_session_key(keys.ac, made.atc + bytes(6))

    def answered(self, keys: Keys, made: Transaction, arqc: bytes, data: bytes) -> bool | None:
        """Method 2: Book 2, 8.2.2. Byte 2 of the card status update says whether the issuer approves."""
        if not 8 <= len(data) <= 16:
            return None
        if retail_mac(self.transaction_key(keys, made), arqc + data[4:])[:4] != data[:4]:
            return None
        return bool(data[5] & 0x80)


class Mastercard16(Scheme):
    name, cvn, mac_bytes = "mastercard-16", 0x10, 8

    def issuer_data(self, cvr: bytes) -> bytes:
        return bytes([DKI, self.cvn]) + cvr + bytes(10)

    def transaction_key(self, keys: Keys, made: Transaction) -> bytes:
        return common_session_key(keys.ac, made.atc + bytes(2) + made.objects[0x9F37])

    def _answer_key(self, keys: Keys, made: Transaction) -> bytes:
        return keys.ac

    def script_key(self, key: bytes, made: Transaction, arqc: bytes) -> bytes:
        return common_session_key(key, arqc)

    def new_pin(self, keys: Keys, made: Transaction, arqc: bytes, cipher: bytes) -> str | None:
        """A format 2 block, 3DES (one block: ECB and CBC are the same)."""
        if len(cipher) != 8:
            return None
        return read_pin(ecb(self.script_key(keys.smc, made, arqc), cipher, decrypt=True), control=2)


def read_pin(block: bytes, control: int) -> str | None:
    """The 4 to 12 digits in a block of control and length, digits, F to the end (ISO 9564-1); None where it is none."""
    text = block.hex().upper()
    length = int(text[1], 16)
    pin = text[2 : 2 + length]
    right = text[0] == str(control) and 4 <= length <= 12 and pin.isdigit() and not text[2 + length :].strip("F")
    return pin if len(block) == 8 and right else None


SCHEMES = {scheme.name: scheme for scheme in (Scheme(), Visa10(), Visa18(), Mastercard16())}
