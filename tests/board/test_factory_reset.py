"""Back to the factory: refused while anything waits, on paper, gone from the flash, and cut short at every write."""

from pathlib import Path

from host_sim.rig.stage import MANAGER_PASSWORD, TERMINAL, Stage
from tests.flows.drill import Drill

RESET = ("menu", "6", "menu", "menu", "menu", "down", "down", "confirm")
SECTOR = 4096
OF_A_NOTE = 4  # operations: an erase, the note, its header, its mark; two notes, then nothing but erases
CUTS = ((2, "torn"), (4, "before"), (5, "torn"), (8, "after"), (9, "torn"), (150, "torn"))


class Owner:
    def __init__(self, stage: Stage):
        self.drill, self.person, self.counter = Drill(stage), stage.person, stage.counter
        stage.issue("rich", 1, 2_000_000)

    async def asks(self) -> None:
        await self.drill.idle()
        for key in RESET:
            await self.person.press(key)

    async def gives_password(self) -> None:
        await self.drill.sees("请输入主管密码")
        await self.person.type(MANAGER_PASSWORD)
        await self.person.press("confirm")
        await self.drill.sees("恢复出厂", "清除全部密钥")

    def left(self) -> list[int]:
        """Sectors that hold something."""
        flash = self.counter.nor.image
        return [at // SECTOR for at in range(0, len(flash), SECTOR) if flash[at : at + SECTOR] != b"\xff" * SECTOR]


async def test_refused_while_a_batch_is_open_then_everything_goes(tmp_path: Path):
    async with Stage(tmp_path) as stage:
        owner = Owner(stage)
        drill, person, slips = owner.drill, owner.person, stage.counter.printer.slips
        await stage.act(stage.provision())

        async def story() -> None:
            await drill.boot()
            await drill.sale(8800)
            await owner.asks()
            await drill.sees("T68")
            await person.press("confirm")
            await drill.settle()
            await owner.asks()
            await owner.gives_password()
            await person.press("cancel")
            await drill.idle()
            await owner.asks()
            await owner.gives_password()
            printed = len(slips)
            await person.press("confirm")
            await drill.sees("T62")
            (slip,) = slips[printed:]
            assert all(text in slip.text() for text in ("恢复出厂单", TERMINAL, stage.tmk_check, "已清除"))
            assert not owner.left()
            drill.healthy()

        await stage.act(story())


async def test_cut_short_it_has_not_begun_or_goes_on_by_itself(tmp_path: Path):
    async with Stage(tmp_path) as stage:
        owner = Owner(stage)
        drill, person, counter = owner.drill, owner.person, stage.counter
        await stage.act(stage.provision())
        whole = bytes(counter.nor.image)
        keyed = [at * SECTOR for at in owner.left() if at < 2]  # of the settings: where the keys are
        assert keyed

        async def cut(number: int, how: str) -> bool:
            """Whether the till still had its keys behind it; it has all of them or nothing."""
            counter.nor.image[:] = whole
            await drill.boot()
            await owner.asks()
            await owner.gives_password()
            drill.cut_at_write(number, how)
            await person.press("confirm")
            await drill.dark()
            if number > 2 * OF_A_NOTE:
                assert not [at for at in keyed if counter.nor.image[at : at + SECTOR] == whole[at : at + SECTOR]]
            await counter.power_on()
            await stage.world.until(lambda: person.reads("T62") or person.reads("已签到"), 100_000_000)
            kept = person.reads("已签到")
            assert kept or not owner.left(), (number, how, owner.left())
            counter.power_cut()
            return kept

        async def story() -> None:
            for number, how in CUTS:
                kept = await cut(number, how)
                assert kept == (number < OF_A_NOTE or how == "before"), (number, how)
            drill.healthy()

        await stage.act(story())
