"""`picotill image`: a release image with the till frozen in, out of MicroPython's sources."""

from typing import Annotated

import typer

from tools.image.boards import BOARDS


def command(
    board: Annotated[str, typer.Option(envvar="BOARD", help=f"One of {', '.join(BOARDS)}.")] = "pico",
    micropython: Annotated[
        str,
        typer.Option(
            envvar="MICROPYTHON_SRC",
            help="A checkout of MicroPython 1.26 or newer with its submodules; without it, Debian's source packages.",
        ),
    ] = "",
    twice: Annotated[bool, typer.Option(help="Build a second time from nothing and compare, bit for bit.")] = False,
    keep_going: Annotated[bool, typer.Option(help="Say what is missing and end well: for test runs.")] = False,
) -> int:
    """Build a release image: the till frozen, its journal's partition reserved, a start that never formats."""
    from tools.errors import ToolError
    from tools.image.make import make
    from tools.image.report import lines

    try:
        built = make(board, micropython)
        if twice:
            other = make(board, micropython, again=True)
            if other.digest() != built.digest():
                raise ToolError("two builds of one source differ", f"compare {other.folder} with {built.folder}")
            print(f"built twice, bit for bit the same: {built.digest()}")
    except ToolError as error:
        if not keep_going:
            raise
        print(f"no image of the emulated board: {error}; its tests will be skipped", flush=True)
        return 0
    for line in lines(built):
        print(line, flush=True)
    return 0
