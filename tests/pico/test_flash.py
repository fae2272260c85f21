"""What the flash of an emulated board goes through: a damaged file system, and power cuts in the middle of a sale."""

from host_sim.rig.stage import Stage
from host_sim.rig.stage import test_pan as pan_of
from host_sim.store.schema import Payment
from tests.flows.drill import Drill

FILES, JOURNAL = "files", "journal"


async def test_a_damaged_file_system_is_not_formatted_and_the_journal_is_whole(stage: Stage, image):
    flash = stage.counter.nor.image
    files, journal = image.address(FILES), image.address(JOURNAL)
    sectors = {name: count * 4096 for name, (_, count) in image.partitions.items()}
    damage = bytes(range(256)) * 16  # where littlefs has its superblocks
    flash[files : files + 2 * len(damage)] = 2 * damage

    async def two_mornings():
        drill = Drill(stage)
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


async def test_power_cuts_in_a_sale_lose_nothing(stage: Stage):
    """Torn half way through a program, in the middle of a sale: what the card, the host and the till say agrees."""

    async def cuts():
        drill = Drill(stage)
        await stage.counter.power_on()
        await drill.idle()
        for write in (2,):
            stage.counter.nor.cut(write, "torn")
            await drill.pay(1000 * write)
            await drill.dark()
            await drill.boot()
        trace = await drill.sale(5100)
        await drill.person.pause(12)  # until the reversal that a cut has left is through
        rows = await drill.store.read(
            lambda session: [(one.trace, one.state, one.amount_fen) for one in session.query(Payment)]
        )
        return drill, rows, trace

    drill, rows, trace = await stage.act(cuts())
    drill.healthy()
    states = {one: state for one, state, _ in rows}
    assert states.pop(trace) == "approved"
    assert all(state in ("reversed", "declined") for state in states.values()), rows
    balance = 2_000_000 - 5100
    assert stage.host.issuer.balance_fen(pan_of(1)) == balance
