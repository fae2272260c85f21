"""`picotill flash` onto an emulated board, through its console: whole, and broken off at random moments."""

import random
from pathlib import Path

import pytest

from host_sim.rig.pico.image import Image
from tests.board.conftest import Desk
from tests.board.flash_reader import chosen_set, files
from tools.flash import changes
from tools.image.base_set import modules
from tools.image.boards import BOARDS


def tree(folder: Path, mark: str) -> dict[str, Path]:
    """The source tree with three modules changed: one at the bottom, one that it needs, and what the till shows."""
    known = dict(modules(BOARDS["pico"]))
    folder.mkdir()
    for name, old, new in (
        ("till.version", 'VERSION = "0.1.0"', f'VERSION = "0.1.0-{mark}"'),
        ("till.drivers.clock", '"""', f'"""Of {mark}. '),
        ("till.ui.answers", "not-provisioned|T62|终端未开通|", f"not-provisioned|T62|{mark}|"),
    ):
        text = known[name].read_text()
        assert old in text, name
        known[name] = folder / name
        known[name].write_text(text.replace(old, new, 1))
    return known


@pytest.mark.timeout(300)
async def test_broken_off_at_ten_random_moments_and_run_again(
    desk: Desk, image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    chance = random.Random(4)
    old, new = tree(tmp_path / "old", "A1"), tree(tmp_path / "new", "B2")
    monkeypatch.setattr(changes, "modules", lambda board: old)
    await desk.power_on()
    assert await desk.picotill("flash", "--port", desk.port) == 0
    assert "till 0.1.0-A1" in capsys.readouterr().out
    sent, written = desk.console.received, desk.counter.nor.programs + desk.counter.nor.erases
    before = chosen_set(files(desk.counter.nor, image, tmp_path))
    assert before[0].startswith("/set-") and before[1]

    monkeypatch.setattr(changes, "modules", lambda board: new)
    broken = 0
    for turn in range(10):
        if turn % 2:
            desk.counter.nor.cut(chance.randrange(1, written // 3), "torn")
        else:
            desk.console.cut_after = chance.randrange(1, sent // 3)
        broken += await desk.picotill("flash", "--port", desk.port)
        desk.counter.nor.cut(0, "torn")
        desk.console.cut_after = None
        if not desk.counter.powered:
            await desk.power_on()
        folder, whole = chosen_set(files(desk.counter.nor, image, tmp_path))
        assert whole, f"turn {turn}: the till would start with {folder}, which is not whole"
    assert broken >= 5

    assert await desk.picotill("flash", "--port", desk.port) == 0
    assert "till 0.1.0-B2" in capsys.readouterr().out
    after = chosen_set(files(desk.counter.nor, image, tmp_path))
    assert after[0] != before[0] and after[1]
    desk.counter.power_cut()
    await desk.power_on(developer=False)
    await desk.stage.act(desk.stage.person.sees("B2", "T62"))
