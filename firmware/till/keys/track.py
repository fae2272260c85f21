"""Tracks under the track key (TDK). Source: UnionPay's terminal messages, track encryption: the block of 8 bytes that
ends at the second byte before the end sentinel."""

from till.keys.des import DES
from till.keys.errors import KeysError

_BLOCK = 8


def encipher_track(digits, tdk):
    """A track as fields 35 and 36 carry it, one block of it enciphered: str of as many hex digits as there were digits.

    digits: str of digits and D, the whole track. tdk: 8 or 16 bytes. The block's last byte is the last but one of the
    track, packed with its odd digit padded. KeysError for a track too short to hold a block.
    """
    packed = bytearray()
    padded = digits + "0" * (len(digits) % 2)
    for at in range(0, len(padded), 2):
        packed.append(_nibble(padded[at]) << 4 | _nibble(padded[at + 1]))
    start = len(packed) - 1 - _BLOCK
    if start < 0:
        raise KeysError("track", "shorter than a block")
    packed[start : start + _BLOCK] = DES(tdk).encrypt(packed[start : start + _BLOCK])
    return "".join(["%02X" % byte for byte in packed])[: len(digits)]


def _nibble(letter):
    if letter == "D":
        return 13
    if "0" <= letter <= "9":
        return ord(letter) - 0x30
    raise KeysError("track", "a character that no track has")
