"""F48 of the settlement: 62 digits."""

from checks import raises
from till.wire.errors import WireError
from till.wire.totals48 import pack_totals, unpack_totals


def test_by_hand():
    text = "000000123456" "007" "000000000100" "002" "0" "000000000000" "000" "000000000000" "000" "1"  # fmt: skip
    numbers = (123456, 7, 100, 2, 0), (0, 0, 0, 0, 1)
    assert pack_totals(*numbers) == text
    assert unpack_totals(text) == numbers
    most = (999999999999, 999, 999999999999, 999, 9)
    assert pack_totals(most, most) == "9" * 62
    assert unpack_totals("9" * 62) == (most, most)


def test_refusals():
    good = (0, 0, 0, 0, 0)
    for position, value in ((0, 10**12), (0, -1), (1, 1000), (1, -1), (2, 10**12), (3, 1000), (4, 10), (4, -1)):
        wrong = list(good)
        wrong[position] = value
        assert raises(WireError, pack_totals, wrong, good).args[0] == 48
        assert raises(WireError, pack_totals, good, wrong).args[1] >= 31
    raises(WireError, pack_totals, good[:4], good)
    for text in ("", "0" * 61, "0" * 63, "0" * 61 + "x", " " + "0" * 61, "-" + "0" * 61, "١" + "0" * 61):
        assert raises(WireError, unpack_totals, text).args[0] == 48
