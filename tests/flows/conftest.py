"""Tills that are ready to work: provisioned, signed on, two sales taken. Prepared once, copied for every test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from host_sim.rig.stage import Past, Stage
from tests.flows.drill import Drill


class Prepared(NamedTuple):
    """folder: the databases. past: the rest of the world. slips: texts of what was printed."""

    folder: Path
    past: Past
    slips: tuple[str, ...]


async def _prepare(folder: Path) -> Prepared:
    async with Stage(folder) as stage:
        stage.issue("rich", 1, 2_000_000)
        stage.issue("third", 2, 800_000)
        await stage.act(stage.provision())
        drill = Drill(stage)
        await stage.act(_morning(drill))
        slips = tuple(slip.text() for slip in stage.counter.printer.slips)
        return Prepared(folder, stage.past(), slips)


async def _morning(drill: Drill) -> None:
    """Voucher 1 is 88.00, voucher 2 is 51.00; both slips are printed."""
    assert await drill.boot() == []
    await drill.sale(8800)
    await drill.sale(5100)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return asyncio.run(_prepare(tmp_path_factory.mktemp("prepared")))


@pytest.fixture
async def stage(prepared: Prepared, tmp_path: Path) -> AsyncIterator[Stage]:
    """A world of its own that goes on from the prepared one; the power is off."""
    folder = tmp_path / "world"
    shutil.copytree(prepared.folder, folder)
    async with Stage(folder, past=prepared.past) as stage:
        yield stage


@pytest.fixture
def drill(stage: Stage, prepared: Prepared) -> Drill:
    return Drill(stage, prepared.slips)
