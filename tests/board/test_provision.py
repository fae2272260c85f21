"""`picotill provision` and `picotill diagnose` on an emulated board, broken off and run again; then a sale."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from host_sim.rig.pico.image import SECTOR, Image
from host_sim.rig.stage import EMAIL, MANAGER_PASSWORD, MERCHANT, MERCHANT_FIELDS, SETTINGS, TERMINAL
from tests.board.conftest import Desk
from tests.board.test_gate import typed
from tools.errors import ToolError
from tools.provision import completed, read

BROKEN_OFF = 4


async def settings(desk: Desk, folder: Path, **changed: Any) -> Path:
    enrolled = await desk.stage.host.enroll(MERCHANT_FIELDS, TERMINAL, MERCHANT, EMAIL)
    path = folder / "till.json"
    path.write_text(json.dumps({**SETTINGS, **enrolled, **changed}))
    return path


@pytest.mark.timeout(300)
async def test_broken_off_at_random_moments_and_run_again(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    chance = random.Random(2)
    path = await settings(desk, tmp_path)
    await desk.power_on()
    assert await desk.picotill("diagnose", "--port", desk.port) == 0
    assert "settings: none" in capsys.readouterr().out
    broken = 0
    for turn in range(BROKEN_OFF):
        if turn % 2:
            desk.counter.nor.cut(chance.randrange(1, 8), "torn")
        else:
            desk.console.cut_after = chance.randrange(200, 3_000)
        broken += await desk.picotill("provision", "--port", desk.port, "--settings", str(path))
        desk.counter.nor.cut(0, "torn")
        desk.console.cut_after = None
        if not desk.counter.powered:
            await desk.power_on()
    assert broken >= BROKEN_OFF // 2
    capsys.readouterr()

    assert await desk.picotill("provision", "--port", desk.port, "--settings", str(path)) == 0
    said = capsys.readouterr().out
    given = json.loads(path.read_text())
    assert f"check value {given['tmk_check'].upper()}" in said and TERMINAL in said
    assert await desk.picotill("diagnose", "--port", desk.port) == 0
    said += capsys.readouterr().out
    assert f"check value {given['tmk_check'].upper()}" in said and "0 offline payments and 0 others" in said
    for secret in (*given["tmk_components"], MANAGER_PASSWORD):
        assert secret.lower() not in said.lower()

    desk.counter.power_cut()
    await desk.power_on(developer=False)
    await desk.stage.act(desk.stage.person.sees("已签到", "请输入收款金额"))
    heard = typed(desk, b"\x03\x03\x04\r\x01print(6*7)\x04\r\nimport os\r\n\x05A\x01")
    await desk.stage.act(desk.stage.world.sleep(3_000_000))
    assert not heard and desk.stage.person.reads("已签到"), bytes(heard)  # while the till runs there is no prompt


async def test_wrong_settings_are_named_and_nothing_is_written(
    desk: Desk, image: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    await desk.power_on()
    path = await settings(desk, tmp_path, tmk_check="00000000")
    assert await desk.picotill("provision", "--port", desk.port, "--settings", str(path)) == 1
    assert "check value is" in capsys.readouterr().err
    first = image.address("settings")
    assert desk.counter.nor.image[first : first + 2 * SECTOR] == b"\xff" * 2 * SECTOR


def test_what_the_file_leaves_out_is_made_or_asked_for():
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return f"answer {len(asked)}"

    done = completed({"merchant_name": "示范"}, ask, lambda: 1_800_000_000.5)
    assert done["merchant_gbk"] == "示范".encode("gb2312").hex()
    assert set(done["glyphs"]) == set("示范") and done["provisioned_at"] == 1_800_000_000
    assert done["tmk_components"] == ["answer 1", "answer 2"] and done["manager_password"] == "answer 3"
    assert completed(done, ask) == done and len(asked) == 3
    blocked = completed({"merchant_name": "Shop", "tmk_block": "D0112"}, ask)
    assert blocked["kbpk_components"] == ["answer 4", "answer 5"] and "tmk_components" not in blocked
    assert "key block" in asked[3] and "password" in asked[5]
    with pytest.raises(ToolError, match="GB2312"):
        completed({"merchant_name": "😀"}, ask)


def test_a_file_that_is_none_says_what_to_do(tmp_path: Path):
    for text in ("{", "[]"):
        (tmp_path / "till.json").write_text(text)
        with pytest.raises(ToolError, match="holds no"):
            read(tmp_path / "till.json")
    with pytest.raises(ToolError, match="cannot be read"):
        read(tmp_path / "nothing.json")
