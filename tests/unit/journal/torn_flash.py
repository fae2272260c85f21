"""A NOR flash in memory that tears, for both runtimes.

Every program and erase is kept, so that one run of a day gives all its power cuts: the flash as it was before the n-th
operation, with that operation not begun, torn or done.
"""

SECTOR, PAGE = 4096, 256
BEFORE, TORN, AFTER = "before", "torn", "after"


def _trimmed(block, offset, data):
    """A program without the FFs around what it changes: a history of marks stays small."""
    first, last = 0, len(data)
    while last and data[last - 1] == 0xFF:
        last -= 1
    while first < last and data[first] == 0xFF:
        first += 1
    return block, offset + first, bytes(data[first:last])


class Random:
    """xorshift32: the same numbers on both runtimes."""

    def __init__(self, seed):
        self._state = (seed * 2654435761 + 1) & 0xFFFFFFFF or 1

    def below(self, limit):
        state = self._state
        state = (state ^ state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        self._state = state = (state ^ state << 5) & 0xFFFFFFFF
        return state % limit


class TornFlash:
    """MicroPython's extended block device over `sectors` of 4096 bytes. Bits only fall, an erase raises a sector's.

    history: a list here collects every operation as (sector, offset, data), an erase as (sector, -1, None).
    stuck: sectors whose bits do not fall. unstable: address -> bits that a tear left reading now 1, now 0, until they
    are programmed or erased; noise: a Random for them, None where tears leave no such bits.
    """

    def __init__(self, sectors, image=None):
        self.sectors = sectors
        self.image = bytearray(sectors * SECTOR)
        self.restore(image)
        self.programs = self.erases = self.pages_read = self.bytes_read = 0
        self.sector_erases = [0] * sectors
        self.history = None
        self.stuck = ()
        self.noise = None

    def restore(self, image=None):
        """The cells as in `image`, or blank; nothing unstable."""
        for sector in range(self.sectors):
            begin = sector * SECTOR
            self.image[begin : begin + SECTOR] = image[begin : begin + SECTOR] if image else b"\xff" * SECTOR
        self.unstable = {}

    def readblocks(self, block, into, offset=0):
        at = block * SECTOR + offset
        assert offset + len(into) <= SECTOR
        into[:] = self.image[at : at + len(into)]
        for address in self.unstable:
            if at <= address < at + len(into):
                into[address - at] &= ~(self.unstable[address] & self.noise.below(256)) & 0xFF
        self.pages_read += 1
        self.bytes_read += len(into)

    def writeblocks(self, block, data, offset=0):
        assert offset % PAGE + len(data) <= PAGE
        if self.history is not None:
            self.history.append(_trimmed(block, offset, data))
        self.programs += 1
        if block not in self.stuck:
            self._fall(block * SECTOR + offset, data, len(data))

    def ioctl(self, op, arg):
        if op == 4:
            return self.sectors
        if op == 5:
            return SECTOR
        assert op == 6
        if self.history is not None:
            self.history.append((arg, -1, None))
        self.erases += 1
        self.sector_erases[arg] += 1
        self._rise(arg)
        return 0

    def _rise(self, sector):
        self.image[sector * SECTOR : (sector + 1) * SECTOR] = b"\xff" * SECTOR
        for address in list(self.unstable):
            if address // SECTOR == sector:
                del self.unstable[address]

    def _fall(self, at, data, count):
        image = self.image
        for index in range(count):
            if data[index] != 0xFF:
                image[at + index] &= data[index]
                if at + index in self.unstable:
                    self.unstable[at + index] &= data[index]

    def apply(self, operation, how=AFTER, random=None):
        """One operation of another flash's history on this one's image, done or torn."""
        block, offset, data = operation
        if how == BEFORE:
            return
        if how == AFTER:
            if data is None:
                self._rise(block)
            else:
                self._fall(block * SECTOR + offset, data, len(data))
        elif data is None:
            self._tear_erase(block * SECTOR, random)
        else:
            self._tear_program(block * SECTOR + offset, data, random)

    def _tear_program(self, at, data, random):
        """A prefix is done; of the next byte that changes, only some bits have fallen."""
        changing = [index for index in range(len(data)) if data[index] != 0xFF]
        if not changing:
            return
        done = changing[random.below(len(changing))]
        self._fall(at, data, done)
        self.image[at + done] &= data[done] | random.below(256)
        if self.noise is not None:
            for index in range(done, min(done + 3, len(data))):
                self.unstable[at + index] = self.image[at + index] & ~data[index] & random.below(256)

    def _tear_erase(self, at, random):
        """A stretch of the sector where some bits have risen, all have, or (chips do that first) all have fallen."""
        begin = random.below(SECTOR)
        if random.below(3) == 0:
            begin = 0
        end = begin + 1 + random.below(SECTOR - begin)
        how = random.below(3)
        for index in range(at + begin, at + end):
            if how == 0:
                self.image[index] = 0xFF
            elif how == 1:
                self.image[index] |= random.below(256)
            else:
                self.image[index] = 0
