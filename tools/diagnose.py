"""`picotill diagnose`: what a board at its prompt tells of itself."""

import json
from typing import Annotated, Any

import typer

REPORT = """
import json
from boards.which import board
import service
print(json.dumps(service.report(board().service())))
"""


def lines(said: dict[str, Any]) -> list[str]:
    """For a person."""
    found = [f"heap: {said['heap_free'] // 1024} KB free"]
    found += [f"flash, {name}: {used} of {pages} pages hold something" for name, (used, pages) in said["flash"].items()]
    journal = said["journal"]
    if isinstance(journal, dict):
        found.append(
            f"journal: batch {journal['batch']}, {journal['offline']} offline payments and {journal['undecided']} "
            f"others wait for the host, {journal['free_pages']} of {journal['pages']} pages are free"
        )
    else:
        found.append(f"journal: cannot be read ({journal}); leave the board as it is and look at it")
    for name, one in zip("AB", said["updates"], strict=False):
        found.append(f"update, slot {name}: " + (f"version {one[0]}, {one[1]}" if one else "empty"))
    found.append(f"last crash: {said['crash']}; {said['crashes']} in a row" if said["crash"] else "crashes: none")
    return found + settings_lines(said["keys"])


def settings_lines(keys: dict[str, Any] | str | None) -> list[str]:
    if keys is None:
        return ["settings: none; next: make provision"]
    if isinstance(keys, str):
        return [f"settings: {keys}"]
    return [
        f"settings: terminal {keys['terminal_id']}, merchant {keys['merchant_id']} ({keys['merchant_name']}), "
        f"profile {keys['profile']}",
        f"TMK: check value {keys['tmk_check']}",
    ]


def command(
    port: Annotated[str, typer.Option(envvar="PORT", help="Serial port of the board, or socket://HOST:PORT.")],
) -> int:
    """Heap, flash, journal, and the check values of the keys."""
    from tools.board_console import connect

    with connect(port) as console:
        for line in lines(json.loads(console.run(REPORT).splitlines()[-1])):
            print(line)
    return 0
