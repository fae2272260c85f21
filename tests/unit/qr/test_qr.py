"""QR codes, module for module. Source: ISO/IEC 18004:2015 (annex I for the worked example's check codewords)."""

from checks import raises
from till.qr.encoder import BYTES_MOST, encode, version_for
from till.qr.errors import QrError
from till.qr.matrix import patterns
from till.qr.reed_solomon import divisor, remainder


def test_check_codewords_of_the_standard_s_example():
    # annex I: version 1-M, "01234567"; data codewords and their ten check codewords
    data = bytes.fromhex("10200C566180EC11EC11EC11EC11EC11")
    assert bytes(remainder(data, divisor(10))) == bytes.fromhex("A524D4C1ED36C7872C55")


def test_versions_hold_what_table_7_says():
    most = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
    for index in range(10):
        assert version_for(most[index]) == index + 1
        if index < 9:
            assert version_for(most[index] + 1) == index + 2
    assert BYTES_MOST == 213
    raises(QrError, version_for, 214)
    raises(QrError, encode, bytes(214))


def rows(code):
    return ["".join(["#" if code.dark(x, y) else "." for x in range(code.size)]) for y in range(code.size)]


def test_every_version_has_its_finders_and_its_timing():
    for count in (1, 20, 40, 60, 80, 100, 120, 150, 180, 213):
        code = encode(bytes(count), 0)
        size = code.size
        drawn = rows(code)
        for y, line in ((0, "#######."), (3, "#.###.#.")):
            assert drawn[y][:8] == line and drawn[size - 1 - y][:8] == line
            assert drawn[y][-8:] == "".join(reversed(line))
        assert drawn[6][8 : size - 8] == ("#." * 30)[: size - 16]
        assert drawn[size - 8][8] == "#"
        assert not code.dark(-1, 0) and not code.dark(0, size)


def test_version_information():
    # annex D, figure D.2: version 7 is 000111110010010100
    size = 45
    matrix = patterns(7)
    bits = 0
    for index in range(17, -1, -1):
        bits = bits << 1 | matrix[(index // 3) * size + size - 11 + index % 3] & 1
    assert bits == 0b000111110010010100


def test_format_information():
    # annex C, table C.1, level M: masks 0 to 7
    wanted = (0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0)
    for mask in range(8):
        code = encode(b"1", mask)
        bits = 0
        for x in (0, 1, 2, 3, 4, 5, 7, 8):
            bits = bits << 1 | code.dark(x, 8)
        for y in (7, 5, 4, 3, 2, 1, 0):
            bits = bits << 1 | code.dark(8, y)
        assert bits == wanted[mask]


def test_masks_differ_and_the_easiest_is_taken():
    drawn = ["".join(rows(encode(b"PICOTILL", mask))) for mask in range(8)]
    assert len(set(drawn)) == 8
    assert "".join(rows(encode(b"PICOTILL"))) in drawn
    assert encode(b"PICOTILL").mask == encode(b"PICOTILL").mask
