"""The seal against published vectors, and what it must never do twice."""

from checks import raises
from till.journal.seal import Cmac, Seal

# RFC 4493, section 4
KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
    "f69f2445df4f9b17ad2b417be66c3710"
)
MACS = (
    (0, "bb1d6929e95937287fa37d129b756746"),
    (16, "070a16b46b4d4144f79bdd9dd04a287c"),
    (40, "dfa66747de9ae63030ca32611497c827"),
    (64, "51f0bebf7e3b9d92fc49741779363cfe"),
)


def test_cmac_as_published():
    cmac = Cmac(KEY)
    for length, expected in MACS:
        assert cmac(MESSAGE[:length]) == bytes.fromhex(expected)


def test_a_key_has_16_bytes():
    for length in (0, 8, 15, 17, 32):
        raises(ValueError, Seal, bytes(length))


def test_deciphers_what_it_enciphered():
    seal = Seal(KEY)
    data = bytearray(MESSAGE)
    seal.encipher(memoryview(data)[16:64], 7, 9)
    assert data[:16] == MESSAGE[:16] and data[16:] != MESSAGE[16:]
    seal.decipher(memoryview(data)[16:64], 7, 9)
    assert data == MESSAGE


def test_no_two_records_show_the_same_cipher_text():
    seal = Seal(KEY)
    seen = []
    for sequence, nonce in ((1, 1), (1, 2), (2, 1), (2, 2), (0x80000000, 1), (1, 0x80000000)):
        data = bytearray(32)
        seal.encipher(memoryview(data), sequence, nonce)
        assert bytes(data) not in seen and data[:16] != data[16:]
        seen.append(bytes(data))


def test_another_key_is_another_seal():
    one, other = Seal(KEY), Seal(bytes(16))
    assert one.key_id != other.key_id
    assert one.authenticate(MESSAGE) != other.authenticate(MESSAGE)
    assert len(one.authenticate(b"")) == 8
