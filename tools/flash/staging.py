"""A set of modules onto a board: into a folder of its own, verified, tried, and only then chosen.

/current is what chooses (firmware/boards/rp2/overlay.py); it changes in one step, by a rename. Whatever is interrupted
before leaves the set that was chosen as it was; running the command again goes on with what has arrived.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tools.board_console import Console
from tools.errors import ToolError

LIST_BLOCKS = 3  # a folder takes two, its list one
READY = """
import vfs, rp2
from boards.which import board
first, count = board().PARTITIONS["files"]
flash = rp2.Flash(start=first * 4096, len=count * 4096)
page = bytearray(4096)
used = False
for block in range(2, count):
    flash.readblocks(block, page)
    if page != b"\\xff" * 4096:
        used = True
if used and not {force}:
    print("used")
else:
    vfs.VfsLfs2.mkfs(flash, progsize=256)
    vfs.mount(vfs.VfsLfs2(flash, progsize=256), "/")
    print("made")
"""
THERE = """
import os, json
from boards.rp2.overlay import fingerprint
if "/" + {folder!r} not in ["/" + name for name in os.listdir("/")]:
    os.mkdir({folder!r})
print(json.dumps([[name, fingerprint("/%s/%s" % ({folder!r}, name))] for name in os.listdir({folder!r})]))
"""
TRY = """
import gc, json
from boards.rp2 import overlay
names = overlay.verified({folder!r})
if names is None:
    print("null")
else:
    overlay.load({folder!r}, names)
    import till.app
    gc.collect()
    print(json.dumps([till.app.VERSION, gc.mem_free()]))
"""
CHOOSE = """
import os
with open("/current.new", "w") as file:
    file.write({folder!r})
os.rename("/current.new", "/current")
os.sync()
"""
FORGET = """
import os
def rid(folder):
    for name in os.listdir(folder):
        os.remove(folder + "/" + name)
    os.rmdir(folder)
for name in os.listdir("/"):
    if name.startswith("set-") and "/" + name not in kept:
        rid("/" + name)
    elif name == "current.new":
        os.remove(name)
"""
FROZEN = """
import os
try:
    os.remove("/current")
except OSError:
    pass
"""
NOW = """
from boards.rp2 import overlay
chosen = overlay.chosen()
"""
FREE = """
room = os.statvfs("/")
free = room[3]
try:
    for entry in os.ilistdir({folder!r}):
        free += -(-entry[3] // room[0])
    free += 2
except OSError:
    pass
print(free)
"""
Report = Callable[[str, int, int], None]


class Set(NamedTuple):
    """base: identity of the base image. modules: compiled, by name, in the order of loading."""

    base: str
    modules: Mapping[str, bytes]

    def listed(self) -> bytes:
        lines = [f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in self.modules.items()]
        return f"{self.base}\n{''.join(lines)}".encode()

    def folder(self) -> str:
        return f"/set-{hashlib.sha256(self.listed()).hexdigest()[:8]}"

    def blocks(self, block: int) -> int:
        return LIST_BLOCKS + sum(-(-len(data) // block) for data in self.modules.values())


def path_of(folder: str, name: str) -> str:
    return f"{folder}/{name.replace('.', '-')}.mpy"


def make_files(console: Console, force: bool) -> None:
    """The file system of a board that has none yet. One that holds something is formatted only by force."""
    if console.run(READY.format(force=force)) == "used":
        what = "the board's file system holds something and cannot be mounted"
        raise ToolError(what, "save what you need of it, then: make flash ARGS=--format")


def room(console: Console, one: Set) -> int:
    """Free blocks, and those of what has arrived of this set already; sets that nothing chooses are taken away."""
    kept = f"kept = [chosen, {one.folder()!r}]"
    return int(console.run(f"{NOW}{kept}{FORGET}{FREE.format(folder=one.folder())}"))


def send(console: Console, one: Set, report: Report) -> None:
    """Copies what is not there yet; the list comes last."""
    folder = one.folder()
    there = dict(json.loads(console.run(THERE.format(folder=folder[1:]))))
    for name, data in one.modules.items():
        path = path_of(folder, name)
        if there.get(path.rpartition("/")[2]) == hashlib.sha256(data).hexdigest():
            report(name, len(data), len(data))
            continue
        console.write(path, data, lambda done, whole, name=name: report(name, done, whole))
    console.write(f"{folder}/SET", one.listed())


def tried(console: Console, one: Set) -> tuple[str, int]:
    """The board verifies the set, loads it as the till's start would, and reports its version and its free heap."""
    console.restart()
    said = json.loads(console.run(TRY.format(folder=one.folder())))
    if said is None:
        raise ToolError("the set on the board is not the one that was sent", "run the same command again")
    console.restart()
    return said[0], said[1]


def choose(console: Console, one: Set) -> None:
    """From here on the till starts with this set."""
    console.run(CHOOSE.format(folder=one.folder()))
    console.run(f"kept = [{one.folder()!r}]{FORGET}")


def choose_frozen(console: Console) -> None:
    """The till starts with nothing but its base image."""
    console.run(FROZEN)
    console.run(f"kept = []{FORGET}")
