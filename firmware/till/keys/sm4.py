"""SM4. Source: GB/T 32907-2016 (GM/T 0002-2012), sections 6 and 7; ISO/IEC 18033-3:2010/Amd 1.

Only what a profile with SM4 keys imports it for; a till of another profile never loads it.
"""

from array import array
from binascii import unhexlify

import micropython

from till.keys.errors import KeysError

_BLOCK = 16
_SBOX = unhexlify(
    "D690E9FECCE13DB716B614C228FB2C052B679A762ABE04C3AA441326498606999C4250F491EF987A33540B43EDCFAC62"
    "E4B31CA9C908E89580DF94FA758F3FA64707A7FCF37317BA83593C19E6854FA8686B81B27164DA8BF8EB0F4B70569D35"
    "1E240E5E6358D1A225227C3B01217887D40046579FD327524C3602E7A0C4C89EEABF8AD240C738B5A3F7F2CEF96115A1"
    "E0AE5DA49B341A55AD933230F58CB1E31DF6E22E8266CA60C02923AB0D534E6FD5DB3745DEFD8E2F03FF6A726D6C5B51"
    "8D1BAF92BBDDBC7F11D95C411F105AD80AC13188A5CD7BBD2D74D012B8E5B4B08969974A0C96777E65B9F109C56EC684"
    "18F07DEC3ADC4D2079EE5F3ED7CB3948"
)
_FK = unhexlify("A3B1BAC656AA3350677D9197B27022DC")


@micropython.viper
def _expand(key: ptr8, fk: ptr8, box: ptr8, out: ptr32):
    """Write the 32 round keys of a 16-byte key. No constant over 16 bits, folded or not: see till/keys/des.py."""
    whole = 0xFFFF
    low23 = (whole << 7) | 0x7F
    whole |= whole << 16
    i = 0
    while i < 4:  # the first four words, kept where the last four round keys will be
        j = 4 * i
        word = ((int(key[j]) ^ int(fk[j])) << 24) | ((int(key[j + 1]) ^ int(fk[j + 1])) << 16)
        out[28 + i] = (word | ((int(key[j + 2]) ^ int(fk[j + 2])) << 8) | (int(key[j + 3]) ^ int(fk[j + 3]))) & whole
        i += 1
    i = 0
    while i < 32:
        c = 28 * i  # the constant of a round: bytes of (4i + j) times 7
        t = ((c & 255) << 24) | (((c + 7) & 255) << 16) | (((c + 14) & 255) << 8) | ((c + 21) & 255)
        t ^= int(out[(i + 29) & 31]) ^ int(out[(i + 30) & 31]) ^ int(out[(i + 31) & 31])
        b = (int(box[(t >> 24) & 255]) << 24) | (int(box[(t >> 16) & 255]) << 16)
        b |= (int(box[(t >> 8) & 255]) << 8) | int(box[t & 255])
        b ^= ((b << 13) | ((b >> 19) & 0x1FFF)) ^ ((b << 23) | ((b >> 9) & low23))
        out[i] = (int(out[(i + 28) & 31]) ^ b) & whole
        i += 1


@micropython.viper
def _rounds(block: ptr8, keys: ptr32, box: ptr8, backwards: int):
    """The 32 rounds on a block in place; backwards 31 takes the round keys from the end, 0 from the start.

    Viper's int is the machine word: what shifts push above bit 31 is cut off before it is looked at.
    """
    whole = 0xFFFF
    low18 = (whole << 2) | 3
    low24 = (whole << 8) | 255
    whole |= whole << 16
    p = (int(block[0]) << 24) | (int(block[1]) << 16) | (int(block[2]) << 8) | int(block[3])
    q = (int(block[4]) << 24) | (int(block[5]) << 16) | (int(block[6]) << 8) | int(block[7])
    r = (int(block[8]) << 24) | (int(block[9]) << 16) | (int(block[10]) << 8) | int(block[11])
    s = (int(block[12]) << 24) | (int(block[13]) << 16) | (int(block[14]) << 8) | int(block[15])
    i = 0
    while i < 32:
        t = q ^ r ^ s ^ int(keys[i ^ backwards])
        b = (int(box[(t >> 24) & 255]) << 24) | (int(box[(t >> 16) & 255]) << 16)
        b |= (int(box[(t >> 8) & 255]) << 8) | int(box[t & 255])
        t = b ^ ((b << 2) | ((b >> 30) & 3)) ^ ((b << 10) | ((b >> 22) & 0x3FF))
        t ^= ((b << 18) | ((b >> 14) & low18)) ^ ((b << 24) | ((b >> 8) & low24))
        t = (t ^ p) & whole
        p = q
        q = r
        r = s
        s = t
        i += 1
    i = 0
    while i < 4:  # the words leave in reverse order
        t = s
        s = r
        r = q
        q = p
        j = 4 * i
        block[j] = (t >> 24) & 255
        block[j + 1] = (t >> 16) & 255
        block[j + 2] = (t >> 8) & 255
        block[j + 3] = t & 255
        i += 1


class SM4:
    """SM4 with a key of 16 bytes. Errors: KeysError for another key and for data that is no whole number of blocks."""

    def __init__(self, key):
        if len(key) != _BLOCK:
            raise KeysError("SM4 key", "%d bytes, not 16" % len(key))
        self._keys = array("I", bytes(4 * 32))
        _expand(bytes(key), _FK, _SBOX, self._keys)

    def encrypt_ecb(self, data):
        """Whole 16-byte blocks -> as many bytes, each block by itself."""
        return self._run(data, 0)

    def decrypt_ecb(self, data):
        """Whole 16-byte blocks -> as many bytes."""
        return self._run(data, 31)

    def _run(self, data, backwards):
        if len(data) % _BLOCK:
            raise KeysError("SM4 data", "%d bytes, no multiple of 16" % len(data))
        out = bytearray(data)
        whole = memoryview(out)
        for start in range(0, len(out), _BLOCK):
            _rounds(whole[start : start + _BLOCK], self._keys, _SBOX, backwards)
        return bytes(out)
