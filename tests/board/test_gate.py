"""A till with keys gives its prompt only to its manager, whatever is typed at it."""

import asyncio

import pytest

from host_sim.rig.pico.image import Image
from host_sim.rig.stage import MANAGER_PASSWORD, Stage
from tests.board.conftest import Desk
from tools.board_console import PASSWORD, connect
from tools.errors import ToolError


def typed(desk: Desk, data: bytes) -> bytearray:
    """What the board says to bytes, in a while of the world's time."""
    heard = bytearray()
    forward = desk.counter.console.heard

    def also(said: bytes) -> None:
        heard.extend(said)
        forward(said)

    desk.counter.console.heard = also
    desk.stage.world.poke(lambda: desk.counter.console.say(data))
    return heard


async def test_no_prompt_without_the_manager_s_password(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    stage: Stage = desk.stage
    await stage.act(stage.provision())
    await desk.power_on()
    await stage.act(stage.world.sleep(3_000_000))
    heard = typed(desk, b"\x03\x03\x04\r\x01print(6*7)\x04\r\nimport os\r\n\x05A\x01" + b"9" * 40 + b"\x03")
    await stage.act(stage.world.sleep(5_000_000))
    assert b"manager's password" in heard
    assert not any(word in bytes(heard) for word in (b"42", b">>>", b"raw REPL", b"MicroPython"))
    desk.counter.power_cut()

    def ask(password: str) -> str:
        monkeypatch.setenv(PASSWORD, password)
        with connect(desk.port) as console:
            return console.run("print(6*7)")

    await desk.power_on()
    with pytest.raises(ToolError, match="does not take this password"):
        await asyncio.to_thread(ask, "111111")
    assert await asyncio.to_thread(ask, MANAGER_PASSWORD) == "42"
    assert await asyncio.to_thread(ask, "nobody asks again") == "42"  # until the power goes
    desk.counter.power_cut()
    await desk.power_on()
    with pytest.raises(ToolError, match="does not take this password"):
        await asyncio.to_thread(ask, "222222")


def test_the_image_is_the_one_of_these_sources(image: Image):
    assert b"manager's password: " in image.firmware
