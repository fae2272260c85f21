"""The changed modules onto a board that has our base image."""

from collections.abc import Iterator

from tools.board_console import Console
from tools.errors import ToolError
from tools.flash import staging
from tools.flash.board_facts import Facts
from tools.flash.board_facts import ask as ask_facts

HEAP_LEFT = 64 * 1024  # what the till wants to work with after everything is imported


def flash(
    console: Console, facts: Facts, one: staging.Set, format_files: bool, report: staging.Report
) -> Iterator[str]:
    """Lines for a person, as it goes. ToolError: the till starts as it did before."""
    if not facts.block:
        if not one.modules:
            yield "the base image is this source tree: nothing to copy"
            return
        staging.make_files(console, format_files)
        facts = ask_facts(console)
        yield f"made a file system of {facts.blocks_free * facts.block // 1024} KB"
    if not one.modules:
        staging.choose_frozen(console)
        yield "the base image is this source tree: the till starts from it alone"
    else:
        free = staging.room(console, one)
        if one.blocks(facts.block) > free:
            what = f"{len(one.modules)} modules need {one.blocks(facts.block)} blocks of {facts.block}, {free} are free"
            raise ToolError(what, "install the base image of this source tree: make flash ARGS=--base")
        staging.send(console, one, report)
        version, left = staging.tried(console, one)
        if left < HEAP_LEFT:
            what = f"with these modules {left // 1024} KB of heap are left, the till works with {HEAP_LEFT // 1024} KB"
            raise ToolError(what, "install the base image of this source tree: make flash ARGS=--base")
        staging.choose(console, one)
        yield f"the board loaded {len(one.modules)} modules: till {version}, {left // 1024} KB of heap left"
    console.transport.exec_raw_no_follow("import machine; machine.reset()")
    yield "restarting; take the developer's pin off ground, and the till starts"
