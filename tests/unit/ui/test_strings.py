from checks import raises
from till.ui import answers, strings
from till.ui.canvas import Canvas, width
from till.ui.strings import Strings, UiError
from ui.fake_till import FakeDisplay

# Response codes that UnionPay-style hosts give in field 39.
CODES = (
    "00 10 11 A2 A4 A5 A6 01 02 03 04 07 41 43 34 35 05 12 13 14 25 30 38 75 40 45 51 54 55 57 58 61 64 65 68 98 77 79 "
    "90 91 92 94 95 96 97 99 A0"
).split(" ")
CONDITIONS = (
    "no-link no-answer mac-wrong card-gone no-application bad-data declined use-other see-phone reader amount-zero "
    "over-limit batch-full batch-warning password-wrong locked pin-timeout journal-full not-provisioned clock-unset "
    "offline-cap pending-reversal unknown not-found already-voided power-nothing power-reversal fault"
).split(" ")


def rows(blocks):
    for block in blocks:
        assert block[0] == "\n" and block[-1] == "\n"
        for line in block[1:-1].split("\n"):
            yield line.split("|")


def glyphless(text):
    canvas = Canvas(FakeDisplay())
    canvas.text(0, 0, text)
    return canvas.missing


def test_what_is_not_there_is_an_error():
    assert raises(UiError, Strings("zh").__getitem__, "no-such-text").args == ("no text", "no-such-text")
    assert raises(UiError, Strings, "fr").args[1] == "fr"
    for part in ("", "sal", "ale", "消费", "Sale"):
        raises(UiError, Strings("zh").__getitem__, part)


def test_a_text_in_each_language():
    assert Strings("zh")["sale"] == "消费"
    assert Strings("en")["sale"] == "Sale"
    assert Strings("zh")["wait-success"] == "等待交易成功"
    assert Strings("en")["version"] == "Version"  # the last row of the last block


def test_every_text_fits_a_line_and_has_its_glyphs():
    seen = set()
    for columns in rows(strings.BLOCKS):
        assert len(columns) == 3, columns[0]
        assert columns[0] not in seen, columns[0]
        seen.add(columns[0])
        for text in columns[1:]:
            assert text and width(text) <= 16, (columns[0], width(text))
            assert glyphless(text) == 0, columns[0]


def test_every_answer_fits_the_screen_and_has_its_glyphs():
    keys = set()
    codes = set()
    for columns in rows(answers.BLOCKS):
        assert len(columns) == 6, columns[0]
        assert columns[0] not in keys and columns[1] not in codes, columns[0]
        keys.add(columns[0])
        codes.add(columns[1])
        for cause, advice in (columns[2:4], columns[4:6]):
            lines = (cause + "/" + advice).split("/")
            assert len(lines) <= 3, columns[0]
            for text in lines:
                assert text and width(text) <= 16, (columns[0], text)
                assert glyphless(text) == 0, columns[0]


def test_every_code_and_condition_has_an_answer():
    for language in ("zh", "en"):
        for code in CODES:
            assert answers.answer(language, code)[2] == code
        for key in CONDITIONS:
            code = answers.answer(language, key)[2]
            assert len(code) == 3 and code[0] == "T", key


def test_an_answer_has_cause_advice_and_code():
    assert answers.answer("zh", "51") == ("余额不足", "请换卡或/减少金额", "51")
    assert answers.answer("en", "51") == ("Not enough funds", "Use another card/or lower amount", "51")
    assert answers.answer("zh", "unknown")[1] == "请勿重复操作/稍后自动重发"


def test_an_unknown_code_shows_itself():
    assert answers.answer("en", "Q7") == ("Not approved", "Call acquirer,/tell the code", "Q7")
    assert answers.answer("en", "long-and-unknown")[2] == "long-and"
    assert answers.answer("en", "")[2] == ""
    assert answers.answer("en", "other")[2] == "--"
