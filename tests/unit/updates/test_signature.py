"""Signatures: wrong ones first."""

from till.keys.signature import is_signed
from updates.maker import MODULUS, signature

PUBLIC = MODULUS.to_bytes(256, "big")
DATA = b"what is signed"


def test_everything_that_is_not_the_signature_is_refused():
    right = signature(DATA)
    for wrong in (
        b"", right[:-1], right + b"\x00", bytes(256), b"\xff" * 256, PUBLIC, right[:-1] + bytes((right[-1] ^ 1,)),
        signature(b"other data"),
    ):  # fmt: skip
        assert not is_signed(PUBLIC, DATA, wrong)
    assert not is_signed(PUBLIC, DATA + b" ", right)
    other = (MODULUS - 2).to_bytes(256, "big")
    assert not is_signed(other, DATA, right)


def test_a_padding_that_is_almost_right_is_refused():
    """A signer who could choose the padding could make signatures by cube roots; with this exponent not, and the whole
    message is compared."""
    from hashlib import sha256

    from updates.maker import _INFO, PRIVATE

    digest = sha256(DATA).digest()
    for encoded in (
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + _INFO + digest + bytes(256 - 11 - 19 - 32),  # rubbish behind
        b"\x00\x01" + b"\xff" * (256 - 3 - 32) + b"\x00" + digest,  # no algorithm
        b"\x00\x02" + b"\xff" * (256 - 3 - 19 - 32) + b"\x00" + _INFO + digest,  # the block type of encryption
        b"\x00\x01" + b"\xfe" * (256 - 3 - 19 - 32) + b"\x00" + _INFO + digest,
    ):
        forged = pow(int.from_bytes(encoded, "big"), PRIVATE, MODULUS).to_bytes(256, "big")
        assert not is_signed(PUBLIC, DATA, forged)


def test_keys_that_are_too_short_or_too_long_are_refused():
    assert not is_signed(PUBLIC[:128], DATA, signature(DATA)[:128])
    assert not is_signed(bytes(128) + PUBLIC + bytes(1), DATA, bytes(128) + signature(DATA) + bytes(1))


def test_the_signature_of_the_key_is_right():
    assert is_signed(PUBLIC, DATA, signature(DATA))
    assert is_signed(bytearray(PUBLIC), bytearray(DATA), memoryview(signature(DATA)))
