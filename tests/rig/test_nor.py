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


@pytest.mark.parametrize("seed", range(20))
def test_a_scattered_program_leaves_some_of_its_bits_anywhere(seed):
    flash = nor(seed)
    flash.cut(1, "scattered")
    with pytest.raises(PowerCut):
        flash.program(0, bytes(64))
    left = flash.read(0, 64)
    assert sum(byte not in (0x00, 0xFF) for byte in left) > 40 and flash.read(64, 192) == b"\xff" * 192


def test_a_scattered_erase_leaves_a_stretch_fallen_or_risen():
    seen = set()
    for seed in range(60):
        flash = nor(seed)
        for page in range(16):
            flash.program(page * 256, b"\x55" * 256)
        flash.cut(1, "scattered")
        with pytest.raises(PowerCut):
            flash.erase(0)
        seen |= set(flash.read(0, 4096))
    assert seen == {0x00, 0x55, 0xFF}


def test_unstable_bits_read_now_so_now_so_until_they_are_programmed_or_erased():
    found = 0
    for seed in range(40):
        flash = nor(seed)
        flash.noisy = True
        flash.cut(1, "torn")
        with pytest.raises(PowerCut):
            flash.program(0, bytes(16))
        reads = {flash.read(0, 16) for _ in range(40)}
        found += len(reads) > 1
        assert all(read[at] & ~flash.image[at] == 0 for read in reads for at in range(16))
        flash.program(0, bytes(16))
        assert {flash.read(0, 16) for _ in range(10)} == {bytes(16)} and not any(flash.unstable.values())
        flash.unstable = {3: 0x81}
        flash.erase(0)
        assert not flash.unstable and flash.read(0, 4096) == b"\xff" * 4096
    assert found > 25


def test_a_stuck_sector_keeps_what_it_holds():
    flash = nor()
    flash.program(0, b"\x12")
    flash.stuck = (0,)
    flash.program(0, b"\x00")
    flash.erase(0)
    flash.program(4096, b"\x00")
    assert flash.read(0, 2) == b"\x12\xff" and flash.read(4096, 1) == b"\x00"


def test_a_page_that_is_programmed_once_takes_no_second_program():
    flash = Nor(SIZE, Random(1), once=True)
    flash.program(256, b"\xf0")
    with pytest.raises(ValueError, match="erase its sector first"):
        flash.program(300, b"\x00")
    assert flash.faults == 1 and flash.read(256, 256) == b"\xf0" + b"\xff" * 255
    flash.cut(1, "torn")
    with pytest.raises(PowerCut):
        flash.program(512, bytes(9))
    with pytest.raises(ValueError):
        flash.program(512, bytes(9))  # a torn program is one
    flash.erase(0)
    flash.program(256, b"\x00")


def test_a_flipped_bit_and_a_snapshot():
    flash = nor()
    flash.program(0, b"\x0f")
    kept = flash.snapshot()
    flash.flip(0, 0x81)
    assert flash.read(0, 1) == b"\x8e"
    flash.restore(kept)
    assert flash.read(0, 1) == b"\x0f"


def test_a_history_played_again_gives_the_same_cells():
    flash = nor()
    flash.history = []
    for page in range(4):
        flash.program(page * 256, bytes([page]) * 9)
    flash.erase(4096)
    again = nor(9)
    for operation in flash.history:
        again.apply(operation)
    assert again.image == flash.image and again.programs == 0
