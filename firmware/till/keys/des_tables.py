"""The tables of DES as FIPS 46-3 prints them, and the form that the block function wants.

The eight substitution boxes and the permutation P are merged at import into SP: 8 boxes x 64 words of
32 bits (2 KB of heap), so that a round is eight look-ups. The printed forms are dropped again.
"""

from array import array
from binascii import unhexlify

# bit numbers of PERMUTED CHOICE 1 (56) and PERMUTED CHOICE 2 (48), then the left shifts of the sixteen rounds
# fmt: off
SCHEDULE = bytes((
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
    63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
    1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1,
))
_P = (16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
      2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25)
# fmt: on

# one hexadecimal digit an entry, sixteen a row, four rows a box
_BOXES = (
    "E4D12FB83A6C5907" "0F74E2D1A6CB9538" "41E8D62BFC973A50" "FC8249175B3EA06D"
    "F18E6B34972DC05A" "3D47F28EC01A69B5" "0E7BA4D158C6932F" "D8A13F42B67C05E9"
    "A09E63F51DC7B428" "D709346A285ECBF1" "D6498F30B12C5AE7" "1AD069874FE3B52C"
    "7DE3069A1285BC4F" "D8B56F03472C1AE9" "A690CB7DF13E5284" "3F06A1D8945BC72E"
    "2C417AB6853FD0E9" "EB2C47D150FA3986" "421BAD78F9C5630E" "B8C71E2D6F09A453"
    "C1AF92680D34E75B" "AF427C9561DE0B38" "9EF528C3704A1DB6" "432C95FABE17608D"
    "4B2EF08D3C975A61" "D0B7491AE35C2F86" "14BDC37EAF680592" "6BD814A7950FE23C"
    "D2846FB1A93E50C7" "1FD8A374C56B0E92" "7B419CE206ADF358" "21E74A8DFC90356B"
)  # fmt: skip


def _merged():
    boxes = unhexlify(_BOXES)
    words = array("I", bytes(8 * 64 * 4))
    for index in range(512):
        six = index & 63
        entry = (index & 0x1C0) | (six & 32) | ((six & 1) << 4) | ((six >> 1) & 15)  # box, row, column
        value = boxes[entry >> 1] >> (0 if entry & 1 else 4) & 15
        box = index >> 6
        word = 0
        for position in range(32):
            source = _P[position] - 1
            if source >> 2 == box and value >> (3 - (source & 3)) & 1:
                word |= 1 << (31 - position)
        words[index] = word
    return words


SP = _merged()
del _merged, _BOXES, _P
