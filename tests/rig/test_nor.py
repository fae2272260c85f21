from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.rig.nor import Nor, PowerCut

SIZE = 4 * 4096


def nor(seed=1):
    return Nor(SIZE, Random(seed))


def test_a_new_chip_is_erased():
    assert nor().read(0, SIZE) == b"\xff" * SIZE


@pytest.mark.parametrize("size", [0, 4095, 5000, -4096])
def test_a_size_that_is_not_whole_sectors_is_refused(size):
    with pytest.raises(ValueError):
        Nor(size, Random(1))


@pytest.mark.parametrize(
    "address, data", [(0, b""), (0, bytes(257)), (255, bytes(2)), (SIZE - 1, bytes(2)), (-1, b"x")]
)
def test_a_program_outside_one_page_is_a_fault_and_changes_nothing(address, data):
    flash = nor()
    with pytest.raises(ValueError):
        flash.program(address, data)
    assert flash.faults == 1 and flash.programs == 0 and flash.read(0, SIZE) == b"\xff" * SIZE


@pytest.mark.parametrize("address", [1, 256, SIZE, -4096])
def test_an_erase_off_a_sector_is_a_fault(address):
    flash = nor()
    with pytest.raises(ValueError):
        flash.erase(address)
    assert flash.faults == 1 and flash.erases == 0


@pytest.mark.parametrize("address, count", [(0, SIZE + 1), (SIZE, 1), (-1, 1), (0, -1)])
def test_a_read_outside_is_a_fault(address, count):
    flash = nor()
    with pytest.raises(ValueError):
        flash.read(address, count)
    assert flash.faults == 1


def test_programs_and_and_erases_raise():
    flash = nor()
    flash.program(0x100, b"\xf0\x0f")
    flash.program(0x100, b"\x3c\xff")
    assert flash.read(0xFF, 4) == b"\xff\x30\x0f\xff"
    assert flash.rising == 1  # the second asked for bits that were down
    flash.erase(0)
    assert flash.read(0, 4096) == b"\xff" * 4096
    assert (flash.programs, flash.bytes_programmed, flash.erases) == (2, 4, 1)
    assert flash.sector_erases == [1, 0, 0, 0]


def test_a_whole_page_may_be_programmed():
    flash = nor()
    flash.program(256, bytes(range(256)))
    assert flash.read(256, 256) == bytes(range(256))


def test_operations_are_collected_when_asked_for():
    flash = nor()
    flash.program(0, b"a")
    flash.operations = []
    flash.program(1, b"bc")
    flash.erase(4096)
    assert flash.operations == [("program", 1, 2), ("erase", 4096, 4096)]


@pytest.mark.parametrize("how, expected", [("before", b"\xff"), ("after", b"\x00")])
def test_a_cut_before_and_after(how, expected):
    flash = nor()
    flash.cut(2, how)
    flash.program(0, b"\x12")
    with pytest.raises(PowerCut):
        flash.program(1, b"\x00")
    assert flash.read(0, 2) == b"\x12" + expected
    flash.program(2, b"\x00")  # one cut only: the next life goes on


def test_a_cut_counts_erases_too():
    flash = nor()
    flash.program(0, bytes(256))
    flash.cut(1, "after")
    with pytest.raises(PowerCut):
        flash.erase(0)
    assert flash.read(0, 4096) == b"\xff" * 4096


def test_a_planned_cut_can_be_taken_back():
    flash = nor()
    flash.cut(1, "before")
    flash.cut(0, "before")
    flash.program(0, b"\x00")
    assert flash.read(0, 1) == b"\x00"


@pytest.mark.parametrize("after, how", [(1, "sideways"), (-1, "torn")])
def test_a_senseless_cut_is_refused(after, how):
    with pytest.raises(ValueError):
        nor().cut(after, how)


def test_a_torn_program_leaves_a_prefix_and_one_half_programmed_byte():
    tears, partial = set(), 0
    for seed in range(300):
        flash = nor(seed)
        flash.cut(1, "torn")
        with pytest.raises(PowerCut):
            flash.program(0, bytes(16))
        left = flash.read(0, 16)
        done = len(left) - len(left.lstrip(b"\x00"))
        tears.add(done)
        assert left[done + 1 :] == b"\xff" * (15 - done)
        partial += done < 16 and left[done] not in (0x00, 0xFF)
    assert len(tears) >= 15 and partial > 200


def test_a_torn_erase_raises_some_bits_and_clears_none():
    results = set()
    for seed in range(50):
        flash = nor(seed)
        for page in range(16):
            flash.program(page * 256, b"\x55" * 256)
        flash.cut(1, "torn")
        with pytest.raises(PowerCut):
            flash.erase(0)
        left = flash.read(0, 4096)
        results.add(left)
        assert left != b"\x55" * 4096 and all(byte & 0x55 == 0x55 for byte in left)
        assert flash.read(4096, 4096) == b"\xff" * 4096
    assert len(results) == 50


def test_the_same_seed_tears_the_same_way():
    images = []
    for _ in range(2):
        flash = nor(7)
        flash.cut(1, "torn")
        with pytest.raises(PowerCut):
            flash.program(0, bytes(256))
        images.append(bytes(flash.image))
    assert images[0] == images[1]


def test_saved_and_loaded_it_is_the_same_and_another_size_is_refused(tmp_path):
    flash = nor()
    flash.program(5, b"till")
    flash.save(tmp_path / "flash.bin")
    again = nor()
    again.load(tmp_path / "flash.bin")
    assert again.image == flash.image
    with pytest.raises(ValueError, match="use the file of this board"):
        Nor(4096, Random(1)).load(tmp_path / "flash.bin")
    assert [entry.name for entry in tmp_path.iterdir()] == ["flash.bin"]


programs = st.lists(st.tuples(st.integers(0, 63), st.integers(0, 255), st.binary(min_size=1, max_size=64)), max_size=20)


@given(programs, st.integers(0, 20), st.sampled_from(["before", "torn", "after"]), st.integers(0, 1000))
def test_programming_only_ever_clears_bits(steps, after, how, seed):
    flash = nor(seed)
    flash.cut(after, how)
    expected = bytearray(flash.image)
    for page, offset, data in steps:
        before = int.from_bytes(flash.image, "big")
        data = data[: 256 - offset]
        address = page * 256 + offset
        torn = False
        try:
            flash.program(address, data)
        except PowerCut:
            torn = True
        assert int.from_bytes(flash.image, "big") & ~before == 0
        if torn:
            expected[:] = flash.image
        else:
            for index, byte in enumerate(data):
                expected[address + index] &= byte
            assert flash.image == expected
