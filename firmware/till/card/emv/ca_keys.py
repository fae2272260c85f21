"""Certification authority public keys and what the issuers revoked. Source: EMV 4.4 Book 2, 5.3 (keys), 5.1.2
(revocation), 10.2 and 11.2.1 (check sum); UnionPay key download (tags DFxx)."""

from hashlib import sha1

from micropython import const

from till.card.errors import CardError
from till.card.tlv import parse

_MODULUS_MOST = const(248)
_MODULUS_LEAST = const(64)
_EXPONENTS = (3, 65537)
_KEYS_MOST = const(32)
_REVOKED_MOST = const(30)  # 5.1.2: at least thirty a scheme
_TAGS = (0x9F06, 0x9F22, 0xDF02, 0xDF03, 0xDF04, 0xDF05, 0xDF06, 0xDF07)


class PublicKey:
    """An RSA key. modulus: 64 to 248 bytes. exponent: 3 or 65537. CardError for others."""

    def __init__(self, modulus, exponent):
        if not _MODULUS_LEAST <= len(modulus) <= _MODULUS_MOST or not modulus[0]:
            raise CardError(0xDF02, 0, "modulus not of 64 to 248 bytes")
        if exponent not in _EXPONENTS:
            raise CardError(0xDF04, 0, "exponent neither 3 nor 65537")
        self.modulus = modulus
        self.exponent = exponent


class CaKey(PublicKey):
    """A certification authority's key. rid: 5 bytes. index: int. expiry: 3 bytes BCD YYMMDD, the last day it counts."""

    def __init__(self, rid, index, modulus, exponent, expiry):
        super().__init__(modulus, exponent)
        if len(rid) != 5 or len(expiry) != 3:
            raise CardError(0x9F06, 0, "key identifier or expiry")
        self.rid = rid
        self.index = index
        self.expiry = expiry


def parse_ca_key(data, today):
    """CaKey of a downloaded key: 9F06, 9F22, DF02 modulus, DF04 exponent, DF05 expiry (YYYYMMDD, 4 bytes BCD or 8
    ASCII), DF03 check sum, DF06 = DF07 = 01. today: 3 bytes BCD YYMMDD. CardError for a wrong check sum or an old key.
    """
    found = {}
    for tag, value in parse(data):
        if tag in found:
            raise CardError(tag, 0, "given twice")
        found[tag] = value
    for tag in _TAGS:
        if not found.get(tag):
            raise CardError(tag, 0, "missing")
    if found[0xDF06] != b"\x01" or found[0xDF07] != b"\x01":
        raise CardError(0xDF06, 0, "algorithms other than SHA-1 and RSA")
    rid, index, modulus, exponent = found[0x9F06], found[0x9F22], found[0xDF02], found[0xDF04]
    if len(index) != 1 or len(exponent) > 3:
        raise CardError(0x9F22, 0, "index or exponent too long")
    if check_sum(rid, index[0], modulus, exponent) != found[0xDF03]:
        raise CardError(0xDF03, 0, "check sum of the key is wrong: download the keys again")
    key = CaKey(rid, index[0], modulus, int.from_bytes(exponent, "big"), _expiry(found[0xDF05]))
    if key.expiry < today:
        raise CardError(0xDF05, 0, "the key has expired")
    return key


def check_sum(rid, index, modulus, exponent):
    """SHA-1 over RID, index, modulus and exponent (11.2.1, B2.1): 20 bytes. exponent: bytes."""
    return sha1(rid + bytes((index,)) + modulus + exponent).digest()


def _expiry(value):
    if len(value) == 8:
        if not all([0x30 <= byte <= 0x39 for byte in value]):
            raise CardError(0xDF05, 0, "not a date")
        value = bytes([(value[at] & 15) << 4 | value[at + 1] & 15 for at in range(0, 8, 2)])
    if len(value) != 4 or value[0] != 0x20:
        raise CardError(0xDF05, 0, "not a date of this century")
    return value[1:]


class Store:
    """What the till knows beside the card, handed to the steps; another object with these four methods will do.

    keys: CaKey, at most 32. revoked: (rid, index, serial of 3 bytes), at most 30. listed(pan, psn) -> bool: the
    exception file. spent_fen(pan) -> int: what the same card paid offline in the till's log, for split sales.
    """

    def __init__(self, keys=(), revoked=(), listed=None, spent_fen=None):
        if len(keys) > _KEYS_MOST or len(revoked) > _REVOKED_MOST:
            raise CardError(0x9F22, 0, "more keys or revocations than the store takes")
        self.keys = tuple(keys)
        self._revoked = tuple(revoked)
        self._listed = listed
        self._spent_fen = spent_fen

    def ca_key(self, rid, index):
        """CaKey or None."""
        for key in self.keys:
            if key.index == index and key.rid == rid:
                return key
        return None

    def revoked(self, rid, index, serial):
        """True for an issuer certificate that was revoked."""
        return (rid, index, serial) in self._revoked

    def listed(self, pan, psn):
        """True for a card on the exception file. pan, psn: str of digits."""
        return bool(self._listed and self._listed(pan, psn))

    def spent_fen(self, pan):
        """Amount of the same card's payments that the till still holds, 0 without such a log."""
        return self._spent_fen(pan) if self._spent_fen else 0
