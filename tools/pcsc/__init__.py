"""`picotill pcsc`: any PC/SC reader becomes the till's contact reader, on a serial line."""

import asyncio
from typing import Annotated

import typer

from tools.errors import ToolError

NONE = "see that one is connected, then run `picotill pcsc --list`"


def command(
    list_readers: Annotated[bool, typer.Option("--list", help="List the readers and the cards in them.")] = False,
    reader: Annotated[str | None, typer.Option(help="The reader's name, or a part that only it has.")] = None,
    port: Annotated[str | None, typer.Option(help="A serial port to a board; without it, a new pty.")] = None,
    mute_after: Annotated[float, typer.Option(min=0.1, max=5.5, help="Seconds for a card to answer in.")] = 5.0,
) -> None:
    """Offer a PC/SC reader to the till as its serial contact reader.

    Prints the pty to hand to `picotill run --contact` or `picotill demo --contact`, and serves until Ctrl-C.
    """
    from tools.pcsc.service import Context

    context = Context()
    try:
        found = context.readers()
    finally:
        context.close()
    if list_readers:
        for one in found:
            state = "busy" if one.busy else f"card {one.atr.hex().upper()}" if one.atr else "empty"
            print(f"{one.name}\t{state}")
        if not found:
            raise ToolError("no PC/SC reader is connected", NONE)
        return
    asyncio.run(_offer(chosen([one.name for one in found], reader), port, mute_after))


def chosen(names: list[str], wanted: str | None) -> str:
    """The one reader that is meant. ToolError where there is none, or more than one."""
    if not names:
        raise ToolError("no PC/SC reader is connected", NONE)
    fits = [name for name in names if wanted is None or wanted == name] or [
        name for name in names if wanted is not None and wanted.lower() in name.lower()
    ]
    if not fits:
        raise ToolError(f"no reader is called {wanted}", f"name one with --reader: {', '.join(names)}")
    if len(fits) > 1:
        raise ToolError(f"{len(fits)} readers would do", f"name one with --reader: {', '.join(fits)}")
    return fits[0]


async def _offer(name: str, port: str | None, mute_after_s: float) -> None:
    from tools.pcsc.offer import Offer
    from tools.pcsc.tty import TtyLine

    line = TtyLine(port)
    print(f"{name} is the till's contact reader at {line.path}", flush=True)
    if port is None:
        print(f"  next: make run ARGS='--contact {line.path}'", flush=True)
    await Offer(name, line, lambda text: print(text, flush=True), mute_after_s).run()
