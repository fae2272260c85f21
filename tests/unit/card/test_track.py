"""Track 2. Source: ISO/IEC 7813, EMV 4.4 Book 3, annex A."""

from binascii import unhexlify

from checks import raises
from till.card.errors import CardError
from till.card.track import luhn, parse_track2


def test_luhn():
    for pan in ("79927398713", "4111111111111111", "6292520000000000007"):
        assert luhn(pan) == (sum_of(pan) % 10 == 0)
    assert luhn("79927398713") and luhn("4111111111111111")
    for last in "012456789":
        assert not luhn("7992739871" + last)
    assert not luhn("") and not luhn("4111D11111111111")


def sum_of(pan):
    """The same from the definition: every second digit from the right doubled, digits of the products added."""
    total = 0
    for index, digit in enumerate(reversed([int(d) for d in pan])):
        total += digit if index % 2 == 0 else sum([int(d) for d in str(digit * 2)])
    return total


def test_sixteen_digits_with_padding():
    track = parse_track2(unhexlify("4111111111111111D30122010000012345678F"))
    assert track.pan == "4111111111111111"
    assert (track.expiry, track.service_code, track.discretionary) == ("3012", "201", "0000012345678")
    assert track.digits == "4111111111111111D30122010000012345678"


def test_nineteen_digits_and_no_discretionary_data():
    pan = "629252000000000000"
    pan += str(-sum_of(pan + "0") % 10)
    track = parse_track2(unhexlify(pan + "D2912220F"))
    assert track.pan == pan
    assert (track.expiry, track.service_code, track.discretionary) == ("2912", "220", "")


def test_refused():
    for data in (
        "",
        "4111111111111111",  # no separator
        "4111111111111111D3012",  # no service code
        "4111111111111112D30122010000",  # check digit
        "4111111111111111D30132010000",  # month 13
        "4111111111111111D30002010000",
        "4111111111111111D3012201D000",  # second separator
        "411111111111111FD30122010000",  # padding inside
        "41111111111A1111D30122010000",  # a letter
        "11D30122010000",  # account number too short
        "00000000000000000000D3012201",  # and too long
        "4111111111111111D301220100000000000000000000",  # over 19 bytes
        "D301220100",
        "FF" * 19,
    ):
        error = raises(CardError, parse_track2, unhexlify(data + "F" * (len(data) % 2)))
        assert error.tag == 0x57
        assert "4111" not in str(error)


def test_random_bytes_raise_nothing_else():
    seed = 11
    for _ in range(300):
        data = bytearray(unhexlify("4111111111111111D30122010000012345678F"))
        for _ in range(2):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            data[(seed >> 8) % len(data)] = seed >> 18 & 0xFF
        try:
            track = parse_track2(bytes(data[: (seed >> 12) % 20]))
            assert luhn(track.pan) and len(track.digits) <= 37
        except CardError:
            pass
