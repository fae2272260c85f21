"""A newer version of the till over the line, on the laptop's board: fetched, put off, broken off, refused, and run."""

from pathlib import Path

import pytest
from sqlalchemy import select

from host_sim.acquirer.updates import Offers, UpdateFileError, load
from host_sim.rig.stage import Stage
from host_sim.store.schema import TerminalSoftware
from tests.board.newer import NEWER, Maker, newer_tree
from tests.flows.drill import Drill
from tools import cli
from tools.image.boards import FIRMWARE

UPDATE, VERSION = ("menu", "6", "menu", "menu", "menu", "down", "confirm"), ("menu", "6", "7")
PUT_OFF_US = 900_000_000
SHUT = ("终端升级", "正在重启")
BROKEN = {"till/ui/screens/service.py": ('"""The screens between', 'import nowhere\n"""The screens between')}


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newer_tree(tmp_path_factory.mktemp("newer") / "firmware")


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path / "maker")


class Counter:
    """A till on the counter that takes updates, with what people do there."""

    def __init__(self, stage: Stage):
        self.stage, self.drill, self.person = stage, Drill(stage), stage.person
        stage.issue("rich", 1, 2_000_000)

    async def morning(self) -> None:
        await self.stage.act(self.stage.provision())
        await self.stage.act(self.drill.boot())

    async def item(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            await self.person.press(key)

    async def version(self) -> str:
        """As the till's menu tells it."""
        await self.drill.idle()
        await self.item(VERSION)
        lines = await self.drill.sees("版本", "picotill")
        await self.person.press("cancel")
        await self.drill.idle()
        return next(line.split()[1] for line in lines if "picotill" in line)

    async def reported(self) -> str:
        """As the host has heard it at the last sign-on."""
        return await self.drill.store.read(lambda session: session.scalars(select(TerminalSoftware)).one().version)

    async def refused(self, code: str) -> None:
        """The menu's item ends with that code, and the till works on with its old version."""
        await self.drill.idle()
        await self.item(UPDATE)
        await self.drill.sees(code)
        await self.person.press("confirm")
        await self.drill.idle()


def at_work(folder: Path, maker: Maker, **settings: object) -> Stage:
    (folder / "world").mkdir(exist_ok=True)
    return Stage(folder / "world", settings={**maker.settings(), **settings}, updates=maker.offers)


async def test_taken_by_hand_reported_at_sign_on_and_tried(tmp_path: Path, maker: Maker, newer: Path):
    maker.publish(newer)
    async with at_work(tmp_path, maker) as stage:
        counter = Counter(stage)
        await counter.morning()

        async def story() -> None:
            drill = counter.drill
            assert await counter.version() == "0.1.0" == await counter.reported()
            await counter.item(UPDATE)
            await drill.sees("终端升级", "0.1.0", NEWER, "%")
            await drill.sees(*SHUT)
            await drill.idle()
            assert await counter.version() == NEWER == await counter.reported()
            await counter.item(("menu", "6"))
            await drill.sees("1 新签到")
            await counter.person.press("cancel")
            await drill.sale(5100)
            await counter.item(UPDATE)
            await drill.sees("已是最新版本")
            drill.counter.power_cut()
            assert await drill.boot() == []
            assert await counter.version() == NEWER  # and no longer on trial
            await drill.settle()
            drill.healthy()

        await stage.act(story())


async def test_by_itself_put_off_by_a_key_and_gone_on_with_after_a_power_cut(tmp_path: Path, maker: Maker, newer: Path):
    maker.publish(newer)
    async with at_work(tmp_path, maker) as stage:
        counter = Counter(stage)
        await counter.morning()
        parts: list[int] = []
        offers = stage.host.desk.updates
        named = offers.named
        offers.named = lambda name: parts.append(1) or named(name)

        async def story() -> None:
            drill, person = counter.drill, counter.person
            voucher = await drill.sale(8800)  # the host asks with its signed answer, the till waits for a quiet time
            await drill.sees("终端升级", "%")
            await person.press("5")
            await drill.idle()
            put_off = len(parts)
            await drill.sale(5100)
            await person.sees("终端升级", "%", within_us=PUT_OFF_US)
            drill.cut_at_write(4, "torn")
            await drill.dark()
            fetched = len(parts)
            assert fetched > put_off
            await drill.boot()
            parts.clear()
            await drill.sale(1900)
            await drill.sees(*SHUT)
            await drill.idle()
            assert await counter.version() == NEWER
            assert any("88.00" in line for line in await drill.query(voucher))
            assert len(parts) + fetched < 2 * len(load(next(maker.offers.iterdir())).body) / 480
            drill.healthy()

        await stage.act(story())


async def test_refused_while_a_payment_waits_and_taken_once_it_is_through(tmp_path: Path, maker: Maker, newer: Path):
    maker.publish(newer)
    async with at_work(tmp_path, maker) as stage:
        counter = Counter(stage)
        await counter.morning()

        async def story() -> None:
            drill = counter.drill
            before = len(drill.responses("0230"))
            drill.lose("0230")
            await drill.offline_sale(2300)
            drill.link.up = True
            await drill.sees("网络正常", "请输入收款金额")
            await counter.item(UPDATE)
            await drill.sees("U08")
            await counter.person.press("confirm")
            drill.tap.calm()
            await drill.answered("0230", before + 1)
            await drill.idle()
            await counter.item(UPDATE)
            await drill.sees(*SHUT)
            await drill.idle()
            assert await counter.version() == NEWER
            drill.healthy()

        await stage.act(story())


async def test_what_is_wrong_with_an_update_is_said_and_nothing_changes(tmp_path: Path, maker: Maker, newer: Path):
    right = maker.publish(newer)
    async with at_work(tmp_path, maker) as stage:
        counter = Counter(stage)
        await counter.morning()
        package = load(right)
        desk = stage.host.desk
        writes = stage.counter.nor.programs

        async def story() -> None:
            for offered, code in (
                (package._replace(signature=bytes(256)), "U03"),
                (package._replace(signature=package.signature[:-1]), "U03"),
                (package._replace(version=999), "U03"),  # what is signed is the version too
            ):
                desk.updates.best = lambda *asked, offered=offered: offered
                await counter.refused(code)
            assert stage.counter.nor.programs == writes
            assert await counter.version() == "0.1.0"

        await stage.act(story())


async def test_one_that_does_not_start_is_left_and_not_taken_again(tmp_path: Path, maker: Maker):
    maker.publish(newer_tree(tmp_path / "firmware", changes=BROKEN))
    async with at_work(tmp_path, maker) as stage:
        counter = Counter(stage)
        await counter.morning()

        async def story() -> None:
            drill = counter.drill
            await counter.item(UPDATE)
            await drill.sees(*SHUT)
            await drill.idle()
            assert await counter.version() == "0.1.0" == await counter.reported()
            await counter.refused("U06")
            (fell,) = stage.counter.deaths
            assert "ImportError" in fell
            stage.counter.deaths.clear()
            await drill.sale(8800)
            drill.healthy()

        await stage.act(story())


def test_the_command_line_makes_signs_and_shows_one(
    tmp_path: Path, newer: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    key, path = tmp_path / "key.pem", tmp_path / "new.update"
    assert cli.run(["update", "key", "--key", str(key)]) == 0
    said = capsys.readouterr().out
    assert '"update_key": "' in said and key.stat().st_mode & 0o777 == 0o600
    assert cli.run(["update", "key", "--key", str(key)]) == 1  # never over another
    build = ["update", "build", str(path), "--board", "unix", "--base", str(FIRMWARE), "--source"]
    assert cli.run([*build, str(newer)]) == 0
    assert "2 modules" in capsys.readouterr().out
    with pytest.raises(UpdateFileError, match="not signed"):
        Offers.of(tmp_path)
    assert cli.run(["update", "sign", str(path), "--key", str(key)]) == 0
    assert cli.run(["update", "show", str(path)]) == 0
    assert f"version {NEWER} for unix" in capsys.readouterr().out.splitlines()[-1]
    assert Offers.of(tmp_path).newest == 2000
    assert cli.run([*build, str(FIRMWARE)]) == 1
    assert "nothing differs" in capsys.readouterr().err
    cases = (("till/journal/book.py", "till.journal.book"), ("boot.py", "boot"), ("till/app.py", "version"))
    for changed, text in cases:
        tree = tmp_path / changed.replace("/", "-")
        tree.mkdir()
        other = newer_tree(tree / "firmware")
        if text == "version":
            (other / "till/version.py").write_text((FIRMWARE / "till/version.py").read_text())
        with open(other / changed, "a") as file:
            file.write("\nX = 1\n")
        assert cli.run([*build, str(other)]) == 1
        assert text in capsys.readouterr().err
    path.write_bytes(path.read_bytes()[:-1])
    assert cli.run(["update", "show", str(path)]) == 1
