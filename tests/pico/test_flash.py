"""What the flash of an emulated board goes through: a damaged file system. Power cuts are in tests/hil."""

import pytest

from host_sim.rig.stage import Stage
from tests.flows.drill import Drill

FILES, JOURNAL = "files", "journal"


@pytest.mark.timeout(300)  # twenty seconds, on a machine that does nothing else
async def test_a_damaged_file_system_is_not_formatted_and_the_journal_is_whole(stage: Stage, image):
    flash = stage.counter.nor.image
    files, journal = image.address(FILES), image.address(JOURNAL)
    sectors = {name: count * 4096 for name, (_, count) in image.partitions.items()}
    damage = bytes(range(256)) * 16  # where littlefs has its superblocks
    flash[files : files + 2 * len(damage)] = 2 * damage

    async def two_mornings():
        drill = Drill(stage, wait_us=30_000_000)  # an emulated minute takes one of the wall
        await stage.counter.power_on()
        await drill.idle()
        voucher = await drill.sale(8800)
        stage.counter.power_cut()
        before = bytes(flash[journal : journal + sectors[JOURNAL]])
        await stage.counter.power_on()
        await drill.idle()
        said = await drill.query(voucher)
        drill.healthy()
        return before, said

    before, said = await stage.act(two_mornings())
    assert bytes(flash[files : files + 2 * len(damage)]) == 2 * damage
    kept = bytes(flash[journal : journal + sectors[JOURNAL]])
    written = [at for at in range(0, len(before), 256) if before[at : at + 256] != b"\xff" * 256]
    assert written, "the sale left nothing in the journal"
    assert all(kept[at : at + 256] == before[at : at + 256] for at in written)
    assert any("88.00" in line for line in said), said
