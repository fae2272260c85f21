"""Compares pictures with stored ones, pixel by pixel."""

import io
from pathlib import Path

from PIL import Image, ImageChops

from host_sim.rig.paper import Character, Row, Slip
from host_sim.rig.screen import load_glyphs

CHANGING = ("日期时间", "DATE", "参考号", "REF NO", "ARQC", "原参考号", "ORIGINAL REF", "付款码",
            "CODE NO")  # fmt: skip
"""Labels of what no test fixes: the second, the host's references, what follows from random numbers, codes."""


class Snapshots:
    """folder: of the stored pictures. differs: where the picture of a run that differs is left. update: store it."""

    def __init__(self, folder: Path, differs: Path, update: bool):
        self.folder, self.differs, self.update = folder, differs, update

    def check(self, name: str, png: bytes) -> None:
        """name: path below the folder, without .png."""
        stored = self.folder / f"{name}.png"
        if self.update:
            if not (stored.exists() and same(stored.read_bytes(), png)):
                stored.parent.mkdir(parents=True, exist_ok=True)
                stored.write_bytes(png)
            return
        if stored.exists() and same(stored.read_bytes(), png):
            return
        found = self.differs / f"{name}.png"
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_bytes(png)
        was = f"is not {stored.name}" if stored.exists() else "is new"
        raise AssertionError(f"{found} {was}: look at it, then --snapshots-update keeps it")


def same(one: bytes, other: bytes) -> bool:
    first, second = [Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other)]
    return first.size == second.size and ImageChops.difference(first, second).getbbox() is None


def paper(slip: Slip) -> bytes:
    """The slip's picture, with zeros for what changes from run to run."""
    still = Slip()
    still.parts = [_still(part) if isinstance(part, Row) else part for part in slip.parts]
    return still.png(load_glyphs())


def _still(row: Row) -> Row:
    text = "".join(character.char for character in row.characters)
    label = next((label for label in CHANGING if text.startswith(label + " ")), None)
    if label is None:
        return row
    kept = len(label)
    return Row(tuple(c if at < kept else _zero(c) for at, c in enumerate(row.characters)), row.align)


def _zero(character: Character) -> Character:
    return character._replace(char="0") if character.char.isalnum() else character
