"""Which modules of the source tree a board has not got."""

from pathlib import Path

from tools.errors import ToolError
from tools.flash.board_facts import Facts
from tools.flash.compiler import compile_module, require
from tools.flash.order import closure, ordered
from tools.flash.staging import Set
from tools.image.base_set import modules
from tools.image.boards import BOARDS

FIRST = ("_boot", "boot", "boards.shared.machine", "boards.rp2.start", "boards.rp2.overlay")
"""With the board's own file: they run before a set can be loaded."""
AT_THE_PROMPT = {"gate", "boards.shared.service"}  # where no set is loaded


def sources(board: str) -> dict[str, Path]:
    """Sources by module name. ToolError for a board that there is no image for."""
    if board not in BOARDS:
        raise ToolError(f"no board '{board}'", f"name one of {', '.join(BOARDS)}")
    return modules(BOARDS[board])


def changes(facts: Facts, known: dict[str, Path], board: str) -> Set:
    """Compiled for the board, in the order of loading. ToolError where a new base image is needed instead."""
    changed = {name for name, path in known.items() if not facts.has(name, path.read_bytes())}
    early = {name for first in (*FIRST, f"boards.{board}") for name in closure(first, known)}
    early = (early | AT_THE_PROMPT) & changed
    if early:
        what = f"{', '.join(sorted(early))} run before anything else can be loaded, and differ from the base image's"
        raise ToolError(what, "install the base image of this source tree: make flash ARGS=--base")
    if changed:
        require(facts.format)
    order = ordered(changed, known)
    return Set(facts.base, {name: compile_module(name, known[name], facts.format) for name in order})
