"""PIN blocks of format 0: examples of a public acquirer's interface, then refusals."""

from binascii import unhexlify

from checks import raises
from till.keys.des import DES
from till.keys.errors import KeysError
from till.keys.pinblock import encipher, format_0

PAN = "6292520000000000018"
PIK = unhexlify("807A23AD32B36D457AE91FDF927570EA")


def test_examples():
    assert format_0("123456", "123456789012345678") == unhexlify("061253DFFEDCBA98")
    assert format_0("123456", "1234567890123456") == unhexlify("0612713176FEDCBA")
    assert format_0("12345678", PAN) == unhexlify("0812345678FFFFFE")
    assert format_0("1234", "0000000000000") == unhexlify("041234FFFFFFFFFF")
    assert format_0("123456789012", "0000000000000") == unhexlify("0C123456789012FF")


def test_encipher():
    # computed with OpenSSL
    assert encipher(PIK, "123456", "123456789012345678") == unhexlify("A2BCBE65CB54B0E7")
    assert DES(PIK).decrypt(encipher(PIK, "9876", PAN)) == format_0("9876", PAN)


def test_bad_pin_or_pan():
    for pin in ("", "123", "1234567890123", "12a4", "12 4", "１２３４", b"1234", None, 1234):
        error = raises(KeysError, format_0, pin, PAN)
        assert error.args[0] == "PIN"
        assert "12" not in str(error).replace("4 to 12", "")
    for pan in ("", "629252000000", "62925200000000000180", "629252000000000001x", b"6292520000000000018", None):
        error = raises(KeysError, format_0, "1234", pan)
        assert error.args[0] == "PAN"
        assert "6292" not in str(error)
    for length in (0, 8, 15, 17):
        raises(KeysError, encipher, bytes(length), "1234", PAN)


def test_every_length_round_trips():
    pan12 = PAN[-13:-1]
    for length in range(4, 13):
        pin = "908172635445"[:length]
        block = format_0(pin, PAN)
        assert block[0] == length
        nibbles = "".join(["%02X" % byte for byte in block[1:]])
        plain = nibbles[:2] + "".join(["%X" % (int(nibbles[2 + i], 16) ^ int(pan12[i])) for i in range(12)])
        assert plain == pin + "F" * (14 - length)
