"""A newer version of the till over the line, on the rig: fetched, proved by the board, mounted in its slot, and sold
with."""

from pathlib import Path

import pytest
from sqlalchemy import select

from host_sim.store.schema import TerminalSoftware
from tests.board.newer import NEWER, Maker, newer_tree
from tests.flows.drill import Drill
from tests.hil.rigs import PICO, RIG, UNIX, WHOLE, open_shop, stage_on
from tools.image.boards import BOARDS, FIRMWARE, image_folder

ITEM = ("menu", "6", "menu", "menu", "menu", "down", "confirm")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("rig", [RIG] if WHOLE else [UNIX])
async def test_update(rig: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    maker = Maker(tmp_path / "maker")
    base = image_folder(BOARDS[PICO]) if rig == PICO else FIRMWARE
    (tmp_path / "world").mkdir()
    path = maker.publish(newer_tree(tmp_path / "newer"), rig, base)
    async with stage_on(rig, tmp_path / "world", settings=maker.settings(), updates=maker.offers) as stage:
        await open_shop(stage)
        drill, counter, world = Drill(stage), stage.counter, stage.world
        took: dict[str, int] = {}

        async def version() -> str:
            await drill.idle()
            await drill.person.press("menu", "6", "7")
            lines = await drill.sees("版本", "picotill")
            await drill.person.press("cancel")
            return next(line.split()[1] for line in lines if "picotill" in line)

        async def booted() -> int:
            began = world.now_us
            await drill.idle()
            return (world.now_us - began) // 1000

        async def story() -> None:
            await counter.power_on()
            took["boot"] = await booted()
            assert await version() == "0.1.0"
            await drill.idle()
            for key in ITEM:
                await drill.person.press(key)
            began = world.now_us
            await drill.sees("终端升级", "正在重启")
            took["fetch"] = (world.now_us - began) // 1000
            await drill.dark()
            took["boot into it"] = await booted()
            assert await version() == NEWER
            reported = await drill.store.read(lambda session: session.scalars(select(TerminalSoftware)).one().version)
            assert reported == NEWER
            await drill.sale(8800)
            counter.power_cut()
            assert await drill.boot() == []
            assert await version() == NEWER
            drill.healthy()

        await stage.act(story())
    with capsys.disabled():
        figures = ", ".join(f"{name} {ms} ms" for name, ms in took.items())
        print(f"\nupdate of {path.stat().st_size} bytes on {rig}: {figures}")
