"""Slips as the archive keeps them: the marks on the paper, from which picture, PDF and text are made again."""

from base64 import b64decode, b64encode
from datetime import datetime
from itertools import groupby
from typing import Any

from host_sim.rig.paper import Character, Raster, Row, Slip, Style


def packed(slip: Slip, at: datetime) -> dict[str, Any]:
    """at: when it came out. Characters of one style and width are one run."""
    return {"at": at.isoformat(timespec="seconds"), "text": slip.text(), "parts": [_pack(part) for part in slip.parts]}


def unpacked(kept: dict[str, Any]) -> Slip:
    slip = Slip()
    slip.parts = [_unpack(part) for part in kept["parts"]]
    return slip


def _pack(part: Row | Raster | int) -> Any:
    if isinstance(part, int):
        return part
    if isinstance(part, Raster):
        return {"wide": part.width_bytes, "rows": part.rows, "data": b64encode(part.data).decode(), "align": part.align}
    runs = groupby(part.characters, key=lambda character: (character.cells, character.style))
    return {
        "align": part.align,
        "runs": [[cells, list(style), "".join(one.char for one in run)] for (cells, style), run in runs],
    }


def _unpack(part: Any) -> Row | Raster | int:
    if isinstance(part, int):
        return part
    if "data" in part:
        return Raster(part["wide"], part["rows"], b64decode(part["data"]), part["align"])
    return Row(
        tuple(Character(char, cells, Style(*style)) for cells, style, text in part["runs"] for char in text),
        part["align"],
    )
