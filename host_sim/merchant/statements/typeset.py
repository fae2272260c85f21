"""Typesetting: a template of Typst and its data become a PDF or a picture.

Chinese needs a font of this machine; programs for PDF take nothing of it afterwards, the glyphs are in the file.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from host_sim.merchant.statements.statement import StatementError

HERE = Path(__file__).parent
# Fonts with simplified Chinese, as systems have them: the first that is there is taken.
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimHei", "SimSun",
)  # fmt: skip
FALLBACK = "Libertinus Serif"  # comes with the library; has no Chinese
LANGUAGES = {"zh": ("zh", "cn"), "en": ("en", "gb")}


@cache
def chinese_font() -> str | None:
    """The family that Chinese is set in, or None where this machine has none."""
    there = set(_fonts().families())
    return next((family for family in CHINESE if family in there), None)


def typeset(template: str, data: dict[str, Any], language: str, form: Literal["pdf", "png"] = "pdf") -> bytes:
    """Set a template of this folder. form: pdf, or png for its first page.

    Raises StatementError where Chinese is needed and no font for it is there.
    """
    text = json.dumps(data, ensure_ascii=False)
    font = chinese_font()
    if font is None and any(character >= "\u2e80" for character in text):
        raise StatementError("PDF", "no Chinese font is installed: apt-get install fonts-wqy-microhei, or take CSV")
    lang, region = LANGUAGES[language]
    given = {**data, "fonts": [font, FALLBACK] if font else [FALLBACK], "lang": lang, "region": region}
    made = typst.compile(
        str(HERE / template),
        root=str(HERE),
        format=form,
        ppi=96.0 if form == "png" else None,
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
        font_paths=_fonts(),
        timestamp=0,
    )
    return bytes(made[0] if isinstance(made, list) else made)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()
