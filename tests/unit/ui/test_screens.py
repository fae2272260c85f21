import binascii
import hashlib

from checks import raises
from till.ui import answers
from till.ui.canvas import Canvas
from till.ui.screens.catalogue import screen
from till.ui.strings import Strings, UiError
from ui.fake_till import FakeDisplay

LOCAL = (2026, 11, 23, 9, 3, 11)
MENU = ["1234567890123", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
SCREENS = (
    ("idle", "示范便利店", True, True, 0, LOCAL),
    ("idle", "示范便利店", True, False, 500, LOCAL),
    ("idle", "示范便利店", False, False, 0, None),
    ("enter_amount", "sale", 0),
    ("enter_amount", "refund", 999999999999),
    ("details", "sale", 8800),
    ("details", "void", 8800, 12),
    ("present_card", "sale", 8800),
    ("present_card", "sale", 8800, "present-again", True),
    ("present_card", "sale", 999999999999, "swipe-chip"),
    ("reading_card", "sale", 8800, True),
    ("enter_pin", 8800, 3, False, "PIN tries: 2"),
    ("reading_card", "sale", 8800),
    ("enter_pin", 188800, 6),
    ("enter_pin", 188800, 2, True),
    ("processing", "sale", 8800),
    ("processing", "sign-on", None, "connecting"),
    ("processing", "reversal", 8800, "reversing"),
    ("approved", "sale", 8800, 12, "A12345"),
    ("approved", "void", 8800, 12),
    ("approved", "refund", 8800, 12, "", "REMARK"),
    ("offline", 8800, 13, True),
    ("offline", 8800, 13, False),
    ("notice", "sign-on", "signing-on", "please-wait"),
    ("notice", "restored", "please-wait"),
    ("question", "slip-missing", "print-question", 8800, 12),
    ("question", "settle", "continue-settle"),
    ("enter_digits", "void", "enter-password", "123456", True),
    ("enter_digits", "void", "enter-trace", "000012", False),
    ("enter_digits", "void", "enter-trace", "", False, True),
    ("menu", "menu", MENU, 0),
    ("menu", "menu", MENU, 9),
    ("printing",),
    ("printing", "customer-copy"),
    ("printing", "step-print"),
    ("tear_off",),
    ("settle_progress", "step-totals"),
    ("settle_progress", "step-upload", 3, 12),
    ("settle_progress", "step-upload", 500, 500),
    ("settle_result", 1, 18800, 3, 8800, 1, 2),
    ("settle_result", 2, 1234567890, 500, 0, 0, 2),
    ("settle_result", 3, 0, 0, 0, 0, 2),
    ("locked",),
)


def draw(language, name, *data):
    canvas = Canvas(FakeDisplay())
    screen(name)(canvas, Strings(language), *data)
    return canvas


def digest(canvas):
    return str(binascii.hexlify(hashlib.sha256(canvas.buffer).digest()[:8]), "ascii")


def line(canvas, number):
    return bytes(canvas.buffer[number * 256 : (number + 1) * 256])


def text_line(text, column=0):
    canvas = Canvas(FakeDisplay())
    canvas.text(column, 0, text)
    return line(canvas, 0)


def test_an_unknown_screen_is_an_error():
    for name in ("", "no_such", "parts", "money", "width", "__name__"):
        assert raises(UiError, screen, name).args == ("no screen", name)
    assert screen(draw) is draw


def test_every_screen_has_its_glyphs_in_both_languages():
    for language in ("zh", "en"):
        pictures = set()
        for name, *data in SCREENS:
            canvas = draw(language, name, *data)
            assert canvas.missing == 0, name
            pictures.add(digest(canvas))
        assert len(pictures) == len(SCREENS)  # no two screens look the same


def test_screens_look_as_they_were_accepted():
    """Hashes of pictures that a person has looked at. After a wanted change look again, then put the new ones here."""
    for expected, language, name, *data in (
        ("c006206b4ba0b7f6", "zh", "idle", "示范便利店", True, True, 0, LOCAL),
        ("d071b6afbcd1e070", "zh", "details", "sale", 8800),
        ("44036ba82179eac6", "en", "enter_pin", 188800, 4),
        ("b7286179505733f1", "en", "menu", "Menu", MENU, 1),
        ("8a39c503aaaebefc", "zh", "result") + answers.answer("zh", "51"),
        ("6d9ebddf7f936030", "zh", "settle_result", 1, 18800, 3, 8800, 1, 2),
    ):
        assert digest(draw(language, name, *data)) == expected, (name, digest(draw(language, name, *data)))


def test_idle_says_what_waits():
    canvas = draw("zh", "idle", "示范便利店", True, False, 500, LOCAL)
    assert line(canvas, 1) == text_line("待传500 网络断开")
    assert line(canvas, 2) == text_line("2026-11-23 09:03")
    canvas = draw("zh", "idle", "示范便利店", False, True, 0, None)
    assert line(canvas, 1) == text_line("未签到  网络正常")
    assert line(canvas, 2) == text_line("时间未设置", 3)
    assert line(canvas, 3) == text_line("请按菜单签到", 2)


def test_an_amount_is_never_cut():
    canvas = draw("en", "details", "sale", 999999999999)
    assert line(canvas, 2) == text_line("9999999999.99", 3)  # the unit gives way
    canvas = draw("en", "details", "sale", 5)
    assert line(canvas, 2) == text_line("0.05 CNY", 8)
    canvas = draw("zh", "settle_result", 2, 123456789, 500, 0, 0, 2)
    assert line(canvas, 1) == text_line("借500 1234567.89")
    canvas = draw("zh", "settle_result", 2, 99999999999, 500, 0, 0, 2)
    assert line(canvas, 1) == text_line("999999999.99", 4)  # the label gives way


def test_a_pin_is_shown_by_its_length_only():
    canvas = draw("zh", "enter_pin", 188800, 4)
    assert line(canvas, 2) == text_line("****", 6)
    masked = draw("zh", "enter_digits", "void", "enter-password", "1234", True)
    assert line(masked, 2) == text_line("****", 6)


def test_a_result_has_three_parts():
    canvas = draw("zh", "result", *answers.answer("zh", "51"))
    bar = Canvas(FakeDisplay())
    bar.center(0, "余额不足")
    bar.invert(0)
    assert line(canvas, 0) == line(bar, 0)
    assert line(canvas, 1) == text_line("请换卡或", 4)
    assert line(canvas, 2) == text_line("减少金额", 4)
    assert line(canvas, 3) == text_line("代码 51", 4)


def test_a_menu_shows_the_page_of_the_chosen_item():
    canvas = draw("en", "menu", "Menu", MENU, 4)
    assert line(canvas, 0) == text_line("Menu         2/4")
    assert line(canvas, 1) == text_line("4 d")
    chosen = Canvas(FakeDisplay())
    chosen.text(0, 0, "5 e")
    chosen.invert(0)
    assert line(canvas, 2) == line(chosen, 0)
    last = draw("en", "menu", "Menu", MENU, 9)
    assert not any(line(last, 2)) and not any(line(last, 3))
