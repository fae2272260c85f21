"""Keys and digests from the board's secret."""

from binascii import unhexlify

from checks import raises
from till.keys.cmac import cmac
from till.keys.errors import KeysError
from till.keys.vault import derive, password_digest, same


def test_variable_length_secret():
    # RFC 4615, section 4: AES-CMAC-PRF-128 with an 18-byte key; derive() makes longer secrets keys the same way
    key = cmac(bytes(16), unhexlify("000102030405060708090a0b0c0d0e0fedcb"))
    assert cmac(key, bytes(range(20))) == unhexlify("84a348a4a45d235babfffc0d2b4da09a")


def test_derive():
    # KBKDFCMAC of the `cryptography` package: counter mode, 8-bit counter before the label, 16-bit length
    for length, expected in (
        (16, "9444426a8f54da481e4966e2d3bd5d96"),
        (20, "cef25847d5f595bc7160eb4780687300"),
        (32, "bc086e2f3b11bf1ac52d8d483875c64d"),
    ):
        assert derive(bytes(range(length)), "vault cipher") == unhexlify(expected)


def test_derive_separates():
    secret = bytes(range(16))
    labels = ("vault cipher", "vault iv", "vault mac", "password", "journal", "")
    assert len({derive(secret, label) for label in labels}) == len(labels)
    for length in (0, 15, 33):
        raises(KeysError, derive, bytes(length), "label")


def test_password_digest():
    secret = bytes(range(16))
    digest = password_digest(secret, b"salt", "123456")
    assert digest == unhexlify("8371c49606a91801250c622f480a24b3")
    assert digest != password_digest(secret, b"salt", "123457")
    assert digest != password_digest(secret, b"sal2", "123456")
    assert digest != password_digest(bytes(16), b"salt", "123456")
    # the salt's end is marked: no shift of characters between salt and password
    assert digest != password_digest(secret, b"salt1", "23456")
    raises(KeysError, password_digest, secret, b"salt", "")
    raises(KeysError, password_digest, secret, b"salt", "1" * 65)
    raises(KeysError, password_digest, secret, bytes(256), "123456")


def test_same():
    assert same(b"", b"")
    assert same(b"abc", bytearray(b"abc"))
    assert not same(b"abc", b"abd")
    assert not same(b"abc", b"bbc")
    assert not same(b"abc", b"abcd")
