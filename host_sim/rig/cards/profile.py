"""Personalisation: what an issuer writes on a card, as a dict of plain values (JSON will do).

| key           | value                                                                             |
|---------------|-----------------------------------------------------------------------------------|
| pan           | 13-19 digits                                                                      |
| psn           | two digits, the PAN sequence number                                               |
| expiry        | YYMM                                                                              |
| service_code  | three digits                                                                      |
| udk           | 32 hex digits, the card's own key                                                 |
| uid           | 8, 14 or 20 hex digits                                                            |
| atc           | transactions so far, 0-65535                                                      |
| label         | tag 50, 1-16 printable ASCII characters, "UnionPay Debit"                         |
| cvm_limit_fen | above it the card wants a CVM; 0: always                                          |
| name          | optional: what people call it (cards/rack.py); else the label                     |
| discretionary | optional: the digits after the service code on track 2, "00000"                   |
| applications  | optional: list of {aid, label, priority} in the directory; else one UnionPay debit |
| languages     | optional: which its holder reads, best first, ISO 639 codes, "zhen"               |
| records       | optional: true puts expiry and PAN in a record too, behind an AFL                 |
"""

from collections.abc import Callable, Mapping
from typing import Any

DEBIT_AID = "A000000333010101"


class ProfileError(ValueError):
    """A profile that no card can be made of. args: key, reason; never the value."""

    def __str__(self) -> str:
        return f"card profile: {self.args[0]} {self.args[1]}"


def _digits(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value.isascii() and value.isdigit() and least <= len(value) <= most


def _hex(*lengths: int) -> Callable[[object], bool]:
    def right(value: object) -> bool:
        return isinstance(value, str) and len(value) in lengths and all(c in "0123456789abcdefABCDEF" for c in value)

    return right


def _number(most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _year_month(value: object) -> bool:
    return _digits(4, 4)(value) and 1 <= int(str(value)[2:]) <= 12


def _text(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 16 and value.isascii() and value.isprintable()


NEEDED: tuple[tuple[str, Callable[[object], bool], str], ...] = (
    ("pan", _digits(13, 19), "is not 13 to 19 digits"),
    ("psn", _digits(2, 2), "is not two digits"),
    ("expiry", _year_month, "is not YYMM"),
    ("service_code", _digits(3, 3), "is not three digits"),
    ("udk", _hex(32), "is not 32 hex digits"),
    ("uid", _hex(8, 14, 20), "is not 8, 14 or 20 hex digits"),
    ("atc", _number(0xFFFF), "is not 0 to 65535"),
    ("label", _text, "is not 1 to 16 printable ASCII characters"),
    ("cvm_limit_fen", _number(999_999_999_999), "is not an amount in fen"),
)


def check(profile: Mapping[str, Any]) -> None:
    """Raises ProfileError for the first key that is missing or cannot be written on a card."""
    for key, right, reason in NEEDED:
        if key not in profile:
            raise ProfileError(key, "is missing")
        if not right(profile[key]):
            raise ProfileError(key, reason)
    discretionary = profile.get("discretionary", "")
    if discretionary and not _digits(1, 37 - len(profile["pan"]) - 8)(discretionary):
        raise ProfileError("discretionary", "is not digits that fit on track 2")
    languages = profile.get("languages", "zhen")
    if not (_text(languages) and languages.isalpha() and languages.islower() and len(languages) in (2, 4, 6, 8)):
        raise ProfileError("languages", "is not one to four codes of two small letters")
    for application in profile.get("applications", ()):
        if not _hex(*range(10, 33, 2))(application.get("aid")) or not _text(application.get("label")):
            raise ProfileError("applications", "holds an AID that is not 5 to 16 bytes of hex, or a label over 16")
        if not _number(15)(application.get("priority", 1)):
            raise ProfileError("applications", "holds a priority that is not 0 to 15")
