"""The boards that an image can be built for, and what an image is made of."""

import hashlib
import re
import runpy
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
BUILD = ROOT / "build" / "image"


class Board(NamedTuple):
    """name: its file in firmware/boards/. port: of MicroPython. definition: folder with the port's board definition.
    flash_bytes, ram_bytes: of the chip. family: of a UF2 file, None where the port makes its own image.
    packaged: whether Debian's source packages have all that it takes."""

    name: str
    port: str
    definition: Path
    flash_bytes: int
    ram_bytes: int
    family: int | None
    packaged: bool

    def storage_bytes(self) -> int:
        """What the image leaves to the partitions, as the board definition says it."""
        text = (self.definition / "mpconfigboard.h").read_text()
        found = re.search(r"MICROPY_HW_FLASH_STORAGE_BYTES \((\d+) \* 1024\)", text)
        assert found, f"{self.definition.name} does not say MICROPY_HW_FLASH_STORAGE_BYTES"
        return int(found[1]) * 1024

    def file(self) -> dict[str, Any]:
        return runpy.run_path(str(FIRMWARE / "boards" / f"{self.name}.py"))

    def partitions(self) -> dict[str, tuple[int, int]]:
        return self.file()["PARTITIONS"]

    def radio(self) -> bool:
        return "wifi" in self.file()["HAS"]


KB = 1024
RP2 = FIRMWARE / "boards" / "rp2"
BOARDS = {
    board.name: board
    for board in (
        Board("pico", "rp2", RP2 / "PICOTILL_PICO", 2048 * KB, 264 * KB, 0xE48BFF56, True),
        Board("pico2_w", "rp2", RP2 / "PICOTILL_PICO2_W", 4096 * KB, 520 * KB, 0xE48BFF59, False),
        Board("esp32s3", "esp32", FIRMWARE / "boards/esp32/PICOTILL_S3", 8192 * KB, 512 * KB, None, False),
    )
}


def frozen(board: Board) -> list[Path]:
    """Every file that may go into a board's image, in a fixed order."""
    files = sorted(FIRMWARE.rglob("*.py")) + sorted(path for path in board.definition.rglob("*") if path.is_file())
    return [path for path in files if "__pycache__" not in path.parts]


def digest(board: Board) -> str:
    """Changes when anything that goes into the image does, or the way in which it is made."""
    total = hashlib.sha256(board.name.encode())
    for path in frozen(board) + sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def image_folder(board: Board) -> Path:
    """Where the image of the sources as they are now lies, or will."""
    return BUILD / f"{board.name}-{digest(board)}"
