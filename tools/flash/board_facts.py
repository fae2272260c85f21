"""What a board says of itself: its MicroPython, the base image that it has, and its room."""

import json
from typing import NamedTuple

from tools.board_console import Console
from tools.flash.compiler import Format, format_of
from tools.image.base_set import NAME_BYTES, ROW_BYTES, row

ASK = """
import sys, gc, json, os
gc.collect()
said = {"build": getattr(sys.implementation, "_build", ""), "version": sys.version.split("; ")[-1],
    "mpy": getattr(sys.implementation, "_mpy", 0), "free": gc.mem_free()}
try:
    import base_set
    said["base"] = base_set.ID
    said["modules"] = base_set.MODULES.hex()
except ImportError:
    pass
try:
    room = os.statvfs("/")
    said["block"], said["blocks_free"] = room[0], room[3]
except OSError:
    pass
print(json.dumps(said))
"""


class Facts(NamedTuple):
    """build: name of the image. version: of MicroPython, as it says it. base: identity of our base image, "" on
    another. modules: rows of that base (tools/image/base_set.py). free: bytes of heap. block, blocks_free: of the file
    system, 0 where none is mounted."""

    build: str
    version: str
    format: Format
    base: str
    modules: bytes
    free: int
    block: int
    blocks_free: int

    def has(self, name: str, source: bytes) -> bool:
        """Whether this very module is frozen in the base."""
        return row(name, source) in {
            self.modules[at : at + ROW_BYTES] for at in range(0, len(self.modules), ROW_BYTES)
        }  # fmt: skip

    def knows(self, name: str) -> bool:
        """Whether a module of this name is frozen in the base."""
        head = row(name, b"")[:NAME_BYTES]
        return any(self.modules[at : at + NAME_BYTES] == head for at in range(0, len(self.modules), ROW_BYTES))


def ask(console: Console) -> Facts:
    said = json.loads(console.run(ASK))
    return Facts(
        said["build"], said["version"], format_of(said["mpy"]), said.get("base", ""),
        bytes.fromhex(said.get("modules", "")), said["free"], said.get("block", 0), said.get("blocks_free", 0),
    )  # fmt: skip
