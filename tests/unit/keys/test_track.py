"""Tracks under the track key, against DES by hand."""

from binascii import hexlify, unhexlify

from checks import raises
from till.keys.des import DES
from till.keys.errors import KeysError
from till.keys.track import encipher_track


def test_the_block_before_the_last_byte_is_enciphered():
    key = unhexlify("0123456789ABCDEFFEDCBA9876543210")
    digits = "6292520000000000008D30121010000123456"  # 38 with the padding: 19 bytes
    for track in (digits[:37], digits[:36], digits[:27]):
        out = encipher_track(track, key)
        plain = unhexlify(track + "0" * (len(track) % 2))
        at = len(plain) - 9
        wanted = plain[:at] + DES(key).encrypt(plain[at : at + 8]) + plain[at + 8 :]
        assert out == hexlify(wanted).decode().upper()[: len(track)]
        assert len(out) == len(track) and out[-1] == track[-1]
    raises(KeysError, encipher_track, "1234567890123456", key)
    raises(KeysError, encipher_track, "12345678901234567890=", key)
