"""Messages to bytes and back, by pyiso8583 under a specification that is built from the profile.

Packed digits of odd length are filled with 0: to the right in n and z fields, to the left in n-right.
"""

from collections.abc import Mapping
from typing import Any

import iso8583

from host_sim.acquirer.profiles import Fields, Profile

MTI_BYTES = 2
BITMAP_BYTES = 8
MAC_FIELD = 64
MAC_BYTES = 8
CORRELATION = (11, 41, 42, 60)
"""Fields by which a terminal finds the question that an answer is to; they say nothing about a card."""

_LENGTH_BYTES = {None: 0, "LL": 1, "LLL": 2}


class CodecError(ValueError):
    """A message that does not follow the profile. args: field ("t" type, "p" bitmap, or number), reason; no values.

    known: those of the correlation fields that could be read before the error. mti, offset: None where not known.
    """

    def __init__(
        self,
        field: int | str,
        reason: str,
        mti: str | None = None,
        known: Fields | None = None,
        offset: int | None = None,
    ):
        super().__init__(field, reason)
        self.offset = offset
        self.field = field
        self.reason = reason
        self.mti = mti
        self.known = known or {}


class Codec:
    """Packs and unpacks the messages of one profile.

    >>> from host_sim.acquirer.profiles import load_profile
    >>> codec = Codec(load_profile("cup-3des"))
    >>> codec.encode("0820", {41: "90000001", 60: "00000001301"}).hex()
    '0820000000000080001039303030303030310011000000013010'
    >>> codec.decode(codec.encode("0820", {60: "00000001301"}))
    ('0820', {60: '00000001301'})
    """

    def __init__(self, profile: Profile):
        self._kinds: dict[int, str] = {number: rule["kind"] for number, rule in profile.fields.items()}
        self._spec = _specification(profile)

    def decode(self, body: bytes) -> tuple[str, Fields]:
        """MTI and fields of a message. Raises CodecError."""
        self._check_bitmap(body)
        try:
            decoded, _ = iso8583.decode(body, self._spec)
        except iso8583.DecodeError as error:
            field = int(error.field) if error.field.isdigit() else error.field
            known = {number: value for number, value in _numbers(error.doc_dec).items() if number != field}
            # The library's error holds what it had decoded by then, a card number among it: cut the chain here.
            mti = error.doc_dec.get("t")
            raise CodecError(field, error.msg, mti, self._correlation(known), error.pos) from None
        texts = _numbers(decoded)
        for number, text in texts.items():
            reason = _wrong(self._kinds[number], text)
            if reason:
                raise CodecError(number, reason, decoded["t"], self._correlation(texts))
        fields: Fields = {
            number: bytes.fromhex(text) if self._kinds[number] == "b" else text for number, text in texts.items()
        }
        return decoded["t"], fields

    def encode(self, mti: str, fields: Mapping[int, str | bytes]) -> bytes:
        """The message's bytes. Raises CodecError where a field does not fit the profile."""
        document = {"t": mti}
        for number, value in fields.items():
            kind = self._kinds.get(number)
            if kind is None:
                raise CodecError(number, "not in the profile")
            text = value.hex() if isinstance(value, bytes) else value
            reason = "takes text" if isinstance(value, bytes) != (kind == "b") else _wrong(kind, text)
            if reason:
                raise CodecError(number, reason)
            document[str(number)] = text
        try:
            encoded, _ = iso8583.encode(document, self._spec)
        except iso8583.EncodeError as error:
            raise CodecError(int(error.field) if error.field.isdigit() else error.field, error.msg) from None
        return bytes(encoded)

    def _check_bitmap(self, body: bytes) -> None:
        bitmap = int.from_bytes(body[MTI_BYTES : MTI_BYTES + BITMAP_BYTES], "big")
        if len(body) < MTI_BYTES + BITMAP_BYTES:
            raise CodecError("p", "message ends before its bitmap")
        for number in range(1, 65):
            if bitmap >> (64 - number) & 1 and number not in self._kinds:
                raise CodecError(number, "not in the profile", body[:MTI_BYTES].hex())

    def _correlation(self, texts: Mapping[int, str]) -> Fields:
        return {number: texts[number] for number in CORRELATION if number in texts and not self._bad(number, texts)}

    def _bad(self, number: int, texts: Mapping[int, str]) -> bool:
        return _wrong(self._kinds[number], texts[number]) is not None


def maced_part(body: bytes) -> bytes:
    """What F64 of this message covers: MTI to F63."""
    return body[:-MAC_BYTES]


def _numbers(document: Mapping[str, str]) -> dict[int, str]:
    return {int(number): text for number, text in document.items() if number.isdigit()}


def _wrong(kind: str, text: str) -> str | None:
    if kind in ("n", "n-right"):
        return None if set(text) <= set("0123456789") else "a digit is not 0 to 9"
    if kind == "z":
        return None if set(text) <= set("0123456789ABCDEF") else "a digit is not 0 to 9 or A to F"
    if kind == "a":
        return None if text.isascii() and text.isprintable() else "a character is not printable ASCII"
    return None


def _specification(profile: Profile) -> dict[str, dict[str, Any]]:
    plain = {"len_enc": "bcd", "len_type": 0, "desc": ""}
    spec: dict[str, dict[str, Any]] = {
        "h": {**plain, "data_enc": "b", "max_len": 0},
        "t": {**plain, "data_enc": "b", "max_len": MTI_BYTES},
        "p": {**plain, "data_enc": "b", "max_len": BITMAP_BYTES},
    }
    for number, rule in profile.fields.items():
        entry = {
            **plain,
            "len_type": _LENGTH_BYTES[rule.get("length")],
            "max_len": rule["most"],
            "data_enc": "ascii" if rule["kind"] == "a" else "b",
        }
        if rule["kind"] in ("n", "n-right", "z"):
            entry["len_count"] = "nibbles"
            entry["left_pad" if rule["kind"] == "n-right" else "right_pad"] = "0"
        spec[str(number)] = entry
    return spec
