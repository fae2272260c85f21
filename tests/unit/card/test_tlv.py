"""BER-TLV: published answers of cards, then hostile ones. Source: EMV 4.4 Book 3, annex B."""

from binascii import unhexlify

from checks import raises
from till.card.errors import CardError
from till.card.tlv import build, find, is_template, parse

PSE = unhexlify("6F1A840E315041592E5359532E4444463031A5088801025F2D02656E")
PPSE = unhexlify("6F23840E325041592E5359532E4444463031A511BF0C0E610C4F07A0000000031010870101")


def test_published_answers():
    assert parse(PSE) == [(0x6F, PSE[2:])]
    assert find(PSE, 0x84) == b"1PAY.SYS.DDF01"
    assert find(PSE, 0x88) == b"\x02"
    assert find(PSE, 0x5F2D) == b"en"
    assert find(PPSE, 0x4F) == b"\xa0\x00\x00\x00\x03\x10\x10"
    assert find(PPSE, 0x87) == b"\x01"
    assert find(PPSE, 0x50) is None


def test_lengths_that_lie():
    for data, tag, offset in (
        ("57", 0x57, 1),  # no length
        ("5701", 0x57, 2),  # no value
        ("570512345678", 0x57, 2),
        ("9F", 0x9F, 1),  # tag cut short
        ("9F8180", 0x9F8180, 3),
        ("9F81808001", 0x9F8180, 0),  # tag of more than three bytes
        ("578000000000", 0x57, 1),  # indefinite
        ("57850000000001AA", 0x57, 1),
        ("57FF", 0x57, 1),
        ("5781", 0x57, 2),  # length cut short
        ("5782FF", 0x57, 2),
        ("5783FFFFFF00", 0x57, 5),
        ("5781FF00", 0x57, 3),
    ):
        error = raises(CardError, parse, unhexlify(data))
        assert (error.tag, error.offset) == (tag, offset), data
        assert error.code == "bad-data"


def test_long_forms():
    value = bytes(range(200))
    assert parse(b"\x57\x81\xc8" + value) == [(0x57, value)]
    assert parse(b"\x57\x82\x00\xc8" + value) == [(0x57, value)]
    assert parse(b"\x57\x83\x00\x00\xc8" + value) == [(0x57, value)]
    assert parse(b"\x57\x81\x01\xaa") == [(0x57, b"\xaa")]


def test_padding():
    assert parse(unhexlify("0000FF5F340101FF00FF82022000FFFF")) == [(0x5F34, b"\x01"), (0x82, b"\x20\x00")]
    assert parse(b"") == []
    assert parse(b"\x00\xff" * 100) == []


def test_duplicates_and_empty_values_are_kept():
    assert parse(unhexlify("870101870102500057011250")[:-1]) == [
        (0x87, b"\1"),
        (0x87, b"\2"),
        (0x50, b""),
        (0x57, b"\x12"),
    ]


def test_an_outer_object_is_found_before_an_inner_one():
    data = build([(0x6F, [(0xA5, [(0x50, b"inner")]), (0x50, b"outer")])])
    assert find(data, 0x50) == b"outer"


def test_depth_is_bounded():
    data = b"\x50\x01A"
    for _ in range(6):
        data = build([(0x70, data)])
    error = raises(CardError, find, data, 0x50)
    assert "deep" in error.reason
    assert find(build([(0x6F, [(0xA5, [(0xBF0C, [(0x61, [(0x4F, b"AID")])])])])]), 0x4F) == b"AID"


def test_count_is_bounded():
    assert len(parse(b"\x50\x00" * 128)) == 128
    raises(CardError, parse, b"\x50\x00" * 129)


def test_templates():
    for tag in (0x6F, 0xA5, 0xBF0C, 0x70, 0x77, 0x61, 0x7F21):
        assert is_template(tag)
    for tag in (0x57, 0x9F26, 0x5F34, 0x80, 0xDF8101):
        assert not is_template(tag)


def test_build():
    assert build([(0x9F36, b"\x00\x01"), (0x50, b"")]) == unhexlify("9F3602000150 00".replace(" ", ""))
    assert build([(0x57, bytes(127))])[:2] == b"\x57\x7f"
    assert build([(0x57, bytes(128))])[:3] == b"\x57\x81\x80"
    assert build([(0x57, bytes(256))])[:4] == b"\x57\x82\x01\x00"
    assert build([(0xDF8101, b"\x01")]) == b"\xdf\x81\x01\x01\x01"
    raises(CardError, build, [(0, b"")])
    raises(CardError, build, [(0x1000000, b"")])
    raises(CardError, build, [(0x57, bytes(65536))])


def test_what_is_built_is_parsed_back():
    seed = 5
    tags = (0x57, 0x9F26, 0x5F34, 0xDF8101, 0x70, 0xBF0C, 0x82)
    for _ in range(100):
        objects = []
        for _ in range(seed >> 8 & 7):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            objects.append((tags[(seed >> 4) % 7], bytes((seed >> 16 & 0xFF,)) * ((seed >> 10) % 300)))
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        assert parse(build(objects)) == objects


def test_damage_raises_nothing_but_the_card_error():
    seed = 3
    refused = 0
    for _ in range(400):
        data = bytearray(PPSE)
        for _ in range(1 + (seed >> 9 & 3)):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            data[(seed >> 8) % len(data)] = seed >> 18 & 0xFF
        data = data[: len(data) - (seed >> 20) % 5]
        try:
            find(bytes(data), 0x87)
            find(bytes(data), 0xDF99)
        except CardError:
            refused += 1
    assert 100 < refused < 400


def test_errors_carry_no_values():
    error = raises(CardError, parse, unhexlify("5712629252010000000000"))
    assert "6292" not in str(error) and "6292" not in repr(error.args)
