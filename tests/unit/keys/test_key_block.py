"""Key blocks: published ones, then altered, cut and hostile ones."""

from binascii import hexlify, unhexlify

import vectors
from checks import raises
from till.keys.aes import AES
from till.keys.cmac import cmac
from till.keys.des import DES
from till.keys.errors import KeysError
from till.keys.key_block import MOST_CHARACTERS, open_key_block

DECRYPT = vectors.arrays("tr31", "tr31_decrypt_test.c")
# test: characters that its block's name ends with, usage, algorithm, mode, optional blocks
OPENED = (
    ("test1", "format_a", "K0", "T", "N", ()), ("test1", "format_b", "K0", "T", "N", ()),
    ("test1", "format_c", "K0", "T", "N", ()), ("test2", "ascii", "P0", "T", "E", ()),
    ("test3", "ascii", "P0", "T", "E", ()), ("test4", "ascii", "B0", "T", "X", ("KS",)),
    ("test5", "ascii", "B0", "T", "X", ("KS",)), ("test6", "ascii", "P0", "A", "E", ()),
    ("test7", "ascii", "B0", "T", "N", ()), ("test8", "ascii", "D0", "A", "N", ()),
    ("test10", "ascii", "M3", "T", "V", ()), ("test11", "ascii", "P0", "A", "E", ()),
    ("test12", "ascii", "C0", "A", "V", ("KS", "TS", "PB")), ("test15", "ascii", "B0", "T", "X", ("KS",)),
    ("test16", "ascii", "B0", "T", "X", ("KS",)),
)  # fmt: skip
B = DECRYPT["test3_tr31_ascii"]
B_KBPK = unhexlify(DECRYPT["test3_kbpk"])


def reason(kbpk, block, *wanted):
    error = raises(KeysError, open_key_block, kbpk, block, *wanted)
    assert error.args[0] in ("key block", "key block protection key")
    return error.args[1]


def check_value_of(algorithm, key):
    return cmac(key, bytes(16)) if algorithm == "A" else DES(key).encrypt(bytes(8))


def test_published_blocks():
    for test, form, usage, algorithm, mode, optional in OPENED:
        kbpk, text = unhexlify(DECRYPT[test + "_kbpk"]), DECRYPT[test + "_tr31_" + form]
        block = open_key_block(kbpk, text)
        wanted = DECRYPT[test + "_tr31_key_verify"]
        if test == "test10":  # it stands twice there
            wanted = wanted[-32:]
        assert hexlify(block.key).decode().upper() == wanted, test
        assert (block.version, block.usage, block.algorithm, block.mode) == (text[0], usage, algorithm, mode), test
        assert tuple([name for name, _ in block.optional]) == optional, test
        known = unhexlify(DECRYPT[test + "_tr31_kcv_verify"])
        if any(known):
            assert check_value_of(algorithm, block.key)[: len(known)] == known, test
        assert open_key_block(kbpk, text.encode(), (usage,), (algorithm,)).key == block.key


def test_published_optional_blocks():
    block = open_key_block(unhexlify(DECRYPT["test12_kbpk"]), DECRYPT["test12_tr31_ascii"])
    assert block.optional[:2] == (
        ("KS", DECRYPT["test12_tr31_ksn_verify"]),
        ("TS", DECRYPT["test12_tr31_ts_verify"]),
    )
    assert (block.key_version, block.export) == (DECRYPT["test12_tr31_ascii"][9:11], DECRYPT["test12_tr31_ascii"][11])
    serial = open_key_block(unhexlify(DECRYPT["test5_kbpk"]), DECRYPT["test5_tr31_ascii"]).optional
    assert serial == (("KS", DECRYPT["test5_tr31_ksn_verify"]),)


def test_published_blocks_to_refuse():
    for test, why in (("test9", "version"), ("test13", "header says"), ("test14", "header says")):
        assert why in reason(unhexlify(DECRYPT[test + "_kbpk"]), DECRYPT[test + "_tr31_ascii"])


def test_every_altered_character_is_refused():
    for test in ("test3", "test4", "test6"):
        kbpk, text = unhexlify(DECRYPT[test + "_kbpk"]), DECRYPT[test + "_tr31_ascii"]
        for at in range(len(text)):
            other = "1" if text[at] != "1" else "2"
            why = reason(kbpk, text[:at] + other + text[at + 1 :])
            assert DECRYPT[test + "_tr31_key_verify"] not in why
        for length in range(len(text)):
            reason(kbpk, text[:length])
            reason(kbpk, text[0] + "%04d" % length + text[5:length])


def test_another_protection_key():
    assert "MAC differs" in reason(bytes(16), B)
    assert "MAC differs" in reason(bytes(24), B)
    assert "MAC differs" in reason(bytes(32), DECRYPT["test6_tr31_ascii"])
    for kbpk in (b"", bytes(8), bytes(15), bytes(32)):
        assert "bytes, not 16 or 24" in reason(kbpk, B)
        assert "bytes, not 16 or 24" in reason(kbpk, DECRYPT["test4_tr31_ascii"])
    assert "bytes, not 16 or 32" in reason(bytes(24), DECRYPT["test6_tr31_ascii"])


def test_what_is_wanted():
    assert open_key_block(B_KBPK, B, ("K0", "P0"), ("T",)).usage == "P0"
    assert reason(B_KBPK, B, ("K0",)) == "usage is not K0"
    assert reason(B_KBPK, B, None, ("A", "D")) == "algorithm is not A or D"


def sealed(plain, algorithm="A", optional=""):
    """A block of version D under a key of zeros, for what nobody publishes: payloads and optional blocks that lie."""
    kbpk = bytes(16)
    count, unit = len(optional) and 1, 16
    header = "D%04dP0%sE00E%02d00" % (16 + len(optional) + 2 * len(plain) + 32, algorithm, count) + optional
    encrypt, authenticate = [cmac(kbpk, b"\x01" + use + b"\x00\x00\x02\x00\x80") for use in (b"\x00\x00", b"\x00\x01")]
    mac = cmac(authenticate, header.encode() + plain)
    assert len(plain) % unit == 0
    return header + hexlify(AES(encrypt).encrypt_cbc(mac, plain) + mac).decode().upper()


def test_payloads_that_lie():
    good = b"\x00\x80" + bytes(range(16)) + bytes(14)
    assert open_key_block(bytes(16), sealed(good)).key == bytes(range(16))
    assert open_key_block(bytes(16), sealed(good, "T")).key == bytes(range(16))
    for bits in (b"\x00\x00", b"\x00\x81", b"\x01\x00", b"\x00\xf8", b"\xff\xff"):
        assert "key of" in reason(bytes(16), sealed(bits + good[2:]))
    for algorithm, bits in (("D", b"\x00\x80"), ("T", b"\x00\x40"), ("A", b"\x00\x40")):
        assert "none of algorithm" in reason(bytes(16), sealed(bits + good[2:], algorithm))
    assert open_key_block(bytes(16), sealed(b"\x00\x40" + good[2:], "H")).key == bytes(range(8))  # HMAC: any length


def test_optional_blocks_that_lie():
    good = b"\x00\x80" + bytes(30)
    assert open_key_block(bytes(16), sealed(good, "A", "PB10000000000000")).optional == (("PB", "000000000000"),)
    assert open_key_block(bytes(16), sealed(good, "A", "LB00040010123456")).optional == (("LB", "123456"),)
    for optional in (
        "PB00000000000000", "PB03000000000000", "PBxx000000000000", "PBff000000000000", "PBFF000000000000",
        "LB00040009123456", "LB00FF0010123456", "LB00" + "04FFFF" + "123456", "LB00000010123456",
    ):  # fmt: skip
        reason(bytes(16), sealed(good, "A", optional))
    assert "of 9 characters" in reason(bytes(16), sealed(good, "A", "LB00040009123456"))
    assert "optional" in reason(B_KBPK, B[:12] + "99" + B[14:])
    assert "optional" in reason(B_KBPK, B[:12] + "xx" + B[14:])


def test_what_is_no_block():
    for block in ("", "B", B[:15], "Z" * 16, B + "\n", "é" + B[1:], B[:-1] + "g", B.replace("0", "\x00")):
        reason(B_KBPK, block)
    assert "not 16 to" in reason(B_KBPK, "B" * (MOST_CHARACTERS + 1))
    raises(KeysError, open_key_block, B_KBPK, b"\xff" * 80)
