"""`picotill provision`: a till on a board gets its settings and its terminal master key."""

import json
import time
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from tools.errors import ToolError

GIVE = """
import json, gc
from boards.which import board
from provision import provision
import service
from till.settings import SettingsError
from till.keys.vault import VaultError
devices = board().service()
try:
    provision(devices, json.loads({text!r}))
    print(json.dumps(service.provisioned(devices)))
except (SettingsError, VaultError) as error:
    print(json.dumps(error.args[0]))
"""


def read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}", "name the file: SETTINGS=till.json") from None
    except ValueError as error:
        raise ToolError(f"{path} holds no JSON ({error})", "see docs/provisioning.md for what it holds") from None
    if not isinstance(found, dict):
        raise ToolError(f"{path} holds no object", "see docs/provisioning.md for what it holds")
    return found


def completed(
    settings: dict[str, Any], ask: Callable[[str], str], now: Callable[[], float] = time.time
) -> dict[str, Any]:
    """With what need not be in the file: the name as the printer and the display take it, the time, and the secrets,
    each component of the TMK asked of its own keeper."""
    from host_sim.rig.stage import glyphs_for

    settings = dict(settings)
    name = settings.get("merchant_name", "")
    try:
        settings.setdefault("merchant_gbk", name.encode("gb2312").hex())
    except UnicodeEncodeError:
        raise ToolError("merchant_name has a character that the printer lacks (GB2312)", "correct the name") from None
    settings.setdefault("glyphs", glyphs_for(name))
    settings.setdefault("provisioned_at", int(now()))
    if "tmk_block" in settings and "kbpk_components" not in settings:
        asked = [ask(f"key of the TMK's key block, component {number} (32 hex digits): ") for number in (1, 2)]
        settings["kbpk_components"] = [component.strip() for component in asked]
    if "tmk_block" not in settings and "tmk_components" not in settings:
        settings["tmk_components"] = [ask(f"TMK, component {number} (32 hex digits): ").strip() for number in (1, 2)]
    if "manager_password" not in settings:
        settings["manager_password"] = ask("manager's password (6 to 12 digits): ").strip()
    return settings


def command(
    port: Annotated[str, typer.Option(envvar="PORT", help="Serial port of the board, or socket://HOST:PORT.")],
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="JSON; docs/provisioning.md says its fields.")],
) -> int:
    """Give a till its settings and its terminal master key; what is shown afterwards was read back from the board."""
    from tools.board_console import connect
    from tools.diagnose import settings_lines

    given = completed(read(settings), getpass)
    with connect(port) as console:
        console.restart()
        said = json.loads(console.run(GIVE.format(text=json.dumps(given))).splitlines()[-1])
        console.restart()  # nothing of the keys stays in the board's memory
        if isinstance(said, str):
            raise ToolError(f"not provisioned: {said}", "correct it and run this again: the till is as it was before")
        if said["tmk_check"] != given["tmk_check"].upper() or said["terminal_id"] != given["terminal_id"]:
            raise ToolError("the board read back other settings than it was given", "run this again")
        for line in settings_lines(said):
            print(line)
        console.transport.exec_raw_no_follow("import machine; machine.reset()")
    print("restarting; take the developer's pin off ground, and the till starts")
    return 0
