"""The code that a merchant shows and a wallet pays. Source: EMV QRCPS Merchant-Presented Mode 1.1, 3 and 4.

A code is text: two digits of tag, two of length, value, and so on; tag 63 at its end is a CRC over all of it.
"""

from typing import NamedTuple

from host_sim.networks.wallet.wallets import WalletError

ACCOUNT = 26  # the first of the tags that anybody's account may have (table 3.5)
ACCOUNT_SCHEME = 0
REFERENCE = 5
SCHEME = "picotill.test"
MOST = 122
"""Bytes: what the till's display shows with a border of four modules (QR version 7, error correction M)."""


class Shown(NamedTuple):
    """What a wallet reads in a code."""

    reference: str
    amount_fen: int
    merchant: str


def crc16(text: str) -> int:
    """ISO/IEC 13239: polynomial 1021, begun with FFFF.

    >>> hex(crc16("123456789"))
    '0x29b1'
    """
    value = 0xFFFF
    for byte in text.encode("ascii"):
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def build(reference: str, amount_fen: int, category: str, name: str, city: str) -> str:
    """The code of one payment (point of initiation 12). reference: F37. name: ASCII, cut to the room there is."""
    account = _object(ACCOUNT_SCHEME, SCHEME)
    head = _object(0, "01") + _object(1, "12") + _object(ACCOUNT, account) + _object(52, category) + _object(53, "156")
    head += _object(54, f"{amount_fen // 100}.{amount_fen % 100:02d}") + _object(58, "CN")
    tail = _object(60, city) + _object(62, _object(REFERENCE, reference)) + "6304"
    room = MOST - len(head) - len(tail) - 4 - 4
    plain = "".join(letter if " " <= letter <= "~" else " " for letter in name).strip() or "MERCHANT"
    text = head + _object(59, plain[: min(25, room)].strip()) + tail
    return f"{text}{crc16(text):04X}"


def read(text: str) -> Shown:
    """What it says. Raises WalletError for what is no such code."""
    if not text.isascii() or len(text) < 8 or text[-8:-4] != "6304" or text[-4:] != f"{crc16(text[:-4]):04X}":
        raise WalletError("code", "is not a merchant's, or not read whole: read it again")
    found = _objects(text)
    reference = _objects(found.get(62, "")).get(REFERENCE, "")
    yuan, _, cents = found.get(54, "").partition(".")
    if found.get(0) != "01" or found.get(53) != "156" or not (reference and yuan.isdigit() and len(cents) == 2):
        raise WalletError("code", "is not one that a wallet of this house pays: ask for another code")
    return Shown(reference, int(yuan) * 100 + int(cents), found.get(59, ""))


def _object(tag: int, value: str) -> str:
    return f"{tag:02d}{len(value):02d}{value}"


def _objects(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not head.isdigit() or len(text) < at + 4 + int(head[2:]):
            raise WalletError("code", f"breaks off at {at}: read it again")
        found[int(head[:2])] = text[at + 4 : at + 4 + int(head[2:])]
        at += 4 + int(head[2:])
    return found
