"""A fault that leaves the till: written down without a word of its own, shown, and after a few of them the till stands
still until somebody asks for another try."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from host_sim.rig.stage import Stage
from tests.board.newer import newer_tree
from tests.flows.drill import Drill

DIAGNOSTICS = ("menu", "6", "9")
QUIET_US = 130_000_000
SAID = "6292520000000000019"  # what the fault says of itself: no record may quote it
AT_START = {"till/app.py": ("    till.work.set()\n", f'    raise ValueError("{SAID}")\n')}
IN_A_TASK = {
    "till/flows/waiting.py": (
        "    failures = 0\n", "    if not till.devices.crashes.last():\n        raise KeyError(1)\n    failures = 0\n",
    )
}  # fmt: skip


@asynccontextmanager
async def faulty(folder: Path, changes: Mapping[str, tuple[str, str]]) -> AsyncIterator[Stage]:
    """A shop whose till has a defect."""
    async with Stage(folder) as stage:
        await stage.act(stage.provision())
        assert stage.counter.supply is not None
        stage.counter.supply.firmware = newer_tree(folder / "firmware", "0.1.1", changes)
        yield stage


async def test_a_row_of_faults_stops_the_till_and_it_says_so(tmp_path: Path):
    async with faulty(tmp_path, AT_START) as stage:
        drill, counter = Drill(stage), stage.counter

        async def stands_still(faults: int) -> None:
            await stage.world.until(lambda: len(counter.deaths) == faults, QUIET_US)
            await drill.sees("反复故障", "T98")
            await stage.world.sleep(QUIET_US)
            await drill.sees("反复故障", "T98")
            assert len(counter.deaths) == faults

        async def story() -> None:
            await counter.power_on()
            await stands_still(5)
            assert all("ValueError app.py:" in fell and SAID not in fell for fell in counter.deaths)
            flash = bytes(counter.nor.image)
            assert flash.count(b"ValueError app.py:") == 5 and SAID.encode() not in flash
            counter.power_cut()
            await counter.power_on()
            await stands_still(5)
            await drill.person.press("confirm")  # as many tries as before
            await stands_still(10)

        await stage.act(story())


async def test_a_fault_in_a_task_is_the_till_s_and_its_diagnostics_show_it(tmp_path: Path):
    async with faulty(tmp_path, IN_A_TASK) as stage:
        drill, counter = Drill(stage), stage.counter

        async def shown(row: int) -> None:
            await drill.idle()
            for key in DIAGNOSTICS:
                await drill.person.press(key)
            await drill.sees("终端检查", "RAM")
            for text in ("NFC", "LOG", "TMK", "TDK"):
                await drill.person.press("confirm")
                await drill.sees(text)
            await drill.person.press("confirm")
            await drill.sees("故障记录", str(row), "KeyError", "waiting.py:")
            await drill.person.press("confirm")

        async def story() -> None:
            await counter.power_on()
            await drill.idle()
            (fell,) = counter.deaths
            assert "KeyError waiting.py:" in fell
            await shown(1)
            await drill.idle()
            await stage.world.sleep(QUIET_US)
            await shown(0)  # it has run steadily; the fault is still told

        await stage.act(story())
