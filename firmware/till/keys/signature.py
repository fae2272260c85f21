"""RSA signatures with SHA-256, PKCS #1 v1.5. Source: RFC 8017, sections 8.2.2 and 9.2.

The whole encoded message is made here and compared, so nothing of the padding is parsed. One pow() of 2048 bits.
"""

from hashlib import sha256

from till.keys.compare import same

MODULUS_LEAST, MODULUS_MOST = 256, 384  # bytes
_DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def is_signed(modulus, data, signature):
    """Whether signature (bytes, as long as modulus) is that of data under the key with this modulus, exponent 65537."""
    size = len(modulus)
    if not MODULUS_LEAST <= size <= MODULUS_MOST or len(signature) != size:
        return False
    n, s = int.from_bytes(modulus, "big"), int.from_bytes(signature, "big")
    if s >= n:
        return False
    tail = b"\x00" + _DIGEST_INFO + sha256(data).digest()
    wanted = b"\x00\x01" + b"\xff" * (size - 2 - len(tail)) + tail
    return same(pow(s, 65537, n).to_bytes(size, "big"), wanted)
