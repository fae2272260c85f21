"""The font tool: what it makes, and that what lies in the repository is what it makes."""

import pytest

from tools import fonts

needs_unifont = pytest.mark.skipif(
    not fonts.UNIFONT.exists(), reason=f"{fonts.UNIFONT} is not there: apt-get install unifont"
)


def test_a_missing_font_says_how_to_get_it(tmp_path):
    with pytest.raises(fonts.FontsError, match="apt-get install unifont"):
        fonts.read_unifont(tmp_path / "none.hex")


@pytest.mark.parametrize("line", ["41", "41:zz", "xyz:00", "41:0"])
def test_a_damaged_font_names_the_line(tmp_path, line):
    path = tmp_path / "bad.hex"
    path.write_text("# a comment\n0041:0000000018242442427E424242420000\n" + line + "\n")
    with pytest.raises(fonts.FontsError, match=r"bad\.hex:3"):
        fonts.read_unifont(path)


def project(tmp_path, text):
    """A project of one screen text and one slip text, and a font of ASCII and U+4E00."""
    for folder in (fonts.UI, fonts.SLIP):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "texts.py").write_text(f'"""Docstring 龘"""\nTEXT = "{text}"  # 龘\n', encoding="utf-8")
    font = tmp_path / "font.hex"
    font.write_text("".join(f"{code:04X}:{code:032X}\n" for code in range(0x20, 0x7F)) + f"4E00:{0x4E00:064X}\n")
    return font


def test_a_character_without_glyph_fails(tmp_path):
    with pytest.raises(fonts.FontsError, match="U\\+4E8C 二"):
        fonts.generate(project(tmp_path, "一二"), "", tmp_path)


def test_a_half_width_character_beyond_ascii_fails(tmp_path):
    font = project(tmp_path, "é")
    font.write_text(font.read_text() + f"00E9:{1:032X}\n")
    with pytest.raises(fonts.FontsError, match="right width"):
        fonts.generate(font, "", tmp_path)


def test_a_character_the_printer_lacks_fails(tmp_path):
    font = project(tmp_path, "一€")
    font.write_text(font.read_text() + f"20AC:{1:064X}\n")
    with pytest.raises(fonts.FontsError, match="GB2312 has no U\\+20AC"):
        fonts.generate(font, "", tmp_path)


def test_docstrings_and_comments_are_not_shown(tmp_path):
    files = fonts.generate(project(tmp_path, "一"), "", tmp_path)
    assert [line for line in files[fonts.GLYPHS].splitlines() if line.startswith("4E00:")] == [f"4E00:{0x4E00:064X}"]
    assert "9F98" not in files[fonts.GLYPHS]
    namespace: dict[str, bytes] = {}
    exec(files[fonts.FONT], namespace)
    assert namespace["CODES"] == b"\x4e\x00" and len(namespace["BITMAPS"]) == 95 * 16 + 32
    exec(files[fonts.GBK], namespace)
    assert namespace["PAIRS"] == "一".encode("gb2312")


def test_stale_is_what_differs(tmp_path):
    font = project(tmp_path, "一")
    files = fonts.generate(font, "", tmp_path)
    assert fonts.stale(files, tmp_path) == [fonts.FONT, fonts.GBK, fonts.GLYPHS]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert fonts.stale(files, tmp_path) == []
    assert fonts.generate(font, "", tmp_path) == files
    (tmp_path / fonts.GBK).write_text("")
    assert fonts.stale(files, tmp_path) == [fonts.GBK]


def test_page_form_turns_rows_into_columns():
    corner = bytes([0x80, 0x00] + [0] * 28 + [0x00, 0x01])  # 16x16: top left and bottom right
    pages = fonts.page_form(corner)
    assert pages[0] == 0x01 and pages[31] == 0x80 and sum(pages) == 0x81
    assert fonts.page_form(bytes([0xFF] + [0] * 15)) == b"\x01" * 8 + b"\x00" * 8


@needs_unifont
def test_the_generated_files_are_up_to_date(capsys):
    assert fonts.main(["--check"]) == 0, capsys.readouterr().out + "run make fonts"


@needs_unifont
def test_check_fails_on_another_text(capsys):
    assert fonts.main(["--check", "--extra", fonts.EXTRA + "鑫喆"]) == 1
    assert "make fonts" in capsys.readouterr().out


def test_the_command_says_what_to_do(capsys, tmp_path):
    assert fonts.main(["--check", "--unifont", str(tmp_path / "none.hex")]) == 1
    assert "apt-get install unifont" in capsys.readouterr().err
