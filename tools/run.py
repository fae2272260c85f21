"""`picotill run`: the desk, the whole system on one web page."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import ToolError

PORT = 8080
FOLDER = Path("var")


def command(
    port: Annotated[
        int,
        typer.Option(envvar="PORT", min=0, max=65535, help="The page is http://127.0.0.1:PORT; 0 picks a free one."),
    ] = PORT,
    folder: Annotated[
        Path, typer.Option(help="Databases, flash and cards of the shop; the next run goes on there.")
    ] = FOLDER,
    language: Annotated[str, typer.Option(help="Of a new till: zh or en.")] = "zh",
) -> int:
    """Open the desk: till, cards, world and host on one web page. Ctrl-C closes it."""
    if language not in ("zh", "en"):
        raise typer.BadParameter(f"'{language}' is not zh or en", param_hint="--language")
    from host_sim.acquirer.enrolment import EnrolmentError
    from host_sim.console.folder import Folder, FolderError
    from host_sim.console.server import PortTaken, serve
    from host_sim.rig.supply import SupplyError

    def ready(address: str) -> None:
        print(f"the desk is open: {address}\nCtrl-C closes it; what it did is kept in {place.path}", flush=True)

    place = Folder(folder.absolute())
    try:
        place.take()
    except FolderError as error:
        raise ToolError(*error.args) from None
    try:
        asyncio.run(serve(place, port, ready, language))
    except PortTaken:
        raise ToolError(
            f"port {port} is in use by another program", f"name another: make run PORT={port + 1}"
        ) from None
    except EnrolmentError:
        what = f"the first start on {place.path} was cut short before the till had its keys"
        raise ToolError(what, f"name another folder with --folder, or remove {place.path}") from None
    except (FolderError, SupplyError) as error:
        raise ToolError(str(error.args[0]), error.args[1] if len(error.args) > 1 else "run it again") from None
    finally:
        place.leave()
    print("the desk is closed", flush=True)
    return 0
