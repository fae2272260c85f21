"""A board on the desk: an emulated Pico whose developer's pin is held, its USB console on a port of this machine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from host_sim.rig.pico.image import Image
from host_sim.rig.pico.supply import PicoSupply
from host_sim.rig.pico.tcp_console import TcpConsole
from host_sim.rig.stage import MANAGER_PASSWORD, Stage
from tests.pico_image import pico_image
from tools import cli
from tools.board_console import PASSWORD

PACE = 20.0


class Desk:
    """stage: paced, for the tools live by the wall's clock. port: of the board's console."""

    def __init__(self, stage: Stage, console: TcpConsole, port: int):
        self.stage, self.console, self.counter = stage, console, stage.counter
        self.port = f"socket://127.0.0.1:{port}"

    async def power_on(self, developer: bool = True) -> None:
        supply = self.counter.supply
        assert isinstance(supply, PicoSupply)
        supply.developer, supply.usb = developer, True
        await self.stage.act(self.counter.power_on())

    async def picotill(self, *arguments: str) -> int:
        """A command line, as a person gives it. Its exit status."""
        return await asyncio.to_thread(cli.run, list(arguments))


@pytest.fixture(scope="session")
def image() -> Image:
    return pico_image()


@pytest.fixture
async def desk(image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv(PASSWORD, MANAGER_PASSWORD)
    folder = tmp_path / "world"
    folder.mkdir()
    async with Stage(folder, image=image, pace=PACE) as stage:
        console = TcpConsole(stage.counter)
        port = await console.open()
        yield Desk(stage, console, port)
        await console.close()
