"""Every error that a person gets to see says what to do next: in the sources, and on the till's screen."""

import ast
import re
from pathlib import Path

import pytest

from till.ui import answers

ROOT = Path(__file__).parents[2]
SHOWN = ("SupplyError", "SettingsError", "VaultError", "BusError")  # one text: what is wrong, then what to do
WITH_ADVICE = ("ToolError", "FontsError", "FolderError")  # two texts
VERBS = frozenset(
    """answer apt-get ask begin call check choose close compare confirm correct decide export free freeze give import
    insert install load look lower make mend name open pip play plug present provision put read replace run save
    see send set settle shorten show start take tell try update use wait write""".split()
)
# What the screen's English advice begins with besides, when nothing is left to be done, or the till does it by itself.
TOLD = (
    "no money moved", "nothing to do", "nothing is left", "being reversed", "do not repeat", "sent when link",
    "reversed.",
)  # fmt: skip
MORE_VERBS = frozenset("contact continue enter keep restart sign stop tap upload".split())


class Texts(ast.NodeVisitor):
    """Calls that make an error, with the texts of their arguments; {} stands for what is known only at run time."""

    def __init__(self, file: Path):
        self.file = file
        self.names: dict[str, list[str]] = {}
        self.found: list[tuple[str, int, list[list[str]]]] = []
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self.names.setdefault(node.targets[0].id, []).extend(self.texts(node.value, False))
        self.visit(tree)

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in SHOWN + WITH_ADVICE:
            if not any(isinstance(argument, ast.Starred) for argument in node.args):  # those are of an error walked too
                self.found.append((name, node.lineno, [self.texts(argument) for argument in node.args]))
        self.generic_visit(node)

    def texts(self, node: ast.expr, names: bool = True) -> list[str]:
        """All texts that an expression may be."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            return ["".join(map(str, parts))]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return [self.filled(text, values) for text in self.texts(node.left)]
        if isinstance(node, ast.BoolOp | ast.IfExp):
            ways = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return [text for way in ways for text in self.texts(way, names)]
        if isinstance(node, ast.Name) and names:
            return self.names.get(node.id, [])
        return []

    def filled(self, text: str, values: list[ast.expr]) -> str:
        known = iter([(self.texts(value) or ["{}"])[0] for value in values])
        return re.sub(r"%[sdXr]", lambda _: next(known, "{}"), text)


def shown() -> list:
    found = []
    for folder in ("tools", "host_sim", "firmware"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            where = str(file.relative_to(ROOT))
            found += [
                pytest.param(name, arguments, id=f"{where}:{line}") for name, line, arguments in Texts(file).found
            ]
    return found


def begins_with_verb(text: str) -> bool:
    """Whether it tells somebody to do something: `run ...`, `on Debian: run ...`, `{}: pip install ...`."""
    words = re.sub(r"[`'\"]", "", text).strip().lower().split()
    return bool(words) and words[0].rstrip(",:") in VERBS


def says_what_to_do(text: str) -> bool:
    """The advice stands behind a colon or a semicolon."""
    return any(begins_with_verb(part) for part in re.split(r"[:;] ", text)[1:])


@pytest.mark.parametrize(("name", "arguments"), shown())
def test_error_says_what_to_do_next(name, arguments):
    if name in WITH_ADVICE:
        if len(arguments) == 1:
            pytest.fail(f"{name} with one text: give what happened, and what to do")
        advice = arguments[1]
        assert all(begins_with_verb(text) for text in advice), f"begin with what to do, not {advice}"
        return
    (texts,) = arguments or ([],)
    assert texts, f"{name} without words: say what is wrong, and behind a colon what to do"
    for text in texts:
        assert says_what_to_do(text), f"behind a colon say what to do: {text}"


def test_errors_are_found_at_all():
    kinds = [param.values[0] for param in shown()]
    assert {"ToolError", "SupplyError", "SettingsError", "VaultError", "BusError"} <= set(kinds) and len(kinds) > 35


@pytest.mark.parametrize("text", ["no file", "no file: it is gone", "no file x: {}", ""])
def test_a_text_without_advice_is_caught(text):
    assert not says_what_to_do(text)


ROWS = [line.split("|") for block in answers.BLOCKS for line in block.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_answer_on_the_screen_says_what_to_do_next(row):
    key, _, zh_cause, zh_advice, en_cause, en_advice = row
    assert all((zh_cause, zh_advice, en_cause, en_advice)), f"{key} lacks a cause or an advice"
    advice = en_advice.replace("/", " ").lower()
    verbs = VERBS | MORE_VERBS
    told = any(advice.startswith(words) for words in TOLD)
    assert told or advice.split()[0].rstrip(",") in verbs, f"{key}: '{en_advice}' does not say what to do"
