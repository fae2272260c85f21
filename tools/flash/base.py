"""Our base image onto a board that has not got it: by its USB drive, or by picotool."""

import shutil
import subprocess
import time
from pathlib import Path

from tools.errors import ToolError
from tools.image.make import make

MARK = "INFO_UF2.TXT"
PLACES = ("/media/*/*", "/run/media/*/*", "/mnt/*", "/Volumes/*")
WAIT_S = 20


def drive(within_s: float = 0) -> Path | None:
    """The USB drive of a board that waits for an image, once it is mounted."""
    until = time.monotonic() + within_s
    while True:
        for pattern in PLACES:
            for place in Path("/").glob(pattern.lstrip("/")):
                if (place / MARK).exists():
                    return place
        if time.monotonic() >= until:
            return None
        time.sleep(0.5)


def steps(uf2: str) -> str:
    return (
        "hold BOOTSEL while you plug the board in; a drive RPI-RP2 appears; then run this again, or copy "
        f"{uf2} onto the drive yourself"
    )


def install(board: str, micropython: str, folder: Path | None, within_s: float = WAIT_S) -> str:
    """Puts the image where a board waits for it. Returns how. ToolError with the steps where none does."""
    built = make(board, micropython)
    uf2 = built.folder / "firmware.uf2"
    place = folder or drive(within_s)
    if place is not None:
        if not (place / MARK).exists():
            raise ToolError(f"{place} is not the drive of a board (it has no {MARK})", steps(str(uf2)))
        shutil.copy(uf2, place / uf2.name)
        return f"copied {uf2.name} ({uf2.stat().st_size // 1024} KB) to {place}"
    picotool = shutil.which("picotool")
    if picotool:
        done = subprocess.run([picotool, "load", "-x", str(uf2)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return f"picotool loaded {uf2.name}"
    raise ToolError("no board waits for an image", steps(str(uf2)))
