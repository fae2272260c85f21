"""The settings vault on a small NOR flash that tears: at every byte the old or the new, never anything else."""

from binascii import crc32

from checks import raises
from till.keys.vault import MOST_BYTES, Vault, VaultError

SECRET = bytes(range(100, 120))


class PowerCut(Exception):
    """The power went in the middle of a flash operation."""


class Flash:
    """Two 4096-byte sectors; power fails after `left` more bytes programmed or erased (None: never)."""

    def __init__(self):
        self.sectors = [bytearray(b"\xff" * 4096), bytearray(b"\xff" * 4096)]
        self.left = None
        self.scatters = False
        self.seed = 1
        self.erases = 0
        self.programs = 0

    def copy(self):
        other = Flash()
        other.sectors = [bytearray(sector) for sector in self.sectors]
        return other

    def _random(self):
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return self.seed >> 16 & 255

    def readblocks(self, block, buf, offset=0):
        assert offset + len(buf) <= 4096
        buf[:] = self.sectors[block][offset : offset + len(buf)]

    def writeblocks(self, block, buf, offset):
        assert len(buf) == 256 and offset % 256 == 0, "whole pages only"
        self.programs += 1
        sector = self.sectors[block]
        for i in range(256):
            if self.left is not None:
                if self.left == 0:
                    # the byte at the tear, or all from there on, keeps some of its bits
                    for j in range(i, 256 if self.scatters else i + 1):
                        sector[offset + j] &= buf[j] | self._random()
                    raise PowerCut
                self.left -= 1
            sector[offset + i] &= buf[i]

    def ioctl(self, op, block):
        assert op == 6
        self.erases += 1
        sector = self.sectors[block]
        if self.left is not None and self.left < 4096:
            for i in range(4096):  # a partly erased sector: some bits have risen
                if i < self.left or self._random() & 1:
                    sector[i] |= self._random() if i >= self.left else 255
            raise PowerCut
        if self.left is not None:
            self.left -= 4096
        sector[:] = b"\xff" * 4096
        return 0


def filled(*settings):
    flash = Flash()
    for plain in settings:
        Vault(flash, SECRET).write(plain)
    return flash


def test_damage_and_wrong_secret():
    for count in (1, 2, 3):
        flash = filled(*[b"settings %d" % i for i in range(count)])
        error = raises(VaultError, Vault(flash, bytes(20)).read)
        assert "another board" in str(error) and "provision" in str(error)
    flash = filled(b"settings")
    for position in tuple(range(48)) + (256, 271):
        hurt = flash.copy()
        hurt.sectors[0][position] ^= 0x10
        error = raises(VaultError, Vault(hurt, SECRET).read)
        assert "provision" in str(error), position
    junk = Flash()
    junk.sectors[0][:] = bytes(4096)
    raises(VaultError, Vault(junk, SECRET).read)


def test_altered_with_matching_checksum_is_refused():
    for position, reason in ((256, "altered"), (8, "altered"), (12, "altered"), (4, "format 3")):
        flash = filled(b"settings of the till, two blocks")
        sector = flash.sectors[0]
        sector[position] ^= 2
        crc = crc32(bytes(sector[256:288]), crc32(bytes(sector[:44])))
        sector[44:48] = bytes([crc >> shift & 255 for shift in (24, 16, 8, 0)])
        assert reason in str(raises(VaultError, Vault(flash, SECRET).read))


def test_sizes():
    flash = Flash()
    vault = Vault(flash, SECRET)
    assert vault.read() is None
    for size in (1, 15, 16, 17, 255, 256, 257, 1000, MOST_BYTES):
        plain = bytes([(i * 31 + size) & 255 for i in range(size)])
        vault.write(plain)
        assert vault.read() == plain
        assert Vault(flash, SECRET).read() == plain
    assert MOST_BYTES == 3500
    raises(VaultError, vault.write, b"")
    raises(VaultError, vault.write, bytes(3501))
    assert Vault(flash, SECRET).read() == plain


def test_sectors_take_turns():
    flash = Flash()
    for i in range(6):
        Vault(flash, SECRET).write(b"%d" % i)
        assert flash.erases == i + 1
        assert Vault(flash, SECRET).read() == b"%d" % i
    flash.sectors[1][:] = b"\xff" * 4096
    assert Vault(flash, SECRET).read() == b"4"


def test_older_one_serves_when_the_newer_is_damaged():
    flash = filled(b"old", b"new")
    flash.sectors[1][256] ^= 4
    assert Vault(flash, SECRET).read() == b"old"
    Vault(flash, SECRET).write(b"newer")
    assert Vault(flash, SECRET).read() == b"newer"


def test_nothing_in_clear_and_no_repeats():
    plain = b"TMK CA5D92598DCA48CE" * 20
    flash = filled(plain, plain)
    image = bytes(flash.sectors[0]) + bytes(flash.sectors[1])
    assert image.find(b"CA5D92598DCA48CE") < 0
    assert flash.sectors[0][256:272] != flash.sectors[1][256:272]
    blocks = [image[i : i + 16] for start in (256, 4352) for i in range(start, start + 400, 16)]
    assert len(set(blocks)) == len(blocks)


def _torn(start, old, new, points):
    # cut the power at each point, then boot and provision once more
    for point in points:
        flash = start.copy()
        flash.left = point
        flash.seed = point + 1
        flash.scatters = bool(point & 1)
        try:
            Vault(flash, SECRET).write(new)
            done = True
        except PowerCut:
            done = False
        flash.left = None
        found = Vault(flash, SECRET).read()
        assert found == new if done else found in (old, new), point
        assert Vault(flash, SECRET).read() == found, point
        Vault(flash, SECRET).write(b"after the cut")
        assert Vault(flash, SECRET).read() == b"after the cut", point


def _operation_bytes(start, new):
    flash = start.copy()
    flash.left = 1 << 20
    Vault(flash, SECRET).write(new)
    return (1 << 20) - flash.left


def test_torn_at_every_byte():
    old, new = b"old settings" * 10, b"new settings" * 25
    start = filled(b"oldest" * 20, old)
    total = _operation_bytes(start, new)
    assert total == 4096 + 2 * 256 + 2 * 256  # erase, cipher text, header, mark
    _torn(start, old, new, range(4096, total + 1))
    _torn(start, old, new, range(0, 4096, 97))


def test_torn_first_write_leaves_a_blank_till():
    start = Flash()
    new = b"first settings"
    _torn(start, None, new, range(4096, _operation_bytes(start, new) + 1, 3))
    assert Vault(start, SECRET).read() is None


def test_torn_largest():
    start = filled(b"old")
    new = bytes([i * 13 & 255 for i in range(MOST_BYTES)])
    total = _operation_bytes(start, new)
    _torn(start, b"old", new, range(4096, total + 1, 251))


def test_torn_mark_is_finished():
    flash = filled(b"old", b"new")
    flash.sectors[1][48:64] = b"\xff" * 7 + b"\x5a" + b"\xff" * 8
    programs = flash.programs
    assert Vault(flash, SECRET).read() == b"new"
    assert flash.programs == programs + 1
    assert flash.sectors[1][48:64] == bytes(16)
    flash.sectors[1][48:64] = b"\xff" * 16
    assert Vault(flash, SECRET).read() == b"old"


def test_flash_that_does_not_keep():
    flash = filled(b"old")

    def stuck(block, buf, offset):
        return None

    flash.writeblocks = stuck
    error = raises(VaultError, Vault(flash, SECRET).write, b"new")
    assert "replace the board" in str(error)
    assert Vault(flash, SECRET).read() == b"old"
