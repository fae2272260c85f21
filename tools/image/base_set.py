"""What an image holds, so that `make flash` can tell which modules of a source tree differ from it.

A module of its own is frozen beside the others: ID, and MODULES, 8 bytes each: 4 of the SHA-256 of the module's name,
4 of that of its source.
"""

import hashlib
from pathlib import Path

from tools.image.boards import FIRMWARE, Board

NAME_BYTES = SOURCE_BYTES = 4
ROW_BYTES = NAME_BYTES + SOURCE_BYTES


def modules(board: Board, firmware: Path = FIRMWARE) -> dict[str, Path]:
    """Sources by module name, of all that firmware/manifest.py freezes for a board but the port's own."""
    boards = firmware / "boards"
    own = [boards / f"{board.name}.py", *(boards / board.port).glob("*.py")]
    own += [path for path in (boards / "shared").glob("*.py") if path.stem != "radio" or board.radio()]
    return {"_boot": boards / board.port / "modules" / "_boot.py", **named(firmware, own)}


def named(firmware: Path, own: list[Path]) -> dict[str, Path]:
    """Sources by module name, in its order. own: files of the board."""
    paths = [path for path in firmware.glob("*.py") if path.name != "manifest.py"]
    paths += [*(firmware / "till").rglob("*.py"), firmware / "boards" / "which.py", *own]
    found = {".".join(path.relative_to(firmware).with_suffix("").parts): path for path in paths}
    return dict(sorted(found.items()))


def row(name: str, source: bytes) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:NAME_BYTES] + hashlib.sha256(source).digest()[:SOURCE_BYTES]


def table(known: dict[str, Path]) -> bytes:
    """The rows of modules, in their order."""
    return b"".join(row(name, path.read_bytes()) for name, path in known.items())


def identity(rows: bytes) -> str:
    return hashlib.sha256(rows).hexdigest()[:16]


def write(board: Board, folder: Path) -> None:
    """base_set.py, for the manifest to freeze."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = table(modules(board))
    text = f'ID = "{identity(rows)}"\nMODULES = {rows!r}\n'
    path = folder / "base_set.py"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
