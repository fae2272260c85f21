"""Makes an update: the modules that a base image has not got, compiled for its board, in a ROMFS image.

SET names them in the order of loading; each lies beside it with "-" for the dots of its name, as in the sets of
`make flash` (firmware/replace.py loads both).
"""

import ast
import json
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mpremote.romfs import VfsRomWriter

from host_sim.acquirer.updates import Package, UpdateFileError, load, number_of
from tools.errors import ToolError
from tools.flash.compiler import Format, compile_module, own_version
from tools.flash.order import ordered
from tools.image.base_set import ROW_BYTES, identity, modules, named, row, table
from tools.image.boards import BOARDS

UNIX = "unix"
ARCHITECTURES = {UNIX: "x64", "rp2": "armv6m"}
LIST = "SET"
SECTOR = 4096
STAYS = ("boards", "till.devices", "till.drivers", "till.journal", "till.update")
"""What an update must not change: what runs before it is loaded, and what reads the journal, so that a till that falls
back to an older version never meets a journal that a newer one wrote."""


class Base(NamedTuple):
    """What the tills have. rows: of its modules (tools/image/base_set.py). room: bytes of a slot."""

    rows: bytes
    room: int

    def has(self, name: str, source: bytes) -> bool:
        """Whether this very module is in it."""
        wanted = row(name, source)
        return any(self.rows[at : at + ROW_BYTES] == wanted for at in range(0, len(self.rows), ROW_BYTES))


def sources(board: str, firmware: Path) -> dict[str, Path]:
    """Sources by module name."""
    if board == UNIX:
        return named(firmware, [firmware / "boards" / "unix.py"])
    if board not in BOARDS:
        raise ToolError(f"no board '{board}'", f"name one of {', '.join((UNIX, *BOARDS))}")
    return modules(BOARDS[board], firmware)


def base_of(board: str, folder: Path) -> Base:
    """folder: of an image that `make image` built, or a firmware folder of laptops."""
    if board == UNIX and (folder / "main.py").exists():
        return Base(table(sources(board, folder)), _room(_partitions(folder / "boards" / "unix.py")))
    if board != UNIX and (folder / "image.json").exists():
        told = json.loads((folder / "image.json").read_text())
        return Base(bytes.fromhex(told["base"]), _room(told["partitions"]))
    raise ToolError(f"{folder} is no base image of {board}", "name the folder that picotill image printed")


def _partitions(path: Path) -> dict[str, tuple[int, int]]:
    """The table of a board file that only MicroPython can run."""
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "PARTITIONS":
            return ast.literal_eval(statement.value)
    raise ToolError(f"{path} has no PARTITIONS", "name the firmware folder that the tills run from")


def _room(partitions: Mapping[str, Sequence[int]]) -> int:
    return (partitions["update-a"][1] - 1) * SECTOR


def build(board: str, base_folder: Path, firmware: Path) -> tuple[Package, list[str]]:
    """The update, without a signature, and the names of its modules. ToolError where it cannot be one."""
    base, known = base_of(board, base_folder), sources(board, firmware)
    changed = {name for name, path in known.items() if not base.has(name, path.read_bytes())}
    fixed = sorted(name for name in changed if "." not in name or name.startswith(STAYS))
    if fixed:
        what = f"{', '.join(fixed)} differ from the base image's, and an update cannot change them"
        raise ToolError(what, "give these boards a new base image: make flash ARGS=--base")
    if not changed:
        raise ToolError("nothing differs from the base image", "name the base that the tills have with --base")
    text = runpy.run_path(str(known["till.version"]))["VERSION"]
    version = number_of(text)
    if version is None or "till.version" not in changed:
        raise ToolError(f"the version is still {text}", "write a higher one into firmware/till/version.py")
    order = ordered(changed, known)
    architecture = ARCHITECTURES[UNIX if board == UNIX else BOARDS[board].port]
    form = Format(*own_version(), architecture)
    body = romfs({name: compile_module(name, known[name], form) for name in order})
    if len(body) > base.room:
        what = f"the update has {len(body)} bytes, a slot {base.room}"
        raise ToolError(what, "give these boards a new base image: make flash ARGS=--base")
    return Package(version, identity(base.rows), board, body, b""), order


def romfs(compiled: Mapping[str, bytes]) -> bytes:
    """A ROMFS image. compiled: by name, in the order of loading. Format: MicroPython's extmod/vfs_rom.c."""
    writer = VfsRomWriter()
    writer.mkfile(LIST, "".join(f"{name}\n" for name in compiled).encode())
    for name, data in compiled.items():
        writer.mkfile(f"{name.replace('.', '-')}.mpy", data)
    return bytes(writer.finalise())


def read(path: Path) -> Package:
    try:
        return load(path)
    except UpdateFileError as error:
        raise ToolError(*error.args) from None
