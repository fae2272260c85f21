"""docs/states.md names a test for every rule: the files and the tests that it names are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE[PAGE.index("| rule |") :].splitlines()[2:]
    if line.startswith("|")
]


def test_every_rule_has_its_code_and_its_test():
    assert len(ROWS) > 30
    for rule, places, tests in ROWS:
        for place in re.findall(r"`([^`]+)`", places):
            found = [ROOT / place, ROOT / "firmware" / place, ROOT / "firmware/till" / place]
            assert any(path.is_file() for path in found), (rule, place)
        files = re.findall(r"`([^`]+\.py)`", tests)
        assert files, rule
        source = "".join((ROOT / "tests" / file).read_text(encoding="utf-8") for file in files)
        for name in re.findall(r"\btest_\w+", re.sub(r"`[^`]+`", "", tests)):
            assert f"def {name}(" in source, (rule, name)
