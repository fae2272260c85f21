"""`picotill flash`: the till of this source tree onto a board."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    port: Annotated[str, typer.Option(envvar="PORT", help="Serial port of the board, or socket://HOST:PORT.")],
    board: Annotated[str, typer.Option(envvar="BOARD", help="What the board is.")] = "pico",
    micropython: Annotated[str, typer.Option(envvar="MICROPYTHON_SRC", help="For the base image: see image.")] = "",
    drive: Annotated[Path | None, typer.Option(help="The board's USB drive, where it is not found.")] = None,
    base: Annotated[bool, typer.Option(help="Install the base image, whatever the board has.")] = False,
    subset: Annotated[str, typer.Option(help="On a MicroPython that is not ours: only these modules (drivers).")] = "",
    format_files: Annotated[bool, typer.Option("--format", help="Format files that cannot be mounted.")] = False,
) -> int:
    """Put the till on a board: the base image once, then only the modules that differ from it."""
    from tools.board_console import connect
    from tools.flash import base as image
    from tools.flash.board_facts import ask
    from tools.flash.changes import changes, sources
    from tools.flash.progress import Progress
    from tools.flash.subset import SUBSET, what_fits
    from tools.flash.subset import install as install_subset
    from tools.flash.whole import flash

    if subset and subset != SUBSET:
        raise typer.BadParameter(f"'{subset}' is not {SUBSET}", param_hint="--subset")
    known = sources(board)
    if base:
        print(image.install(board, micropython, drive))
        return 0
    with connect(port) as console:
        facts = ask(console)
        print(f"{port}: {facts.version}, base image {facts.base or 'not ours'}, heap free {facts.free // 1024} KB")
        if subset:
            print(f"installed {install_subset(console, facts)} modules in /lib")
            return 0
        if facts.base:
            for line in flash(console, facts, changes(facts, known, board), format_files, Progress()):
                print(line, flush=True)
            return 0
        for line in what_fits(facts, list(known.values())):
            print(line)
        print("installing our base image ...", flush=True)
        console.transport.exec_raw_no_follow("import machine; machine.bootloader()")
    print(image.install(board, micropython, drive))
    print(f"the board restarts with the base image; run this again to bring it up to date: make flash PORT={port}")
    return 0
