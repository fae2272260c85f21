"""Numbers by chance, the same on both runtimes from one seed (xorshift32, Marsaglia 2003)."""


class Chance:
    """seed: int. The part of random.Random that the flash model and the script use."""

    def __init__(self, seed):
        self._state = (seed * 2654435761 + 0x9E3779B9) & 0xFFFFFFFF or 1
        for _ in range(4):
            self._next()

    def _next(self):
        state = self._state
        state = (state ^ state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        self._state = state = (state ^ state << 5) & 0xFFFFFFFF
        return state

    def randrange(self, begin, end=None):
        if end is None:
            begin, end = 0, begin
        return begin + self._next() % (end - begin)

    def getrandbits(self, count):
        number = 0
        for _ in range(0, count, 32):
            number = number << 32 | self._next()
        return number & ((1 << count) - 1)
