"""What the simulation is worth: it finds defects that are planted. All of them: `make simulate-defects`."""

import pytest

from tools.simulate.defects import DEFECTS, planted
from tools.simulate.defences import hunt
from tools.simulate.judge import DUPLICATED, STUCK, UNBALANCED

TOWNS = 8
FOUND_AS = {
    "a payment is sent before its record says so": DUPLICATED,
    "an unanswered sale is not reversed": DUPLICATED,
    "the host has no unique key": DUPLICATED,
    "the host books nothing": UNBALANCED,
    "the till takes nothing": STUCK,
}


@pytest.mark.parametrize("name", FOUND_AS)
async def test_it_is_found(prepared, tmp_path, name):
    defect = next(defect for defect in DEFECTS if defect.name == name)
    found = await hunt(prepared, defect, 1, 0, TOWNS, tmp_path)
    assert found.verdict is not None and found.verdict.kind == FOUND_AS[name], found


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_it_can_be_planted_in_what_the_code_says_today(tmp_path, defect):
    with planted(defect, tmp_path) as firmware:
        assert (firmware / "main.py").exists()
