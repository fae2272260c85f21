"""AES DUKPT on the terminal's side. Source: ANSI X9.24-3:2017, sections 6.2 to 6.4."""

from till.keys.aes import AES
from till.keys.dukpt import FutureKeys
from till.keys.errors import KeysError

COUNTER_BITS = 32
MOST_ONES = 16
_IDENTIFIER_BYTES = 8
# purposes (table 4)
KEY_ENCRYPTION, PIN, MAC_REQUEST, MAC_ANSWER, MAC_BOTH = 0x0002, 0x1000, 0x2000, 0x2001, 0x2002
DATA_REQUEST, DATA_ANSWER, DATA_BOTH, DERIVATION = 0x3000, 0x3001, 0x3002, 0x8000
# kinds of key (table 3): number, bits
TDES_2, TDES_3, AES_128, AES_256 = (0, 128), (1, 192), (2, 128), (4, 256)


def derive_key(key, purpose, kind, identifier, counter):
    """key: 16 or 32 bytes; purpose, kind: of the tables above; identifier: the initial key's, 8 bytes; counter: of the
    transaction -> a key of the kind's bits. Errors: KeysError for a key of another length."""
    number, bits = kind
    end = purpose.to_bytes(2, "big") + bytes((0, number, bits >> 8, bits & 255))
    end += identifier[4:] + counter.to_bytes(4, "big")
    cipher, out, block = AES(key), b"", 0
    while len(out) < bits // 8:
        block += 1
        out += cipher.encrypt_ecb(bytes((1, block)) + end)
    return out[: bits // 8]


class AesDukpt:
    """The keys of a device. identifier: 8 bytes, of the initial key. key_bytes: 16 or 32. kept: as FutureKeys.

    Errors: KeysError for another length of identifier, key or state, and when no key is left.
    """

    def __init__(self, identifier, key_bytes=16, kept=None):
        if len(identifier) != _IDENTIFIER_BYTES:
            raise KeysError("key identifier", "%d bytes, not %d" % (len(identifier), _IDENTIFIER_BYTES))
        if key_bytes not in (16, 32):
            raise KeysError("DUKPT initial key", "%d bytes, not 16 or 32" % key_bytes)
        self._identifier = bytes(identifier)
        self._kind = AES_128 if key_bytes == 16 else AES_256
        self.future = FutureKeys(COUNTER_BITS, MOST_ONES, key_bytes, self._child, kept)

    def serial(self):
        """The key serial number of the coming transaction, 12 bytes: goes with the message."""
        return self._identifier + self.future.counter.to_bytes(4, "big")

    def _child(self, key, counter):
        return derive_key(key, DERIVATION, self._kind, self._identifier, counter)

    def working_key(self, purpose, kind=AES_128):
        """The coming transaction's key for one purpose -> bytes of that kind."""
        return derive_key(self.future.key(), purpose, kind, self._identifier, self.future.counter)
