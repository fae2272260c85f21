"""Lists on flash: hostile flash first, then what is kept over power cuts."""

from checks import raises
from till.card.parameters import APPLICATION, CA_KEY, REVOKED, Parameters
from till.card.sealed_list import ENTRIES_MOST, PLAIN_MOST, ListError, SealedList
from till.card.tlv import build

SECRET = bytes(range(32))
SIZE = 512


class Flash:
    """Four small erase blocks. writes_left: the power goes after so many operations."""

    def __init__(self):
        self.image = bytearray(b"\xff" * (4 * SIZE))
        self.writes_left = 1_000_000

    def ioctl(self, op, arg):
        if op == 4:
            return 4
        if op == 5:
            return SIZE
        self._spend()
        self.image[arg * SIZE : (arg + 1) * SIZE] = b"\xff" * SIZE
        return 0

    def _spend(self):
        if not self.writes_left:
            raise OSError(5)
        self.writes_left -= 1

    def readblocks(self, block, into, offset=0):
        start = block * SIZE + offset
        assert offset + len(into) <= SIZE
        into[:] = self.image[start : start + len(into)]

    def writeblocks(self, block, data, offset=0):
        assert offset // 256 == (offset + len(data) - 1) // 256
        self._spend()
        for at, byte in enumerate(data):
            self.image[block * SIZE + offset + at] &= byte


def opened(flash, secret=SECRET):
    found = SealedList(flash, secret)
    found.open()
    return found


def written(flash, entries):
    writer = opened(flash).begin()
    for kind, data in entries:
        writer.add(kind, data)
    writer.commit()


def all_of(sealed):
    return [(sealed.places[at][0], sealed.entry(at)) for at in range(len(sealed.places))]


FIRST = [(1, b"first" * 30), (2, b""), (3, b"x" * 17)]
SECOND = [(2, b"second" * 20)]


def test_an_empty_flash_is_an_empty_list():
    assert opened(Flash()).places == []


def test_any_flipped_bit_is_noticed():
    flash = Flash()
    written(flash, FIRST)
    whole = bytes(flash.image)
    for at in range(0, 600, 7):
        flash.image[:] = whole
        flash.image[at] ^= 0x10
        sealed = opened(flash)
        for number in range(len(sealed.places)):
            try:
                assert sealed.entry(number) == FIRST[number][1]
            except ListError:
                pass
    flash.image[:] = whole
    flash.image[256 + 24] ^= 1
    raises(ListError, opened(flash).entry, 0)


def test_another_board_reads_nothing():
    flash = Flash()
    written(flash, FIRST)
    assert opened(flash, bytes(32)).places == []
    assert b"first" not in flash.image


def test_what_does_not_fit_is_refused():
    writer = opened(Flash()).begin()
    raises(ListError, writer.add, 1, bytes(PLAIN_MOST + 1))
    writer.add(1, bytes(400))
    raises(ListError, writer.add, 1, bytes(400))
    for _ in range(ENTRIES_MOST):
        try:
            writer.add(1, b"")
        except ListError:
            break
    else:
        assert False


def test_after_a_power_cut_it_is_the_one_list_or_the_other():
    whole = 0
    for cut in range(40):
        flash = Flash()
        written(flash, FIRST)
        flash.writes_left = cut
        try:
            written(flash, SECOND)
        except OSError:
            pass
        flash.writes_left = 1_000_000
        found = all_of(opened(flash))
        assert found in (FIRST, SECOND)
        whole += found == SECOND
        written(flash, SECOND)
        assert all_of(opened(flash)) == SECOND
    assert 0 < whole < 40


def test_parameters_are_read_back_and_damaged_ones_do_not_count():
    flash = Flash()
    parameters = Parameters(flash, SECRET)
    parameters.open()
    assert not parameters.kept and len(parameters.aids()) == 3
    writer = parameters.begin()
    writer.add(APPLICATION, build([(0x9F06, b"\xa0\x00\x00\x03\x33\x01\x01\x06"), (0xDF01, b"\x01")]))
    writer.add(APPLICATION, b"\x9f\x06\x01\x00")
    writer.add(CA_KEY, build([(0x9F06, b"\xa0\x00\x00\x03\x33"), (0x9F22, b"\xe2")]))
    writer.add(REVOKED, build([(0xDF0A, b"\xa0\x00\x00\x03\x33\xe2\x12\x34\x56"), (0xDF0A, b"short")]))
    parameters.commit(writer)
    again = Parameters(flash, SECRET)
    again.open()
    assert [aid.name[-1] for aid in again.aids()] == [6]
    store = again.store(b"\x26\x11\x23")
    assert store.ca_key(b"\xa0\x00\x00\x03\x33", 0xE2) is None  # no modulus: it does not count
    assert store.revoked(b"\xa0\x00\x00\x03\x33", 0xE2, b"\x12\x34\x56")
    assert not store.revoked(b"\xa0\x00\x00\x03\x33", 0xE2, b"\x12\x34\x57")


def test_a_board_without_the_partition_has_what_is_built_in():
    parameters = Parameters(None, SECRET)
    parameters.open()
    assert not parameters.can_keep and not parameters.kept and len(parameters.aids()) == 3
