"""F55: by hand, refusals, damage of every byte."""

from binascii import unhexlify

from checks import raises
from till.wire import de55
from till.wire.errors import WireError

# what a contactless sale sends, in its order
SALE = [
    (0x9F26, unhexlify("1122334455667788")),
    (0x9F27, b"\x80"),
    (0x9F10, unhexlify("07010103A0A000")),
    (0x9F37, unhexlify("01020304")),
    (0x9F36, unhexlify("0001")),
    (0x95, bytes(5)),
    (0x9A, unhexlify("261123")),
    (0x9C, b"\x00"),
    (0x9F02, unhexlify("000000012345")),
    (0x5F2A, unhexlify("0156")),
    (0x82, unhexlify("7C00")),
]


def test_by_hand():
    assert de55.pack([(0x91, b"ABCDEFGH00")]) == unhexlify("910A") + b"ABCDEFGH00"
    assert de55.pack([(0x9F36, b"\x00\x01"), (0x82, b"")]) == unhexlify("9F360200018200")
    assert de55.unpack(unhexlify("9F3602000182009F8101810155")) == [
        (0x9F36, b"\x00\x01"),
        (0x82, b""),
        (0x9F8101, b"\x55"),
    ]
    assert de55.unpack(unhexlify("82810100")) == [(0x82, b"\x00")]
    assert de55.unpack(b"") == []


def test_lengths():
    for length in (0, 1, 127, 128, 252):
        packed = de55.pack([(0x72, bytes(length))])
        assert de55.unpack(packed) == [(0x72, bytes(length))]
        assert len(packed) == length + (2 if length < 128 else 3)
    for length in (253, 254, 300):
        error = raises(WireError, de55.pack, [(0x72, bytes(length))])
        assert error.args[0] == 55


def test_wrong_tags():
    for tag in (0, -1, 0xFF, 0x1F, 0x9F, 0x9F80, 0x9526, 0xFF01, 0x1000000, 0x9F9F9F9F, 0x9F8180):
        assert raises(WireError, de55.pack, [(tag, b"")]).args[0] == 55, tag
    raises(WireError, de55.pack, [(0x82, b""), (0x82, b"")])


def test_wrong_data():
    for text, offset in (
        ("00", 0), ("FF", 0), ("82", 1), ("9F", 1), ("9F36", 2), ("9F81", 2), ("9F818101", 3), ("820200", 2),
        ("8281", 2), ("8280", 2), ("82820001", 2), ("82FF", 2), ("8281FF00", 3), ("82008200", 2),
        ("820000", 2),
    ):  # fmt: skip
        error = raises(WireError, de55.unpack, unhexlify(text))
        assert error.args[0] == 55 and error.args[1] == offset, (text, error.args)
    whole = b"\x82\x00\x72\x81\xf8" + bytes(248)
    assert len(de55.unpack(whole + b"\x81\x00")) == 3
    assert raises(WireError, de55.unpack, whole + b"\x81\x01\x00").args[1] == 0
    many = b"".join([bytes((tag, 0)) for tag in range(0x80, 0xDF) if tag & 31 != 31])
    assert len(de55.unpack(many[:128])) == 64
    assert raises(WireError, de55.unpack, many[:130]).args[1] == 128


def test_round_trip_and_damage():
    packed = de55.pack(SALE)
    assert de55.unpack(packed) == SALE
    assert de55.unpack(bytearray(packed)) == SALE
    for length in range(len(packed)):
        try:
            de55.unpack(packed[:length])
        except WireError as error:
            assert error.args[0] == 55 and error.args[1] <= length
    seed = 11
    for _ in range(2000):
        data = bytearray(packed)
        for _ in range(2):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            data[(seed >> 8) % len(data)] = seed >> 20 & 255
        try:
            objects = de55.unpack(data)
        except WireError as error:
            assert error.args[0] == 55
            continue
        assert de55.unpack(de55.pack(objects)) == objects
