"""TDES DUKPT on the terminal's side. Source: ANSI X9.24-1:2009, section 6.6 and annex A."""

from till.keys.des import DES
from till.keys.dukpt import FutureKeys
from till.keys.errors import KeysError

COUNTER_BITS = 21
MOST_ONES = 10
_KEY_BYTES = 16
_SERIAL_BYTES = 10
_COUNTER_MASK = (1 << COUNTER_BITS) - 1
# which byte of each half is turned over (annex A, table A-1)
PIN, MAC_REQUEST, MAC_ANSWER, DATA_REQUEST, DATA_ANSWER = 7, 6, 4, 5, 3


def child_key(key, serial):
    """Non-reversible key generation. key: 16 bytes; serial: the last 8 bytes of the serial number with the counter in
    its last 21 bits -> 16 bytes."""
    right = _half(key, serial)
    turned = bytes([byte ^ (0xC0 if i & 7 < 4 else 0) for i, byte in enumerate(key)])
    return _half(turned, serial) + right


def _half(key, serial):
    return _xored(DES(key[:8]).encrypt(_xored(serial, key[8:])), key[8:])


def _xored(a, b):
    return bytes([x ^ y for x, y in zip(a, b)])


class TdesDukpt:
    """The keys of a device. serial: 10 bytes, the key serial number with a counter of 0. kept: as FutureKeys.

    Errors: KeysError for another length of serial, key or state, and when no key is left.
    """

    def __init__(self, serial, kept=None):
        if len(serial) != _SERIAL_BYTES or (serial[7] & 0x1F) or serial[8] or serial[9]:
            raise KeysError("key serial number", "not 10 bytes with 21 zero bits at the end")
        self._serial = bytes(serial)
        self.future = FutureKeys(COUNTER_BITS, MOST_ONES, _KEY_BYTES, self._child, kept)

    def serial(self, counter=None):
        """The key serial number of the coming transaction, 10 bytes: goes with the message."""
        counter = self.future.counter if counter is None else counter
        end = bytes((self._serial[7] | counter >> 16 & 0x1F, counter >> 8 & 255, counter & 255))
        return self._serial[:7] + end

    def _child(self, key, counter):
        return child_key(key, self.serial(counter & _COUNTER_MASK)[2:])

    def working_key(self, place):
        """The coming transaction's key for one purpose: PIN, MAC_REQUEST ... -> 16 bytes. A key for data is enciphered
        once more under itself (annex A.4.1)."""
        key = bytes([byte ^ (0xFF if i & 7 == place else 0) for i, byte in enumerate(self.future.key())])
        return DES(key).encrypt_ecb(key) if place in (DATA_REQUEST, DATA_ANSWER) else key
