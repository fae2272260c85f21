from till.ui.canvas import Canvas
from till.ui.interact import CONFIRM_MS, MESSAGE_MS, PIN_MS, RESULT_MS, Cancelled, TimedOut, Ui
from till.ui.screens.catalogue import screen
from till.ui.strings import Strings
from ui.fake_till import FakeCounter, FakeDisplay, keys


class FakeBuzzer:
    def __init__(self):
        self.levels = []

    def drive(self, level):
        self.levels.append(level)


class Shown(Ui):
    """A Ui that remembers which screens were shown."""

    def show(self, name, *data, **more):
        self.seen.append((name,) + data)
        super().show(name, *data, **more)


def till(presses="", buzzer=None):
    counter = FakeCounter(keys(presses) if presses and isinstance(presses, str) else presses)
    ui = Shown(Canvas(FakeDisplay()), counter, counter, Strings("zh"), buzzer)
    ui.seen = []
    return ui


async def refused(exception, coroutine):
    try:
        await coroutine
    except exception as error:
        return error
    raise AssertionError("not raised")


async def test_cancel_and_timeout():
    error = await refused(Cancelled, till("cancel").confirm("details", "sale", 8800))
    assert not isinstance(error, TimedOut)
    ui = till()
    await refused(TimedOut, ui.confirm("details", "sale", 8800))
    assert ui.clock.now_ms == CONFIRM_MS
    for start in ("5 cancel", "clear clear cancel", "confirm cancel"):
        await refused(Cancelled, till(start).ask_amount("sale"))
        await refused(Cancelled, till(start).ask_pin(8800))
        await refused(Cancelled, till(start).ask_digits("void", "enter-trace", 6))
    await refused(Cancelled, till("up cancel").choose("menu", ("sale", "void")))


async def test_key_waits_for_keys_signals_or_time():
    ui = till("7 confirm")
    assert await ui.key(50) is None and ui.clock.now_ms == 50
    assert await ui.key(0) is None and ui.clock.now_ms == 50
    assert await ui.key(1000) == "7" and ui.clock.now_ms == 100
    ui.clock.other_at_ms = 150
    assert await ui.key(1000, (ui.clock.other,)) is ui.clock.other
    ui.clock.now_ms = 300  # the key and the signal are there: the person comes first
    assert await ui.key(0, (ui.clock.other,)) == "confirm"
    assert await ui.key(0, (ui.clock.other,)) is ui.clock.other


async def test_a_release_does_not_lengthen_the_time():
    ui = till([(400, None), (400, None), (400, "5")])
    assert await ui.key(1000) is None
    assert ui.clock.now_ms == 1000
    assert await ui.key(1000) == "5"
    assert ui.clock.now_ms == 1200


async def test_confirm():
    ui = till("5 clear confirm")
    assert await ui.confirm("details", "sale", 8800) is True
    assert ui.seen == [("details", "sale", 8800)]


async def test_an_amount_grows_from_the_right():
    assert await till("1 2 3 confirm").ask_amount("sale") == 123
    assert await till("8 8 00 confirm").ask_amount("sale") == 8800
    assert await till("1 2 3 clear clear confirm").ask_amount("sale") == 1
    assert await till("5 confirm").ask_amount("sale", initial="8") == 85
    assert await till("9 9 9 9 9 9 9 9 9 9 9 9 confirm").ask_amount("sale") == 999999999999
    assert await till("up menu 7 confirm").ask_amount("sale") == 7


async def test_an_amount_of_nothing_or_too_much_is_refused_with_a_message():
    ui = till([(100, "0"), (100, "confirm"), (MESSAGE_MS + 100, "4"), (100, "confirm")])
    assert await ui.ask_amount("sale") == 4
    assert ("result", "金额不能为零", "请输入金额", "T11") in ui.seen
    ui = till([(100, "5"), (100, "00"), (MESSAGE_MS + 100, "0"), (100, "confirm")])
    assert await ui.ask_amount("sale", max_fen=499) == 50
    assert [shown[1] for shown in ui.seen if shown[0] == "result"] == ["超出终端限额"]
    ui = till([(50, key) for key in "9999999999999"] + [(MESSAGE_MS + 100, "confirm")])
    assert await ui.ask_amount("sale") == 999999999999


async def test_digits():
    assert await till("0 00 0 1 2 confirm").ask_digits("void", "enter-trace", 6) == "000012"
    assert await till("1 2 3 4 clear 5 confirm").ask_digits("void", "enter-trace", 4) == "1235"
    assert await till("1 2 3 00 4 5 confirm").ask_digits("void", "enter-trace", 4) == "1234"
    ui = till("1 confirm 2 3 4 confirm")
    assert await ui.ask_digits("void", "enter-password", 6, masked=True, least=4) == "1234"
    assert ui.seen[2][-1] is True and ui.seen[3][-1] is False  # too short is said until the next key


async def test_pin():
    assert await till("1 2 3 4 5 6 confirm").ask_pin(188800) == bytearray(b"123456")
    assert await till("1 2 3 4 5 6 7 00 confirm").ask_pin(188800) == bytearray(b"123456")
    assert await till("1 2 clear 3 4 5 clear clear 0 9 confirm").ask_pin(188800) == bytearray(b"1309")
    assert await till("1 2 3 confirm 4 confirm").ask_pin(188800) == bytearray(b"1234")
    ui = till("1 2 3 4")
    await refused(TimedOut, ui.ask_pin(188800))
    assert ui.clock.now_ms == 400 + PIN_MS


async def test_the_screen_never_gets_the_pin():
    ui = till("8 6 4 2 confirm")
    assert await ui.ask_pin(188800) == bytearray(b"8642")
    for shown in ui.seen:
        assert shown[:2] == ("enter_pin", 188800) and len(shown) == 4 and shown[3] is False
    assert [shown[2] for shown in ui.seen] == [0, 1, 2, 3, 4]


async def test_choose():
    items = ("sale", "void", "refund", "print", "manage")
    assert await till("3").choose("menu", items) == 2
    assert await till("down down confirm").choose("menu", items) == 2
    assert await till("up confirm").choose("menu", items) == 4
    assert await till("menu confirm").choose("menu", items) == 3
    assert await till("menu menu confirm").choose("menu", items) == 0
    assert await till("0 9 00 clear 5").choose("menu", items) == 4
    try:
        await till("1").choose("menu", ())
        assert False, "an empty menu"
    except ValueError:
        pass


async def test_messages_end_by_key_or_time():
    buzzer = FakeBuzzer()
    ui = till("cancel", buzzer)
    await ui.message("password-wrong")
    assert ui.clock.now_ms < MESSAGE_MS and buzzer.levels == [1, 0]
    await ui.result("51")
    assert buzzer.levels == [1, 0] * 3
    assert ui.seen[-1] == ("result", "余额不足", "请换卡或/减少金额", "51")
    silent = till()
    await silent.result("no-link")
    assert silent.clock.now_ms == RESULT_MS


async def test_a_screen_may_be_a_function():
    ui = till("confirm")
    ui.show(screen("locked"))
    ui.show(lambda canvas, strings, text: canvas.text(0, 0, text), "A")
    assert any(ui.canvas.buffer[:8]) and not any(ui.canvas.buffer[8:128])
