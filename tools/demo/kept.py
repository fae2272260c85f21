"""The day's folder: databases, flash image, logs, slips, mails. All of it is searched for secrets."""

import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from host_sim.rig.screen import load_glyphs
from host_sim.rig.stage import Stage
from tools.demo.mailbox import Mailbox

MARK = "picotill-day.txt"
MARK_TEXT = "A day of `picotill demo --keep`. The next day that is kept here replaces it.\n"
OURS = (
    MARK, "host.sqlite", "host.sqlite-???", "issuer.sqlite", "issuer.sqlite-???", "host.log", "till.log", "printed.txt",
    "figures.json", "flash.bin", "flash.bin.part", "slips.txt", "slip-[0-9]*.png", "notice-[0-9]*.eml",
)  # fmt: skip
"""What a day leaves. Nothing else is ever deleted."""


def ours(entry: Path) -> bool:
    """Whether a day left that entry of its folder."""
    named = any(fnmatch(entry.name, pattern) for pattern in OURS)
    return named and (entry.is_symlink() or not entry.is_dir())


def why_not(folder: Path) -> str | None:
    """Why a folder cannot be taken for a day, with what to do; None when it can."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return f"'{folder}' is no folder: name a new or empty one"
    if not folder.exists():
        return None
    names = sorted(entry.name for entry in folder.iterdir())
    foreign = [name for name in names if not ours(folder / name)]
    if names and (MARK not in names or foreign):
        what = f"holds {foreign[0]}" if foreign else "is not empty"
        return f"'{folder}' {what} and is not of an earlier day: name a new or empty folder"
    return None


def prepare(folder: Path) -> None:
    """Makes the folder, or takes an earlier day out of it. OSError where that is not possible."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if ours(entry):
            entry.unlink()
    (folder / MARK).write_text(MARK_TEXT, encoding="utf-8")


class TillOutput:
    """What the firmware printed, over all its boots."""

    def __init__(self, stage: Stage):
        self._stage = stage
        self._before: list[bytes] = []
        stage.counter.on_power = self._switched

    def _switched(self, on: bool) -> None:
        supply = self._stage.counter.supply
        if on and supply is not None:
            self._before.append(supply.output)  # of the last program: it has long ended

    async def all(self) -> bytes:
        """With the power off: everything so far."""
        supply = self._stage.counter.supply
        assert supply is not None
        await supply.reaped()
        return b"".join([*self._before, supply.output])


def write_slips(folder: Path, stage: Stage, pictures: bool) -> None:
    """slips.txt, and a picture of each slip where wanted."""
    slips = stage.counter.printer.slips
    (folder / "slips.txt").write_text("\f\n".join(slip.text() for slip in slips), encoding="utf-8")
    if pictures:
        glyphs = load_glyphs()
        for number, slip in enumerate(slips, 1):
            (folder / f"slip-{number:02}.png").write_bytes(slip.png(glyphs))


async def write_day(
    folder: Path, stage: Stage, output: TillOutput, mailbox: Mailbox, printed: list[str], figures: dict[str, Any]
) -> None:
    """Everything that the day left and that is not there already (databases and the host's log are)."""
    stage.counter.nor.save(folder / "flash.bin")
    (folder / "till.log").write_bytes(await output.all())
    (folder / "printed.txt").write_text("\n".join(printed) + "\n", encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for number, mail in enumerate(mailbox.mails, 1):
        (folder / f"notice-{number}.eml").write_bytes(mail.as_bytes())
