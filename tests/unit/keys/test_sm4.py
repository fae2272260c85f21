"""SM4: the standard's example, another implementation's chain, refusals."""

from binascii import hexlify, unhexlify

import vectors
from checks import raises
from till.keys.errors import KeysError
from till.keys.sm4 import SM4

EXAMPLE = next(row for row in vectors.load("unionpay_keys") if "ct" in row)


def test_published_example():
    cipher = SM4(unhexlify(EXAMPLE["key"]))
    assert cipher.encrypt_ecb(unhexlify(EXAMPLE["pt"])) == unhexlify(EXAMPLE["ct"])
    assert cipher.decrypt_ecb(unhexlify(EXAMPLE["ct"])) == unhexlify(EXAMPLE["pt"])


def test_chain_with_changing_key():
    # the last block was computed with OpenSSL
    key, block = bytearray(range(16)), bytes(16)
    for i in range(100):
        cipher = SM4(key)
        before, block = block, cipher.encrypt_ecb(block)
        assert cipher.decrypt_ecb(block) == before
        for j in range(16):
            key[(3 * i + j) & 15] ^= block[j]
    assert hexlify(block).decode() == "f79ab34ec69735f0c992375151afc895"


def test_blocks_by_themselves():
    cipher = SM4(bytes(range(16)))
    data = bytearray(range(48))
    whole = cipher.encrypt_ecb(data)
    assert whole == b"".join([cipher.encrypt_ecb(data[at : at + 16]) for at in (0, 16, 32)])
    assert cipher.decrypt_ecb(whole) == data == bytearray(range(48))
    assert cipher.encrypt_ecb(b"") == b""


def test_wrong_lengths_are_refused():
    for length in (0, 8, 15, 17, 32):
        raises(KeysError, SM4, bytes(length))
    for length in (1, 8, 15, 17):
        raises(KeysError, SM4(bytes(16)).encrypt_ecb, bytes(length))
        raises(KeysError, SM4(bytes(16)).decrypt_ecb, bytes(length))
