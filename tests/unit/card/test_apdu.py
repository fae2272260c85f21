"""Command APDUs. Source: ISO/IEC 7816-4, 5.1; EMV 4.4 Book 1, 11.3."""

from binascii import unhexlify

from checks import raises
from till.card import apdu
from till.card.errors import CardError


def test_commands():
    assert apdu.select(b"2PAY.SYS.DDF01") == unhexlify("00A404000E325041592E5359532E444446303100")
    assert apdu.get_processing_options(b"\x83\x00") == unhexlify("80A8000002830000")
    assert apdu.read_record(1, 1) == unhexlify("00B2010C00")
    assert apdu.read_record(30, 16) == unhexlify("00B210F400")
    assert apdu.get_response(0x1C) == unhexlify("00C000001C")
    assert apdu.command(0x80, 0xCA, 0x9F, 0x36) == unhexlify("80CA9F36")
    assert apdu.command(0, 0x20, 0, 0x80, b"\x24") == unhexlify("002000800124")
    raises(CardError, apdu.command, 0, 0, 0, 0, bytes(256))


def test_another_le():
    assert apdu.with_le(unhexlify("00B2010C00"), 0x2A) == unhexlify("00B2010C2A")
    assert apdu.with_le(unhexlify("80CA9F36"), 5) == unhexlify("80CA9F3605")
    assert apdu.with_le(unhexlify("80A8000002830000"), 9) == unhexlify("80A8000002830009")
    assert apdu.with_le(unhexlify("002000800124"), 1) == unhexlify("00200080012401")


def test_split():
    assert apdu.split(b"\x6f\x00\x90\x00") == (b"\x6f\x00", 0x9000)
    assert apdu.split(b"\x6a\x82") == (b"", apdu.NOT_FOUND)
    raises(CardError, apdu.split, b"\x90")
    raises(CardError, apdu.split, b"")
