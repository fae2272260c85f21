"""The messages' MACs. x9.19: ISO/IEC 9797-1 annex; aes-cmac: RFC 4493; the others were computed with OpenSSL by a
separate program."""

from binascii import unhexlify

from checks import raises
from till.keys.errors import KeysError
from till.keys.mac import mac

SINGLE = unhexlify("0123456789ABCDEF")
DOUBLE = unhexlify("0123456789ABCDEFFEDCBA9876543210")


def test_x9_19_published():
    assert mac("x9.19", DOUBLE, b"Now is the time for all ") == unhexlify("A1C72E74EA3FA9B6")
    assert mac("x9.19", DOUBLE, b"Now is the time for it") == unhexlify("2E2B1428CC78254F")
    assert mac("x9.19", DOUBLE, bytes(range(203))) == unhexlify("2DBA8A156FF025BF")


def test_cup_ecb():
    data = bytes(range(200))
    assert mac("cup-ecb", unhexlify("5BB5C72CD00B7338"), b"0123456789") == b"8E81251B"
    assert mac("cup-ecb", SINGLE, data) == b"12732E8D"
    assert mac("cup-ecb", DOUBLE, bytearray(data)) == b"1926CFC5"
    assert mac("cup-ecb", DOUBLE, memoryview(data)) == b"1926CFC5"


def test_xor_3des():
    assert mac("xor-3des", DOUBLE, bytes(range(200))) == unhexlify("69AA98E283B14A73")


def test_cup_sm4():
    assert mac("cup-sm4", DOUBLE, b"0123456789") == b"1C817938"
    assert mac("cup-sm4", DOUBLE, bytes(range(200))) == b"C9166377"


def test_aes_cmac_published():
    key = unhexlify("2B7E151628AED2A6ABF7158809CF4F3C")
    text = unhexlify("6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411")
    assert mac("aes-cmac", key, text) == unhexlify("DFA66747DE9AE630")
    assert mac("aes-cmac", key, text[:16]) == unhexlify("070A16B46B4D4144")


def test_refusals():
    error = raises(KeysError, mac, "cup-cbc", SINGLE, b"data")
    assert "cup-ecb" in str(error)
    raises(KeysError, mac, "cup-ecb", bytes(7), b"data")
    raises(KeysError, mac, "cup-ecb", bytes(24), b"data")
    raises(KeysError, mac, "xor-3des", SINGLE, b"data")
    raises(KeysError, mac, "x9.19", SINGLE, b"data")
    for length in (8, 24):
        raises(KeysError, mac, "cup-sm4", bytes(length), b"data")
        raises(KeysError, mac, "aes-cmac", bytes(length), b"data")
    for name in ("cup-ecb", "xor-3des", "x9.19", "cup-sm4", "aes-cmac"):
        raises(KeysError, mac, name, DOUBLE, b"")


def test_every_byte_counts():
    data = bytearray(range(50))
    for name, key in (
        ("cup-ecb", SINGLE), ("xor-3des", DOUBLE), ("x9.19", DOUBLE), ("cup-sm4", DOUBLE), ("aes-cmac", DOUBLE),
    ):  # fmt: skip
        good = mac(name, key, data)
        assert len(good) == 8
        for i in range(len(data)):
            data[i] ^= 1 << (i & 7)
            assert mac(name, key, data) != good, (name, i)
            data[i] ^= 1 << (i & 7)
