"""DES and triple DES. Source: FIPS 46-3; EDE and keying options: NIST SP 800-67 rev 2, section 3."""

import micropython

from till.keys.des_tables import SCHEDULE, SP
from till.keys.errors import KeysError

_BLOCK = 8


@micropython.viper
def _expand(key: ptr8, tables: ptr8, out: ptr8):
    """Write the sixteen round keys of one 8-byte key: 8 bytes of 6 bits a round, 128 bytes."""
    whole = 0xFFFF  # no constant over 16 bits in viper code: frozen for the RP2040, it may be read beside its place
    whole = (whole << 12) | 0xFFF  # 28 bits
    c = 0
    d = 0
    i = 0
    while i < 28:
        bit = int(tables[i]) - 1
        c = (c << 1) | ((key[bit >> 3] >> (7 - (bit & 7))) & 1)
        bit = int(tables[28 + i]) - 1
        d = (d << 1) | ((key[bit >> 3] >> (7 - (bit & 7))) & 1)
        i += 1
    i = 0
    while i < 128:
        if i & 7 == 0:
            shift = int(tables[104 + (i >> 3)])
            c = ((c << shift) | (c >> (28 - shift))) & whole
            d = ((d << shift) | (d >> (28 - shift))) & whole
        six = 0
        j = 56 + (i & 7) * 6
        end = j + 6
        while j < end:
            bit = int(tables[j])
            if bit <= 28:
                six = (six << 1) | ((c >> (28 - bit)) & 1)
            else:
                six = (six << 1) | ((d >> (56 - bit)) & 1)
            j += 1
        out[i] = six
        i += 1


@micropython.viper
def _rounds(block: ptr8, keys: ptr8, sp: ptr32, length: int):
    """Run the block in place through length/8 rounds; a negative length takes the round keys from the end.

    Viper's int is the machine word, 32 bits on the board and 64 elsewhere: what shifts push above bit 31 is
    never looked at, because every shift to the right is masked.
    """
    left = (int(block[0]) << 24) | (int(block[1]) << 16) | (int(block[2]) << 8) | int(block[3])
    right = (int(block[4]) << 24) | (int(block[5]) << 16) | (int(block[6]) << 8) | int(block[7])
    fours = 0x0F0F  # made of 16 bits, as in _expand
    fours |= fours << 16
    twos = 0x3333
    twos |= twos << 16
    eights = 0xFF
    eights |= eights << 16
    fives = 0x5555
    fives |= fives << 16
    # initial permutation, as five exchanges of bits between the halves
    t = ((left >> 4) ^ right) & fours
    right ^= t
    left ^= t << 4
    t = ((left >> 16) ^ right) & 0xFFFF
    right ^= t
    left ^= t << 16
    t = ((right >> 2) ^ left) & twos
    left ^= t
    right ^= t << 2
    t = ((right >> 8) ^ left) & eights
    left ^= t
    right ^= t << 8
    t = ((left >> 1) ^ right) & fives
    right ^= t
    left ^= t << 1
    k = 0
    step = 8
    if length < 0:
        length = 0 - length
        k = length - 8
        step = -8
    done = 0
    while done < length:
        t = left ^ int(sp[(((right & 1) << 5) | ((right >> 27) & 31)) ^ int(keys[k])])
        t ^= int(sp[64 + (((right >> 23) & 63) ^ int(keys[k + 1]))])
        t ^= int(sp[128 + (((right >> 19) & 63) ^ int(keys[k + 2]))])
        t ^= int(sp[192 + (((right >> 15) & 63) ^ int(keys[k + 3]))])
        t ^= int(sp[256 + (((right >> 11) & 63) ^ int(keys[k + 4]))])
        t ^= int(sp[320 + (((right >> 7) & 63) ^ int(keys[k + 5]))])
        t ^= int(sp[384 + (((right >> 3) & 63) ^ int(keys[k + 6]))])
        t ^= int(sp[448 + ((((right & 31) << 1) | ((right >> 31) & 1)) ^ int(keys[k + 7]))])
        left = right
        right = t
        k += step
        done += 8
        if done & 127 == 0:  # the halves change places after each sixteen rounds
            t = left
            left = right
            right = t
    # final permutation: the exchanges backwards
    t = ((left >> 1) ^ right) & fives
    right ^= t
    left ^= t << 1
    t = ((right >> 8) ^ left) & eights
    left ^= t
    right ^= t << 8
    t = ((right >> 2) ^ left) & twos
    left ^= t
    right ^= t << 2
    t = ((left >> 16) ^ right) & 0xFFFF
    right ^= t
    left ^= t << 16
    t = ((left >> 4) ^ right) & fours
    right ^= t
    left ^= t << 4
    block[0] = (left >> 24) & 255
    block[1] = (left >> 16) & 255
    block[2] = (left >> 8) & 255
    block[3] = left & 255
    block[4] = (right >> 24) & 255
    block[5] = (right >> 16) & 255
    block[6] = (right >> 8) & 255
    block[7] = right & 255


class DES:
    """DES with an 8-byte key, triple DES (EDE) with 16 (K1 K2 K1) or 24 bytes. Parity bits are not looked at.

    Errors: KeysError for a key of another length and for data that is no whole number of 8-byte blocks.
    """

    def __init__(self, key):
        key = bytes(key)
        if len(key) not in (8, 16, 24):
            raise KeysError("DES key", "%d bytes, not 8, 16 or 24" % len(key))
        self._keys = bytearray(128 if len(key) == 8 else 384)
        self._length = len(self._keys)
        self._block = bytearray(_BLOCK)
        part = memoryview(self._keys)
        _expand(key[:8], SCHEDULE, part)
        if len(key) > 8:
            _expand(key[8:16], SCHEDULE, part[128:])
            self._turn(128)
            _expand(key[16:] if len(key) == 24 else key[:8], SCHEDULE, part[256:])

    def _turn(self, start):
        # the middle stage of EDE deciphers: its round keys run backwards
        middle = bytes(self._keys[start : start + 128])
        for i in range(0, 128, 8):
            self._keys[start + i : start + i + 8] = middle[120 - i : 128 - i]

    def _run(self, block, length):
        if len(block) != _BLOCK:
            raise KeysError("DES block", "%d bytes, not 8" % len(block))
        self._block[:] = block
        _rounds(self._block, self._keys, SP, length)
        return bytes(self._block)

    def encrypt(self, block):
        """8 bytes -> 8 bytes."""
        return self._run(block, self._length)

    def decrypt(self, block):
        """8 bytes -> 8 bytes."""
        return self._run(block, -self._length)

    def _run_ecb(self, data, length):
        if len(data) % _BLOCK:
            raise KeysError("DES data", "%d bytes, no multiple of 8" % len(data))
        out = bytearray(data)
        whole = memoryview(out)
        for start in range(0, len(out), _BLOCK):
            _rounds(whole[start : start + _BLOCK], self._keys, SP, length)
        return bytes(out)

    def encrypt_ecb(self, data):
        """Whole blocks -> as many bytes, each block by itself (NIST SP 800-38A, section 6.1)."""
        return self._run_ecb(data, self._length)

    def decrypt_ecb(self, data):
        """Whole blocks -> as many bytes."""
        return self._run_ecb(data, -self._length)
