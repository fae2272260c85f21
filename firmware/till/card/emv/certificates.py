"""Issuer and ICC public keys out of their certificates. Source: EMV 4.4 Book 2, 5.3, 6.3, 6.4 and annex A2.1.

A failure is a CardError with the tag at fault; the caller turns it into bits of the TVR.
"""

from hashlib import sha1

from micropython import const

from till.card.emv.ca_keys import PublicKey
from till.card.emv.dates import with_century
from till.card.errors import CardError

_ISSUER = const(2)  # certificate formats
_ICC = const(4)  # certificate formats
_ISSUER_HEAD = const(15)  # bytes before the key's digits
_ICC_HEAD = const(21)  # bytes before the key's digits
_TAIL = const(21)  # hash and trailer


def recover(signature, key, tag):
    """Plain bytes of a signature or certificate, as long as the key's modulus. CardError."""
    count = len(key.modulus)
    if len(signature) != count:
        raise CardError(tag, 0, "not as long as the key")
    number = pow(int.from_bytes(signature, "big"), key.exponent, int.from_bytes(key.modulus, "big"))
    plain = number.to_bytes(count, "big")
    if plain[0] != 0x6A or plain[-1] != 0xBC:
        raise CardError(tag, 0, "header or trailer of the recovered data")
    return plain


def issuer_key(data, rid, pan, today, store):
    """PublicKey of the issuer, from tags 8F, 90, 92, 9F32 (6.3). pan: str. today: 3 bytes BCD YYMMDD."""
    index = data.get(0x8F)[0]
    ca = store.ca_key(rid, index)
    if ca is None or ca.expiry < today:
        raise CardError(0x8F, 0, "no such certification authority key, or one out of date")
    plain = recover(data.get(0x90), ca, 0x90)
    identifier = _digits(plain[2:6])
    if not 3 <= len(identifier) <= 8 or not pan.startswith(identifier):
        raise CardError(0x90, 2, "issuer identifier")
    if store.revoked(rid, index, bytes(plain[8:11])):
        raise CardError(0x90, 8, "certificate revoked")
    return _key(plain, 0x90, _ISSUER, _ISSUER_HEAD, today, data.get(0x92), data.get(0x9F32), b"")


def icc_key(data, issuer, pan, today, static):
    """PublicKey of the card, from tags 9F46, 9F48, 9F47 (6.4). static: bytes, the data that is authenticated."""
    plain = recover(data.get(0x9F46), issuer, 0x9F46)
    if _digits(plain[2:12]) != pan:
        raise CardError(0x9F46, 2, "account number in the certificate")
    return _key(plain, 0x9F46, _ICC, _ICC_HEAD, today, data.get(0x9F48), data.get(0x9F47), static)


def _key(plain, tag, kind, head, today, remainder, exponent, static):
    if len(plain) < head + _TAIL or plain[1] != kind:
        raise CardError(tag, 1, "certificate format")
    remainder = remainder or b""
    covered = sha1(plain[1:-_TAIL])
    covered.update(remainder)
    covered.update(exponent)
    covered.update(static)
    if covered.digest() != plain[-_TAIL:-1]:
        raise CardError(tag, len(plain) - _TAIL, "hash")
    month = plain[head - 9 : head - 7]  # MMYY
    if not 1 <= month[0] <= 0x12 or with_century(bytes((month[1], month[0]))) < with_century(today[:2]):
        raise CardError(tag, head - 9, "certificate out of date")
    if plain[head - 4] != 1 or plain[head - 3] != 1:
        raise CardError(tag, head - 4, "algorithm")
    length = plain[head - 2]
    digits = plain[head:-_TAIL]
    if plain[head - 1] != len(exponent) or len(remainder) != max(0, length - len(digits)):
        raise CardError(tag, head - 2, "lengths of the key")
    return PublicKey((digits + remainder)[:length], int.from_bytes(exponent, "big"))


def _digits(packed):
    """Digits of a number padded with F on the right; "" when it is none."""
    text = ""
    for byte in packed:
        text += "%02X" % byte
    end = text.find("F")
    number = text if end < 0 else text[:end]
    if end >= 0 and text[end:] != "F" * (len(text) - end):
        return ""
    for letter in number:
        if not "0" <= letter <= "9":
            return ""
    return number
