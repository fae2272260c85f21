"""The power goes at random points of a day, and nothing is lost."""

import os

import pytest

from tests.hil.cuts import OPENING_FEN, CutDay
from tests.hil.rigs import PICO, RIG, UNIX, WHOLE, stage_on

CUTS = {rig: int(os.environ.get("PICOTILL_CUTS") or usual) for rig, usual in ((UNIX, 40), (PICO, 2))}
SEED = int(os.environ.get("PICOTILL_SEED") or 1)
A_CUT_S = 60


@pytest.mark.timeout(120 + max(CUTS.values()) * A_CUT_S)
@pytest.mark.parametrize("rig", [RIG] if WHOLE else [UNIX])
async def test_power_cuts_at_random_points_of_a_day(rig, tmp_path, capsys):
    async with stage_on(rig, tmp_path) as stage:
        stage.issue("rich", 1, OPENING_FEN)
        await stage.act(stage.provision())
        day = CutDay(stage, SEED)
        await stage.act(day.play(CUTS[rig]))
    with capsys.disabled():
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(day.kinds.items()))
        told = ", ".join(f"{count} {name}" for name, count in sorted(day.told.items()))
        print(f"\n{day.cuts} power cuts on {rig} ({kinds}) in {len(day.sales)} sales; at boot: {told or 'nothing'}")
    assert day.cuts >= CUTS[rig]
