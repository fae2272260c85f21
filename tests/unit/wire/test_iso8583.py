"""The message codec: frames written out by hand, refusals of each kind, bounds, then damage of every byte."""

from binascii import unhexlify

from checks import raises
from till.wire import iso8583
from till.wire.errors import WireError
from till.wire.fields import FIELDS

# a sign-on, spelled out field by field
SMALL = unhexlify(
    "0800"  # MTI
    "0020000000C00012"  # bits 11, 41, 42, 60, 63
    "000012"  # 11
    "3930303030303031"  # 41 "90000001"
    "383938313130303030303030303031"  # 42, 15 characters
    "0011" "000000010030"  # 60: 11 digits, filled with one zero
    "0003" "303120"  # 63 "01 "
)  # fmt: skip
SMALL_FIELDS = {11: "000012", 41: "90000001", 42: "898110000000001", 60: "00000001003", 63: "01 "}

# every kind and alignment of the table
LARGE_FIELDS = {
    2: "6292520000000000018",
    3: "000000",
    4: "000000012345",
    11: "000123",
    14: "3012",
    22: "072",
    23: "001",
    25: "00",
    26: "12",
    32: "03102900000",
    35: "6292520000000000018D30122201234567890",
    36: "99" * 20 + "D" + "1" * 30,
    37: "112309000001",
    38: "A12345",
    39: "00",
    41: "90000001",
    42: "898110000000001",
    43: "Demo Store" + " " * 30,
    44: "0102900000003102900000 ",
    48: "0" * 62,
    49: "156",
    52: bytes(range(8)),
    53: "2600000000000000",
    54: "0002156C000000001000",
    55: bytes(range(1, 101)),
    60: "2200000100060",
    61: "0000010001231123",
    62: bytes(range(200, 240)),
    63: "CUP",
    64: b"0A1B2C3D",
}


def lcg(seed):
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed >> 8


def test_table():
    numbers = [entry[0] for entry in FIELDS]
    assert numbers == sorted(set(numbers))
    for number, kind, length_digits, most in FIELDS:
        assert kind in ("n", "r", "z", "a", "b") and length_digits in (0, 2, 3) and most > 0, number
        assert length_digits != 2 or most <= 99
        assert 2 <= number <= 64


def test_by_hand():
    assert iso8583.pack("0800", SMALL_FIELDS) == SMALL
    assert iso8583.unpack(SMALL) == ("0800", SMALL_FIELDS)


def test_alignment_by_hand():
    # F2 odd and left-aligned, F22 left, F23 right, F35 with its separator, F55 after three length digits
    message = iso8583.pack("0200", {2: "6292520000000000018", 22: "071", 23: "002", 35: "12=3", 55: b"\x82\x00"})
    assert message == unhexlify(
        "0200" "4000060020000200" "19" "62925200000000000180" "0710" "0002" "04" "12D3" "0002" "8200"
    )  # fmt: skip
    assert iso8583.unpack(message)[1][35] == "12D3"
    enciphered = iso8583.pack("0200", {35: "12A0FE"})  # a block of it may be any digits
    assert enciphered[-3:] == b"\x12\xa0\xfe" and iso8583.unpack(enciphered)[1][35] == "12A0FE"
    odd = iso8583.pack("0200", {35: "12345=3", 32: "00000000001"})
    assert odd == unhexlify("0200" "0000000120000000" "11" "000000000010" "07" "12345D30")  # fmt: skip
    assert iso8583.unpack(odd) == ("0200", {32: "00000000001", 35: "12345D3"})


def test_wrong_values():
    for number, value in (
        (3, "00000"), (3, "0000000"), (3, "00000a"), (3, "00000="), (3, 0), (3, b"000000"), (3, None),
        (2, "1" * 20), (2, "１"), (23, "01"), (22, "0720"), (35, "1" * 38), (35, "12G3"), (35, "12d3"), (37, "short"),
        (39, "000"), (41, "9000000\n"), (41, "9000000\x7f"), (43, ""), (44, "x" * 26), (48, "1" * 323), (52, bytes(7)),
        (52, bytes(9)), (55, bytes(256)), (60, "1" * 18), (61, "1" * 30), (62, bytes(513)), (62, "é"), (62, 5),
        (63, b"CUP"), (64, bytes(9)), (54, "x" * 256),
    ):  # fmt: skip
        error = raises(WireError, iso8583.pack, "0200", {number: value})
        assert error.args[0] == number, number
        assert error.args[1] >= 10
    for number in (0, 1, 5, 65, 128, -2, "3"):
        raises(WireError, iso8583.pack, "0200", {number: "000000"})
    for mti in ("", "020", "02000", "02A0", 200, b"0200"):
        assert raises(WireError, iso8583.pack, mti, {}).args[0] == 0


def test_wrong_messages():
    for damaged, number, offset in (
        (b"", 0, 0),
        (SMALL[:9], 0, 9),
        (b"\x0a" + SMALL[1:], 0, 0),
        (SMALL[:2] + b"\x80" + SMALL[3:], 1, 2),  # a second bitmap
        (SMALL[:2] + b"\x08" + SMALL[3:], 5, 2),  # a field that no one knows
        (SMALL[:11], 11, 10),
        (SMALL[:10] + b"\x00\x0c\x12" + SMALL[13:], 11, 11),
        (SMALL[:13] + b"\x1f" + SMALL[14:], 41, 13),
        (SMALL[:36] + b"\x00\x18" + SMALL[38:], 60, 36),  # length 18 over 17
        (SMALL[:36] + b"\x00\x1a" + SMALL[38:], 60, 37),
        (SMALL[:43] + b"\x01" + SMALL[44:], 60, 43),  # filler
        (SMALL[:45], 63, 44),
        (SMALL[:-1], 63, 46),
        (SMALL + b"\x00", 0, 49),
        (bytes(1401), 0, 0),
    ):
        error = raises(WireError, iso8583.unpack, damaged)
        assert error.args[0] == number, (error.args, number, offset)
        assert error.args[1] == offset, (error.args, number, offset)


def test_round_trip():
    message = iso8583.pack("0210", LARGE_FIELDS)
    assert iso8583.unpack(message) == ("0210", LARGE_FIELDS)
    assert iso8583.unpack(bytes(message)) == ("0210", LARGE_FIELDS)
    for number in LARGE_FIELDS:
        one = iso8583.pack("0210", {number: LARGE_FIELDS[number]})
        assert iso8583.unpack(one) == ("0210", {number: LARGE_FIELDS[number]})
    text = dict(LARGE_FIELDS)
    text[62] = "61"
    assert iso8583.unpack(iso8583.pack("0320", text))[1][62] == b"61"
    assert iso8583.unpack(iso8583.pack("0200", {}))[1] == {}


def test_every_length_of_each_variable_field():
    for number, kind, length_digits, most in FIELDS:
        if length_digits:
            for length in range(0, most + 1, 1 if most < 40 else 7):
                value = bytes(length) if kind == "b" else "1" * length
                assert iso8583.unpack(iso8583.pack("0200", {number: value})) == ("0200", {number: value})


def test_mac_covers_all_before_it():
    seen = []

    def function(data):
        seen.append(data)
        return b"12345678"

    fields = dict(LARGE_FIELDS)
    raises(WireError, iso8583.pack_with_mac, "0200", fields, function)
    del fields[64]
    message = iso8583.pack_with_mac("0200", fields, function)
    assert message[9] & 1
    assert seen == [bytes(message[:-8])]
    assert iso8583.maced_part(message) == seen[0]
    assert iso8583.unpack(message)[1][64] == b"12345678"
    assert raises(WireError, iso8583.maced_part, SMALL).args[0] == 64
    assert raises(WireError, iso8583.maced_part, message[:17]).args[0] == 64
    assert raises(WireError, iso8583.pack_with_mac, "0200", fields, lambda data: b"1234").args[0] == 64


def test_answer_mti():
    for request, answer in (("0200", "0210"), ("0220", "0230"), ("0800", "0810"), ("0320", "0330"), ("0400", "0410")):
        assert iso8583.answer_mti(request) == answer


def test_errors_tell_no_value():
    for number, secret in ((2, "6292520000000000018x"), (35, "6292520000000000018D3012X"), (52, b"SECRETPIN")):
        text = str(raises(WireError, iso8583.pack, "0200", {number: secret}))
        assert "6292" not in text and "SECRET" not in text


def _survives(data):
    # only WireError may come out; what is accepted must pack to the same bytes
    try:
        mti, fields = iso8583.unpack(data)
    except WireError as error:
        assert 0 <= error.args[0] <= 64 and 0 <= error.args[1] <= len(data)
        return 0
    assert iso8583.pack(mti, fields) == data
    return 1


def test_every_truncation():
    message = bytes(iso8583.pack("0200", LARGE_FIELDS))
    for length in range(len(message)):
        assert _survives(message[:length]) == 0, length


def test_mutations():
    accepted = 0
    for fields, seed in ((SMALL_FIELDS, 1), (LARGE_FIELDS, 2)):
        message = bytes(iso8583.pack("0200", fields))
        numbers = lcg(seed)
        for _ in range(600):
            data = bytearray(message)
            for _ in range(1 + next(numbers) % 3):
                action = next(numbers) % 4
                position = next(numbers) % len(data)
                if action < 2:
                    data[position] ^= 1 << next(numbers) % 8
                elif action == 2:
                    data[position] = next(numbers) & 255
                else:
                    data = data[:position] + data[position + 1 + next(numbers) % 4 :] or bytearray(1)
            accepted += _survives(bytes(data))
    assert 0 < accepted < 1200


def test_every_byte_changed():
    message = bytearray(iso8583.pack("0200", LARGE_FIELDS))
    for position in range(len(message)):
        for value in (0x00, 0xFF, message[position] ^ 0x01, message[position] ^ 0x80):
            before = message[position]
            message[position] = value
            _survives(bytes(message))
            message[position] = before


def test_noise():
    numbers = lcg(3)
    for _ in range(500):
        data = bytes([next(numbers) & 255 for _ in range(next(numbers) % 80)])
        _survives(data)
