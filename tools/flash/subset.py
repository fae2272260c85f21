"""What of the till runs on a MicroPython that is not ours: the drivers, to try displays, keypads and readers with.

firmware/package.json names them, for `mip install` as well.
"""

import json
from pathlib import Path

from tools.board_console import Console
from tools.errors import ToolError
from tools.flash.board_facts import Facts
from tools.flash.compiler import compile_module
from tools.image.boards import FIRMWARE

HEAP_A_LINE = 23  # bytes of heap that a line takes when it comes from a file: measured on an RP2040
SUBSET = "drivers"


def files() -> dict[str, Path]:
    """Sources by path on the board."""
    listed = json.loads((FIRMWARE / "package.json").read_text())["urls"]
    return {target: FIRMWARE / source for target, source in listed}


def heap_of(paths: list[Path]) -> int:
    return HEAP_A_LINE * sum(len(path.read_text().splitlines()) for path in paths)


def what_fits(facts: Facts, whole: list[Path]) -> list[str]:
    """What a stock image can hold, with the numbers."""
    parts = list(files().values())
    return [
        f"the board runs {facts.version} without the till in it ({facts.build or 'unnamed'})",
        f"the whole till from files would take {heap_of(whole) // 1024} KB of heap, {facts.free // 1024} KB are free: "
        "it runs only frozen in our base image",
        f"the subset '{SUBSET}' ({len(parts)} modules, {heap_of(parts) // 1024} KB of heap) fits: "
        f"make flash ARGS='--subset {SUBSET}'",
    ]


def install(console: Console, facts: Facts) -> int:
    """Compiles the subset for the board and copies it to /lib. Returns the number of modules."""
    if heap_of(list(files().values())) > facts.free:
        what = f"even the subset needs more than the {facts.free // 1024} KB that are free"
        raise ToolError(what, "take a board with more memory")
    made = {""}
    for target, source in files().items():
        place = Path("/lib") / target
        for parent in reversed(place.parents):
            if str(parent) not in made and str(parent) != "/":
                console.folder(str(parent))
                made.add(str(parent))
        name = ".".join(Path(target).with_suffix("").parts)
        console.write(str(place.with_suffix(".mpy")), compile_module(name, source, facts.format))
    return len(files())
