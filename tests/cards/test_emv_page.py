"""The table of docs/emv.md: what it names is there, and no step of the kernel is missing from it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TILL, UNIT = ROOT / "firmware/till", ROOT / "tests/unit"
NAME = re.compile(r"`([A-Za-z0-9_./]+\.py)`")
STEPS = TILL / "card/emv"
PARTS = {"dates.py", "requests.py", "state.py", "field_55.py", "check_card.py", "contact.py", "contactless.py"}
"""Of the kernel's folder, what is no requirement's own file."""


def table() -> list[list[str]]:
    text = (ROOT / "docs/emv.md").read_text(encoding="utf-8").split("## Requirement, file, test")[1].split("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]


def place(name: str, *folders: Path) -> Path | None:
    return next((path for folder in folders if (path := folder / name).is_file()), None)


def test_what_the_table_names_is_there():
    rows = table()
    assert len(rows) > 30 and all(len(row) == 4 for row in rows)
    missing = []
    for _, _, files, tests in rows:
        missing += [name for name in NAME.findall(files) if not place(name, STEPS, TILL, ROOT)]
        missing += [name for name in NAME.findall(tests) if not place(name, UNIT / "card", UNIT, ROOT)]
    assert not missing


def test_every_requirement_has_a_test():
    for requirement, _, _, tests in table()[1:]:
        assert NAME.search(tests) or "every one" in tests, requirement


def test_no_step_is_missing():
    named = {Path(name).name for row in table() for name in NAME.findall(row[2])} | PARTS
    assert {path.name for path in STEPS.glob("*.py")} - named == set()
