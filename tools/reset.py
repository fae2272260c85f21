"""`picotill reset`: a till on a board back to how it left the factory."""

import json
from typing import Annotated

import typer

from tools.errors import ToolError

RESET = """
import json
from boards.which import board
from till import factory
from till.settings import SettingsError
devices = board().service()
try:
    factory.nothing_waits(devices)
    for steps in (factory.begin, factory.finish):
        for _ in steps(devices):
            pass
    print(json.dumps(None))
except SettingsError as error:
    print(json.dumps(error.args[0]))
"""


def command(
    port: Annotated[str, typer.Option(envvar="PORT", help="Serial port of the board, or socket://HOST:PORT.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Erase a till's keys, settings, journal and updates; refused while a payment is not settled."""
    from tools.board_console import connect

    if not yes:
        typer.confirm("erase keys, settings and journal of this till?", abort=True)
    with connect(port) as console:
        console.restart()
        said = json.loads(console.run(RESET).splitlines()[-1])
        if said is not None:
            raise ToolError(f"not reset: {said}", "settle on the till, then run this again")
        console.transport.exec_raw_no_follow("import machine; machine.reset()")
    print("keys, settings, journal and updates are erased; next: make provision")
    return 0
