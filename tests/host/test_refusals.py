"""Whatever a merchant's page is refused is said in Chinese too."""

import ast
from pathlib import Path

import pytest

from host_sim.console.refusals import OTHER, words_of

ROOT = Path(__file__).parents[2] / "host_sim"
ERRORS = ("ModeError", "StatementError", "QuestionError", "OrderError", "ContactError")


def raised():
    """Every text that those errors are raised with, a 7 in the place of each value."""
    found = set()
    for path in (*(ROOT / "settlement").rglob("*.py"), *(ROOT / "merchant").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                found.add(": ".join(_text(part) for part in node.args))
    return sorted(found)


def _text(node):
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    return _text(node.left) if isinstance(node, ast.BinOp) else "7"


def test_there_is_something_to_say():
    assert len(raised()) > 20


@pytest.mark.parametrize("text", raised())
def test_every_refusal_has_chinese_words(text):
    words = words_of(Exception(text))
    assert words["zh"] != OTHER, f"give it Chinese words in host_sim/console/refusals.py: {text}"
    assert words["en"] == f"Not done: {text}." and not set("abcdefgh") & set(
        words["zh"].replace("fonts-wqy-microhei", "").replace("https", "").replace("PDF", "")
    )


def test_what_nobody_knows_yet_is_said_all_the_same():
    assert words_of(ValueError("x"))["zh"] == OTHER
