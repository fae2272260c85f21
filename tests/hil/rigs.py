"""The rigs that the suite runs on: which till stands on the counter, and the world around it."""

import os
from pathlib import Path
from typing import Any

import pytest

from host_sim.rig.stage import Past, Stage
from tests.pico_image import pico_image

UNIX, PICO = "unix", "pico"
RIG = os.environ.get("PICOTILL_RIG") or PICO
"""unix or pico; `make hil RIG=...` sets it."""
WHOLE = "PICOTILL_RIG" in os.environ
"""Without `make hil` an emulated board, which is slow, plays only the first stories (BRIEF) and no cuts."""
BRIEF = ("boot", "contactless")
PURSES = {"rich": (101, 2_000_000), "poor": (102, 5_000)}
"""Cards: number of the test account (the low ones are personas), and what is on it in fen."""


def stage_on(rig: str, folder: Path, past: Past | None = None, **more: Any) -> Stage:
    """A counter with that rig's till, in a folder of its own that there is already. past, more: see Stage."""
    if rig == UNIX:
        return Stage(folder, past=past, **more)
    if rig == PICO:
        return Stage(folder, past=past, image=pico_image(), **more)
    raise pytest.UsageError(f"RIG={rig}: choose unix or pico; a board on a port cannot be played yet")


async def open_shop(stage: Stage) -> None:
    """Two customers with their cards, and a till that has its keys; its power is off."""
    for name, (number, balance_fen) in PURSES.items():
        stage.issue(name, number, balance_fen)
    await stage.act(stage.provision())
