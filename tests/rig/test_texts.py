"""The texts of the till, seen from outside: what its flows ask for exists, and a person at the counter can read it."""

import ast
from pathlib import Path

import pytest

from host_sim.rig.screen import load_glyphs, read_text
from till.slip import labels
from till.ui import answers, strings
from till.ui.canvas import Canvas
from till.ui.screens.catalogue import screen
from till.ui.strings import Strings

TILL = Path(__file__).parents[2] / "firmware" / "till"
ANSWERED = ("Stopped", "message", "result", "show_answer")  # calls whose first argument names an answer
TITLED = {"ask_amount": 1, "ask_digits": 2, "choose": 1}  # calls whose first arguments name texts
DRAWN = ("show", "confirm")  # calls whose first argument names a screen


def rows(blocks):
    return [line.split("|") for block in blocks for line in block.strip("\n").split("\n")]


def constants(node):
    """The strings an argument can be: a constant, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def calls():
    """(file, line, name called, argument index, string) for every string argument in the firmware's own calls."""
    for path in sorted(TILL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                for index, argument in enumerate(node.args):
                    for text in constants(argument):
                        yield path.name, node.lineno, name, index, text


def test_every_answer_that_is_asked_for_exists():
    known = {row[0] for row in rows(answers.BLOCKS)}
    missing = [call for call in calls() if call[2] in ANSWERED and call[3] == 0 and call[4] not in known]
    assert missing == []


def test_every_text_that_is_asked_for_exists():
    known = {row[0] for row in rows(strings.BLOCKS)}
    assert [call for call in calls() if call[3] < TITLED.get(call[2], 0) and call[4] not in known] == []


def test_every_screen_that_is_asked_for_exists():
    for *where, name, index, text in calls():
        if name in DRAWN and index == 0:
            assert callable(screen(text)), (where, text)


def pixels(canvas):
    return [bytes(canvas.buffer[(y >> 3) * 128 + x] >> (y & 7) & 1 for x in range(128)) for y in range(64)]


class Display:
    def __init__(self):
        self.buffer = bytearray(1024)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_person_reads_what_the_till_writes(language):
    glyphs = load_glyphs()
    column = 1 + strings.LANGUAGES.index(language)
    texts = {row[column] for row in rows(strings.BLOCKS)}
    for row in rows(answers.BLOCKS):
        texts |= {part for text in row[2 * column : 2 * column + 2] for part in text.split("/")}
    for text in sorted(texts):
        canvas = Canvas(Display())
        canvas.text(0, 0, text)
        canvas.right(1, text)
        canvas.center(2, text)
        canvas.invert(2)
        read = read_text(pixels(canvas), glyphs)
        assert [line.strip() for line in read] == [text.strip()] * 3 + [""], text


def test_a_result_is_read_off_the_screen():
    canvas = Canvas(Display())
    screen("result")(canvas, Strings("zh"), *answers.answer("zh", "51"))
    read = [line.strip() for line in read_text(pixels(canvas), load_glyphs())]
    assert read == ["余额不足", "请换卡或", "减少金额", "代码 51"]


def test_the_rig_has_a_glyph_for_every_label_on_paper():
    glyphs = load_glyphs()
    for row in rows(labels.BLOCKS):
        assert [character for text in row[1:] for character in text if glyphs.bitmap(character) is None] == []
