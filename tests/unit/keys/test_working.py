"""Working keys of a sign-on answer: an example of a public acquirer's interface, then everything that can be wrong."""

from binascii import hexlify, unhexlify

from checks import raises
from till.keys.des import DES
from till.keys.errors import KeysError
from till.keys.working import check_value, open_working_keys

TMK = unhexlify("CA5D92598DCA48CE8A4C76361A9269E9")
F62 = unhexlify("6701EAD6A9AD51E51AA406E2C27FCFA98D0A74B8B651F9E9BACE9AE10000000000000000AB7153CA")
PIK = unhexlify("807A23AD32B36D457AE91FDF927570EA")
MAK = unhexlify("5BB5C72CD00B7338")
# the same PIK and a double-length MAK as two records, computed with OpenSSL
RECORDS = unhexlify(
    "016701EAD6A9AD51E51AA406E2C27FCFA98D0A74B8C5EF66C601B651F9E9BACE9AE1AA3A8E0552E755BD9B96DF6C9134A485"
)
FORTY = "double-pik-single-mak"


def test_example():
    assert open_working_keys(TMK, F62, FORTY) == (PIK, MAK, None)
    assert check_value(PIK) == unhexlify("8D0A74B8")
    assert check_value(MAK) == unhexlify("AB7153CA")


def test_records():
    pik, mak, tdk = open_working_keys(TMK, RECORDS, "records-25")
    assert pik == PIK and tdk is None
    assert mak == MAK + unhexlify("0123456789ABCDEF")


def test_an_acquirer_that_wants_its_tracks_enciphered_gives_a_third_key():
    tdk = unhexlify("0123456789ABCDEFFEDCBA9876543210")
    third = DES(TMK).encrypt_ecb(tdk) + unhexlify("08D7B4FB")  # its check value is a published one
    assert open_working_keys(TMK, F62 + third, FORTY) == (PIK, MAK, tdk)
    assert raises(KeysError, open_working_keys, TMK, F62 + third[:-1] + b"\xfa", FORTY).args[0] == "TDK"


def test_each_damaged_bit_names_its_key():
    for position in range(len(F62)):
        for bit in (0x01, 0x80):
            data = bytearray(F62)
            data[position] ^= bit
            error = raises(KeysError, open_working_keys, TMK, data, FORTY)
            assert error.args[0] == ("PIK" if position < 20 else "MAK"), position


def test_wrong_tmk():
    error = raises(KeysError, open_working_keys, bytes(16), F62, FORTY)
    assert error.args[0] == "PIK"
    assert "sign on again" in str(error)


def test_refusals():
    for length in (0, 1, 39, 41, 50, 512):
        assert raises(KeysError, open_working_keys, TMK, bytes(length), FORTY).args[0] == "F62"
    assert raises(KeysError, open_working_keys, TMK, F62, "records-25").args[0] == "F62"
    assert raises(KeysError, open_working_keys, TMK, F62, "nobody's").args[0] == "key layout"
    for length in (0, 8, 15):
        assert raises(KeysError, open_working_keys, bytes(length), F62, FORTY).args[0] == "TMK"


def test_errors_tell_no_key():
    data = bytearray(F62)
    data[16] ^= 1
    text = str(raises(KeysError, open_working_keys, TMK, data, FORTY)).upper()
    for secret in (TMK, PIK, MAK, F62[16:20]):
        assert hexlify(secret).decode().upper()[:8] not in text
