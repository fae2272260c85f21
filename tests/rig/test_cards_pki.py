"""The test scheme's keys and certificates, taken apart by hand as EMV 4.4 Book 2 says a terminal does."""

from hashlib import sha1

import pytest

from host_sim.networks.pki.authority import (
    MASTERCARD,
    REVOKED_SERIAL,
    TABLE,
    UNIONPAY,
    VISA,
    CaKey,
    ca_key,
    ca_keys,
    revocations,
)  # fmt: skip
from host_sim.networks.pki.certificates import icc_certificate, issuer_certificate
from host_sim.networks.pki.rsa import RsaError, RsaKey, rsa_key
from host_sim.networks.pki.signed_data import combined_data, dynamic_signature, static_signature

PAN = "6292520000000000008"
ISSUER_KEY = rsa_key(b"issuer", 1152, 65537)
ICC_KEY = rsa_key(b"card", 1024, 3)


def recovered(key, signature):
    """What the signature holds, by plain arithmetic."""
    size = key.modulus.bit_length() // 8
    return pow(int.from_bytes(signature, "big"), key.exponent, key.modulus).to_bytes(size, "big")


# a key published by its scheme: RID A000000333, index 08, for tests since 2010
PUBLISHED = """
B61645EDFD5498FB246444037A0FA18C0F101EBD8EFA54573CE6E6A7FBF63ED21D66340852B0211CF5EEF6A1CD989F66AF21A8EB19DBD8DBC3706D
135363A0D683D046304F5A836BC1BC632821AFE7A2F75DA3C50AC74C545A754562204137169663CFCC0B06E67E2109EBA41BC67FF20CC8AC80D7B6
EE1A95465B3B2657533EA56D92D539E5064360EA4850FED2D1BF
"""


def test_the_checksum_of_a_published_key():
    key = RsaKey(int("".join(PUBLISHED.split()), 16), 3)
    assert CaKey(UNIONPAY, 8, "20241231", key).checksum.hex().upper() == "EE23B616C95C02652AD18860E48787C079E8E85A"


def test_keys_are_those_of_the_table_and_of_the_seed():
    keys = ca_keys()
    assert [(k.rid, k.index, k.key.modulus.bit_length(), k.key.exponent, k.expiry) for k in keys] == list(TABLE)
    assert {1024, 1152, 1408, 1984} == {k.key.modulus.bit_length() for k in keys}
    assert {3, 65537} == {k.key.exponent for k in keys} and {UNIONPAY, VISA, MASTERCARD} == {k.rid for k in keys}
    assert len({k.key.modulus for k in keys}) == len(keys)
    assert ca_key(UNIONPAY, 0xE0) == keys[0] != ca_key(UNIONPAY, 0xE0, b"another seed")
    # written down once: a change of the generator would strand every card made before
    assert keys[0].checksum.hex().startswith("d8f4799b") and keys[4].checksum.hex().startswith("d8582c4b")
    with pytest.raises(KeyError, match="A000000333 08"):
        ca_key(UNIONPAY, 8)
    assert (UNIONPAY, 0xEF) not in {(k.rid, k.index) for k in keys}
    assert [one.entry.hex() for one in revocations()] == ["a000000333e200dead"] and len(REVOKED_SERIAL) == 3


@pytest.mark.parametrize("exponent", [3, 65537])
def test_the_two_operations_undo_each_other(exponent):
    key = rsa_key(b"pair", 512, exponent)
    block = b"\x6a" + bytes(range(62)) + b"\xbc"
    assert key.recover(key.sign(block)) == block == recovered(key, key.sign(block))
    assert key.modulus.bit_length() == 512 and key.exponent_bytes == (b"\x03" if exponent == 3 else b"\x01\x00\x01")
    with pytest.raises(RsaError, match="public"):
        RsaKey(key.modulus, key.exponent).sign(block)
    assert pow(int.from_bytes(block, "big"), key.private, key.modulus) == int.from_bytes(key.sign(block), "big")
    for wrong in (block[1:], b"\xff" * 64):
        with pytest.raises(RsaError):
            key.sign(wrong)
    assert str(key.private) not in repr(key) and str(key.modulus) not in repr(key)


@pytest.mark.parametrize("bits, exponent", [(1000, 3), (256, 3), (1024, 17)])
def test_keys_that_no_scheme_uses(bits, exponent):
    with pytest.raises(RsaError):
        rsa_key(b"x", bits, exponent)


@pytest.mark.parametrize("index", [0xE1, 0xE2, 0xE4])
def test_an_issuer_s_certificate(index):
    ca = ca_key(UNIONPAY, index)
    made = issuer_certificate(ca, ISSUER_KEY, PAN, "1230", bytes.fromhex("000102"))
    block = recovered(ca.key, made.certificate)
    size, room = ca.key.length, ca.key.length - 36
    assert block[0] == 0x6A and block[-1] == 0xBC and len(block) == size
    assert block[1:15].hex() == "02" + "62925200" + "1230" + "000102" + "01" + "01" + "90" + "03"
    modulus = ISSUER_KEY.modulus.to_bytes(144, "big")
    assert block[15 : 15 + room] == modulus[:room].ljust(room, b"\xbb") and made.remainder == modulus[room:]
    assert made.exponent.hex() == "010001"
    assert block[-21:-1] == sha1(block[1:-21] + made.remainder + made.exponent).digest()


def test_a_card_s_certificate_covers_its_static_data():
    static = b"records and interchange profile"
    made = icc_certificate(ISSUER_KEY, ICC_KEY, PAN, "0630", bytes.fromhex("000777"), static)
    block = recovered(ISSUER_KEY, made.certificate)
    assert block[:1] == b"\x6a" and block[-1:] == b"\xbc"
    assert block[1:21].hex() == "04" + "6292520000000000008f" + "0630" + "000777" + "01" + "01" + "80" + "01"
    assert len(made.remainder) == 128 - (144 - 42) and made.exponent == b"\x03"
    assert block[21:-21] + made.remainder == ICC_KEY.modulus.to_bytes(128, "big")
    assert block[-21:-1] == sha1(block[1:-21] + made.remainder + made.exponent + static).digest()
    with pytest.raises(RsaError, match="must not be longer"):
        icc_certificate(ICC_KEY, ISSUER_KEY, PAN, "0630", b"123", b"")


def test_static_data_signed_by_the_issuer():
    block = recovered(ISSUER_KEY, static_signature(ISSUER_KEY, b"\xda\xc1", b"static"))
    assert block[:5].hex() == "6a0301dac1" and block[5:-21] == b"\xbb" * (144 - 26) and block[-1] == 0xBC
    assert block[-21:-1] == sha1(block[1:-21] + b"static").digest()


def test_dynamic_data_signed_by_the_card():
    number, cryptogram, transaction = b"\x01\x02\x03\x04", b"\xac" * 8, b"\x11" * 20
    inside = combined_data(number, 0x80, cryptogram, transaction)
    block = recovered(ICC_KEY, dynamic_signature(ICC_KEY, inside, b"\x00\x00\x00\x2a"))
    assert block[:4].hex() == "6a050122" and block[4:38] == b"\x04" + number + b"\x80" + cryptogram + transaction
    assert block[38:-21] == b"\xbb" * (128 - 59) and block[-1] == 0xBC
    assert block[-21:-1] == sha1(block[1:-21] + b"\x00\x00\x00\x2a").digest()
    with pytest.raises(RsaError):
        dynamic_signature(ICC_KEY, bytes(104), b"")
