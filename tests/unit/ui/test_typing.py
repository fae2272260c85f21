from till.ui.canvas import Canvas
from till.ui.interact import Cancelled, TimedOut, Ui
from till.ui.strings import Strings
from till.ui.typing import ON_KEY, ask_text
from ui.fake_till import FakeCounter, FakeDisplay, keys


class Shown(Ui):
    def show(self, name, *data, **more):
        self.seen.append(data)
        super().show(name, *data, **more)


async def typed(presses, least=1, most=63):
    """What comes of the presses: the text, or the class of the exception; and what the screens showed last."""
    counter = FakeCounter(keys(presses) if isinstance(presses, str) else presses)
    ui = Shown(Canvas(FakeDisplay()), counter, counter, Strings("en"))
    ui.seen = []
    try:
        text = await ask_text(ui, "query", "enter-trace", least, most)
    except Cancelled as error:
        return type(error), ui
    return text, ui


async def test_the_same_key_changes_the_character_and_another_one_takes_it():
    assert (await typed("2 confirm"))[0] == "a"
    assert (await typed("2 2 2 3 confirm"))[0] == "cd"
    assert (await typed("2 2 2 2 confirm"))[0] == "2"
    assert (await typed("2 2 2 2 2 2 2 2 confirm"))[0] == "a"  # round once
    assert (await typed("2 down 2 2 confirm"))[0] == "ab"


async def test_a_second_takes_the_character():
    assert (await typed([(100, "2"), (900, "2"), (1100, "2"), (100, "confirm")]))[0] == "ba"


async def test_clear_takes_back_the_open_character_then_the_last_one():
    assert (await typed("2 3 clear 4 confirm"))[0] == "ag"
    assert (await typed("2 3 down clear 4 confirm"))[0] == "ag"
    assert (await typed("clear 2 confirm"))[0] == "a"


async def test_too_short_and_too_long():
    text, ui = await typed("2 confirm 3 confirm", least=2)
    assert text == "ad" and [data[4] for data in ui.seen].count(True) == 1
    assert (await typed("2 3 4 5 confirm", most=3))[0] == "adg"


async def test_cancel_and_nobody():
    assert (await typed("2 cancel"))[0] is Cancelled
    assert (await typed([]))[0] is TimedOut
    assert (await typed([(100, "2")]))[0] is TimedOut


async def test_the_end_of_a_long_text_is_shown():
    text, ui = await typed("2 down " * 20 + "3 confirm")
    assert text == "a" * 20 + "d"
    assert ui.seen[-1][2] == "a" * 14 + "d"


def test_every_printable_character_is_on_one_key():
    on_keys = "".join([ON_KEY[key] for key in ON_KEY])
    assert sorted(on_keys) == [chr(code) for code in range(32, 127)]
