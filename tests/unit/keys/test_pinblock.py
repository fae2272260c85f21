"""PIN blocks: examples of a public acquirer's interface and of X9.24, then refusals."""

from binascii import unhexlify

import vectors
from checks import raises
from till.keys.aes import AES
from till.keys.des import DES
from till.keys.errors import KeysError
from till.keys.pinblock import encipher, format_0, format_3
from till.keys.pinblock_aes import encipher_4

PAN = "6292520000000000018"
PIK = unhexlify("807A23AD32B36D457AE91FDF927570EA")


def test_examples():
    rows = [row for row in vectors.load("unionpay_keys") if "clear_block" in row]
    assert len(rows) == 2
    for row in rows:
        assert format_0(row["pin"], row["pan"]) == unhexlify(row["clear_block"])
    dukpt = vectors.arrays("dukpt", "dukpt_tdes_test.c")
    assert format_0("1234", dukpt["pan"].rstrip("F")) == unhexlify(dukpt["pinblock"])
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


def counting(n):
    return bytes([(7 * i) & 255 for i in range(n)])


def test_published_format_4():
    rows = vectors.arrays("dukpt", "dukpt_aes128_test.c")
    salt = unhexlify(rows["pinfield"])[8:]
    pin = "".join(["%d" % digit for digit in unhexlify(rows["pin"])])
    seen = 0
    for key, wanted in zip(rows["pin_key_aes128_verify"], rows["encrypted_pinblock_verify"]):
        seen += 1
        assert encipher_4(unhexlify(key), pin, rows["pan"], lambda n: salt) == unhexlify(wanted)
    assert seen == 8


def test_format_4_can_be_undone():
    for pin, pan in (("1234", "629252000000"), ("123456789012", PAN), (bytearray(b"90210"), PAN[:-1])):
        cipher = AES(bytes(range(32)))
        text = cipher.decrypt_ecb(encipher_4(bytes(range(32)), pin, pan, counting))
        field = unhexlify("{:0<32}".format("%d%s" % (len(pan) - 12, pan)))
        clear = cipher.decrypt_ecb(bytes([a ^ b for a, b in zip(text, field)]))
        digits = pin if isinstance(pin, str) else bytes(pin).decode()
        assert clear == unhexlify("{:A<16}".format("4%X%s" % (len(pin), digits))) + counting(8)


def test_format_4_refuses():
    for pin, pan, what in (("123", PAN, "PIN"), ("12345", "62925200000", "PAN"), ("12x4", PAN, "PIN")):
        error = raises(KeysError, encipher_4, bytes(16), pin, pan, counting)
        assert error.args[0] == what
        assert pin not in str(error) and pan not in str(error)
    raises(KeysError, encipher_4, bytes(8), "1234", PAN, counting)
    raises(KeysError, encipher_4, bytes(16), "1234", PAN, lambda n: bytes(n - 1))


def test_format_3():
    pan12 = PAN[-13:-1]
    seen = ""
    for shift in range(6):
        for length in (4, 6, 12):
            pin = "908172635445"[:length]
            block = format_3(pin, PAN, lambda n, shift=shift: bytes([(i + shift) & 255 for i in range(n)]))
            nibbles = "".join(["%02X" % byte for byte in block])
            plain = nibbles[:4] + "".join(["%X" % (int(nibbles[4 + i], 16) ^ int(pan12[i])) for i in range(12)])
            assert plain[: 2 + length] == "3%X" % length + pin
            assert all(c in "ABCDEF" for c in plain[2 + length :])
            seen += plain[2 + length :]
    assert sorted(set(seen)) == list("ABCDEF")
    raises(KeysError, format_3, "1234", PAN, lambda n: b"\xff" * n)
    assert raises(KeysError, format_3, "123", PAN, counting).args[0] == "PIN"
