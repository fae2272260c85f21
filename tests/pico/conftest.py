"""An emulated Pico with the release image. What it takes `make test` makes; where it cannot, the tests say so."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from host_sim.rig.pico.image import Image
from host_sim.rig.stage import Past, Stage
from tests.pico_image import pico_image


@pytest.fixture(scope="session")
def image() -> Image:
    return pico_image()


async def morning(folder: Path, image: Image) -> Past:
    """A shop with two cards and a till that has its keys; nothing is sold yet."""
    async with Stage(folder, image=image) as stage:
        stage.issue("rich", 1, 2_000_000)
        await stage.act(stage.provision())
        return stage.past()


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory, image: Image) -> tuple[Path, Past]:
    folder = tmp_path_factory.mktemp("opened")
    return folder, asyncio.run(morning(folder, image))


@pytest.fixture
async def stage(opened: tuple[Path, Past], image: Image, tmp_path: Path) -> AsyncIterator[Stage]:
    """A world of its own that goes on from the morning; the power is off."""
    folder = tmp_path / "world"
    shutil.copytree(opened[0], folder)
    async with Stage(folder, past=opened[1], image=image) as stage:
        yield stage
