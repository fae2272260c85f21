"""`picotill run`: the desk, the whole system on one web page."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import ToolError

PORT = 8080
FOLDER = Path("var")
STOPPED = 130  # as a shell says of a program that Ctrl-C has ended


def command(
    port: Annotated[
        int,
        typer.Option(envvar="PORT", min=0, max=65535, help="The page is http://127.0.0.1:PORT; 0 picks a free one."),
    ] = PORT,
    folder: Annotated[
        Path, typer.Option(help="Databases, flash and cards of the shop; the next run goes on there.")
    ] = FOLDER,
    language: Annotated[str, typer.Option(help="Of a new till: zh or en.")] = "zh",
    contact: Annotated[str | None, typer.Option(help="The contact reader: a port that `picotill pcsc` made.")] = None,
) -> int:
    """Open the desk: till, cards, world and host on one web page. Ctrl-C closes it."""
    if language not in ("zh", "en"):
        raise typer.BadParameter(f"'{language}' is not zh or en", param_hint="--language")
    if contact is not None and not Path(contact).exists():
        raise ToolError(f"there is no {contact}", "start `make pcsc` first and name the port that it prints")
    from host_sim.console.folder import Folder, FolderError
    from host_sim.console.server import PortTaken, Stopped, serve
    from host_sim.rig.supply import SupplyError
    from host_sim.store.connect import StoreError

    def ready(address: str) -> None:
        print(f"the desk is open: {address}\nCtrl-C closes it; what it did is kept in {place.path}", flush=True)

    place = Folder(folder.absolute())
    try:
        place.take()
        asyncio.run(serve(place, port, ready, language, contact))
    except PortTaken as error:
        where = f"name another: make run PORT={port + 1 if 1024 <= port < 65535 else PORT + 1}"
        raise ToolError(f"port {port} cannot be had: {error.args[1]}", where) from None
    except Stopped:
        print("stopped before the desk was open; nothing is lost, start it again", file=sys.stderr, flush=True)
        return STOPPED
    except (FolderError, SupplyError, StoreError) as error:
        raise ToolError(str(error.args[0]), str(error.args[1]) if len(error.args) > 1 else "run it again") from None
    except OSError as error:
        what = f"{place.path} cannot be used: {error.strerror}"
        raise ToolError(what, "make room or give write access there, or name another with --folder") from None
    finally:
        place.leave()
    print("the desk is closed", flush=True)
    return 0
