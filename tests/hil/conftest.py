"""The day at the counter: one till a rig, which goes from story to story."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.hil.day import Day, Days
from tests.hil.rigs import RIG, UNIX, open_shop, stage_on

PICTURES = Path(__file__).resolve().parents[2] / "build" / "hil"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def days(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Days]:
    """The day on the rig that was asked for, and on the unix port beside it; both start at nine."""
    async with AsyncExitStack() as counters:
        found = []
        for rig in dict.fromkeys((RIG, UNIX)):
            stage = await counters.enter_async_context(stage_on(rig, tmp_path_factory.mktemp(rig.replace("/", "-"))))
            await open_shop(stage)
            found.append(Day(rig, stage))
        yield Days(found, PICTURES)
