"""A terminal's future keys: each transaction has a key of its own, and none of the past can be found from what is kept.

Source: ANSI X9.24-1:2009, annex A ("New Key"); ANSI X9.24-3:2017, section 6.4 (the same walk over a longer counter).
TDES DUKPT is in till/keys/dukpt_tdes.py, AES DUKPT in dukpt_aes.py.
"""

from till.keys.errors import KeysError


class FutureKeys:
    """One register a bit of the counter; the key of a counter stands in the register of its lowest one bit.

    bits: of the counter. most_ones: counters with more one bits are passed over, so that a key is few steps from the
    initial one. child(key, counter): the key one step on, of as many bytes. kept: bytearray as `kept` gives it, None
    for a device that gets its initial key by load().

    `kept` is secret and belongs sealed on flash before a key is used: a counter must never come twice.
    """

    def __init__(self, bits, most_ones, key_bytes, child, kept=None):
        self._bits, self._most_ones, self._key_bytes, self._child = bits, most_ones, key_bytes, child
        size = 4 + (bits + 1) * key_bytes
        if kept is not None and len(kept) != size:
            raise KeysError("DUKPT state", "%d bytes, not %d" % (len(kept), size))
        self.kept = bytearray(size) if kept is None else kept

    @property
    def counter(self):
        """Of the coming transaction; 0 when there is none: never loaded, or all keys are used."""
        number = 0
        for byte in self.kept[:4]:
            number = number << 8 | byte
        return number

    def load(self, initial_key):
        """A new initial key; the counter begins again at 1. Errors: KeysError for a key of another length."""
        if len(initial_key) != self._key_bytes:
            raise KeysError("DUKPT initial key", "%d bytes, not %d" % (len(initial_key), self._key_bytes))
        self._put(self._bits, initial_key)
        self._fill(self._bits, 0)
        self._put(self._bits, bytes(self._key_bytes))
        self._count(1)

    def key(self):
        """The key of the coming transaction. Errors: KeysError when there is none left."""
        if not self.counter:
            raise KeysError("DUKPT initial key", "none is left: load a new one")
        return self._get(self._lowest(self.counter))

    def spent(self):
        """The transaction is over: its key is gone, the keys that follow from it are in their registers."""
        counter = self.counter
        if not counter:
            return
        place = self._lowest(counter)
        ones = 0
        for at in range(self._bits):
            ones += counter >> at & 1
        if ones < self._most_ones:
            self._fill(place, counter)
            counter += 1
        else:
            counter += 1 << place
        self._put(place, bytes(self._key_bytes))
        self._count(counter if not counter >> self._bits else 0)

    def _fill(self, place, counter):
        # what comes after this counter is one more one bit below its lowest
        parent = self._get(place)
        for at in range(place - 1, -1, -1):
            self._put(at, self._child(parent, counter | 1 << at))

    def _lowest(self, counter):
        place = 0
        while not counter >> place & 1:
            place += 1
        return place

    def _count(self, counter):
        for i in range(4):
            self.kept[i] = counter >> (24 - 8 * i) & 255

    def _get(self, place):
        start = 4 + place * self._key_bytes
        return bytes(self.kept[start : start + self._key_bytes])

    def _put(self, place, key):
        start = 4 + place * self._key_bytes
        self.kept[start : start + self._key_bytes] = key
