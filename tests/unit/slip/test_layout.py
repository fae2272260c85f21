from checks import raises
from till.slip import labels
from till.slip.labels import Labels, SlipError
from till.slip.layout import BIG, BOLD, CENTER, center, encode, labelled, line, rule, sides, table, wrap


def test_a_character_the_printer_lacks_is_an_error_without_the_text():
    for text, offset in (("消\u9f98", 1), ("a\n", 1), ("\x1b@", 0), ("£5", 0)):
        error = raises(SlipError, encode, text)
        assert error.args[:2] == ("text", offset)
        assert text not in str(error)


def test_labels_refuse_what_they_do_not_have():
    assert raises(SlipError, Labels, "fr").args[0] == "language"
    for key in ("no-such", "", "消费", "trac"):
        assert raises(SlipError, Labels("zh").__getitem__, key).args[0] == key


def test_chinese_goes_out_as_gb2312():
    # GB 2312-1980: 消 is row 47 column 91, 费 row 23 column 49; each plus A0.
    assert encode("消费") == b"\xcf\xfb\xb7\xd1"
    assert encode("凭证号 000012") == b"\xc6\xbe\xd6\xa4\xba\xc5 000012"
    assert encode(b"\xca\xbe\xb7\xb6") == b"\xca\xbe\xb7\xb6"


def test_every_label_is_in_both_languages_and_can_be_printed():
    seen = set()
    for block in labels.BLOCKS:
        for row in block[1:-1].split("\n"):
            columns = row.split("|")
            assert len(columns) == 3 and columns[0] not in seen, columns[0]
            seen.add(columns[0])
            assert 0 < len(encode(columns[1])) <= 32
            assert 0 < len(columns[2]) <= 32 and encode(columns[2]) == columns[2].encode()
    assert Labels("zh")["trace"] == "凭证号" and Labels("en")["trace"] == "TRACE"


def test_lines():
    assert (BOLD, BIG, CENTER) == (1, 2, 4)
    assert line("AB", BOLD) == (b"AB", 1)
    assert center("AB", BIG) == (b"AB", 6)
    assert rule(32) == (b"-" * 32, 0)
    assert labelled("凭证号", "000012", 32) == [(encode("凭证号 000012"), 0)]
    assert sides("AB", "CD", 8) == [(b"AB    CD", 0)]
    assert sides("ABCD", "EFGH", 8) == [(b"ABCD", 0), (b"    EFGH", 0)]


def test_a_table_row_never_loses_a_digit():
    assert table("A", "1", "2", 32) == [(b"A                  1           2", 0)]
    for first in ("1", "1234567.89", "9999999999.99"):
        for second in ("0", "9999999999.99"):
            for columns in (32, 48):
                out = table("DEBIT SUM", first, second, columns)
                assert all(len(data) <= columns for data, _ in out)
                assert b" ".join(data for data, _ in out).split() == [b"DEBIT", b"SUM", first.encode(), second.encode()]


def test_wrapping_keeps_characters_whole():
    assert wrap(b"", 8) == [(b"", 0)]
    assert wrap(b"ABCDEFGH", 8) == [(b"ABCDEFGH", 0)]
    assert wrap(b"ABCDE FGH", 8) == [(b"ABCDE", 0), (b"FGH", 0)]
    assert wrap(b"ABCDEFGHIJ", 8) == [(b"ABCDEFGH", 0), (b"IJ", 0)]
    text = encode("A消费消费消费")
    for columns in range(3, 14):
        out = wrap(text, columns, BOLD)
        assert b"".join(data for data, _ in out) == text
        for data, style in out:
            assert len(data) <= columns and style == BOLD
            assert sum(byte >= 0x80 for byte in data) % 2 == 0
