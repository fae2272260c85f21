"""AES and CMAC: FIPS 197, NIST SP 800-38A, RFC 4493, NIST SP 800-38B."""

from binascii import unhexlify

from checks import raises
from till.keys.aes import AES
from till.keys.cmac import cmac
from till.keys.errors import KeysError

KEY_128 = unhexlify("2b7e151628aed2a6abf7158809cf4f3c")
KEY_256 = unhexlify("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
MESSAGE = unhexlify(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)


def test_fips_197():
    plain = unhexlify("00112233445566778899aabbccddeeff")
    for length, cipher in (
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (32, "8ea2b7ca516745bfeafc49904b496089"),
    ):
        aes = AES(bytes(range(length)))
        assert aes.encrypt_ecb(plain) == unhexlify(cipher)
        assert aes.decrypt_ecb(unhexlify(cipher)) == plain


def test_cbc():
    # NIST SP 800-38A, F.2.1 and F.2.2
    aes = AES(KEY_128)
    iv = bytes(range(16))
    cipher = unhexlify("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")
    assert aes.encrypt_cbc(iv, MESSAGE[:32]) == cipher
    assert aes.decrypt_cbc(iv, cipher) == MESSAGE[:32]


def test_cmac():
    for key, length, expected in (
        (KEY_128, 0, "bb1d6929e95937287fa37d129b756746"),
        (KEY_128, 16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (KEY_128, 40, "dfa66747de9ae63030ca32611497c827"),
        (KEY_128, 64, "51f0bebf7e3b9d92fc49741779363cfe"),
        (KEY_256, 0, "028962f61b7bf89efc6b551f4667d983"),
        (KEY_256, 16, "28a7023f452e8f82bd4bf28d8c37c35c"),
    ):
        assert cmac(key, MESSAGE[:length]) == unhexlify(expected), length


def test_cmac_of_each_length_around_its_chunk():
    # every length has its own code, and the chunked run agrees with CBC over the whole text
    text = bytes([i * 7 & 255 for i in range(600)])
    seen = set()
    for length in (255, 256, 257, 271, 272, 273, 511, 512, 513, 528, 600):
        seen.add(cmac(KEY_128, text[:length]))
        if length % 16 == 0:
            subkey = bytearray(17)
            block = AES(KEY_128).encrypt_ecb(bytes(16))
            for i in range(16):
                subkey[i + 1] = block[i]
            whole = [(subkey[i] << 1 | subkey[i + 1] >> 7) & 255 for i in range(1, 16)] + [subkey[16] << 1 & 255]
            whole[15] ^= 0x87 if block[0] & 0x80 else 0
            last = bytes([text[length - 16 + i] ^ whole[i] for i in range(16)])
            chained = AES(KEY_128).encrypt_cbc(bytes(16), text[: length - 16] + last)
            assert chained[-16:] == cmac(KEY_128, text[:length])
    assert len(seen) == 11


def test_refusals():
    for length in (0, 8, 15, 17, 24, 33):
        raises(KeysError, AES, bytes(length))
        raises(KeysError, cmac, bytes(length), b"")
    aes = AES(bytes(16))
    raises(KeysError, aes.encrypt_ecb, bytes(15))
    raises(KeysError, aes.decrypt_ecb, bytes(17))
    raises(KeysError, aes.encrypt_cbc, bytes(15), bytes(16))
    raises(KeysError, aes.decrypt_cbc, bytes(16), bytes(1))
