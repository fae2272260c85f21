"""`picotill queue`: what a till has handed over in a file, because it could not send it. docs/export.md.

open proves the file, shows it redacted and says the receipt number that the till waits for; feed has the host take it.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from host_sim.acquirer.feeding import OPEN, FeedError, Item, feed, read
from host_sim.acquirer.queue_file import BYTES_MOST, QueueFile, QueueFileError, open_queue_file
from host_sim.console.folder import Folder, FolderError
from host_sim.host import Host
from host_sim.store.connect import StoreError
from tools.errors import ToolError

FOLDER = Path("var")
ANOTHER = "name the folder of the host that enrolled the till with --folder"

command = typer.Typer(help="What a till has handed over in a file: open it, feed it to the host.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="What the till's console printed, or - for standard input.")]
FolderOption = Annotated[Path, typer.Option("--folder", help="Where the host keeps its databases and secrets.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object in place of the table.")]


class _Clock:
    """The host's time: the wall's, or later where the folder's clock was put on."""

    def __init__(self, kept: datetime | None):
        self._ahead = max(timedelta(0), (kept or datetime.now(UTC)) - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@command.command("open")
def open_(file: File, folder: FolderOption = FOLDER, as_json: Json = False) -> None:
    """Prove a file, show what is in it without card numbers, and say the number to type at the till."""
    _run(file, folder, as_json, taking=False)


@command.command("feed")
def feed_(file: File, folder: FolderOption = FOLDER, as_json: Json = False) -> int:
    """Have the host take each message once; again changes nothing. Exit status 1 while one has no answer."""
    return 1 if any(item.outcome == OPEN for item in _run(file, folder, as_json, taking=True)) else 0


def _run(path: Path, folder: Path, as_json: bool, taking: bool) -> list[Item]:
    if not (folder / "host.sqlite").exists():
        raise ToolError(f"{folder} holds no host", ANOTHER)
    place = Folder(folder.absolute())
    try:
        if taking:
            place.take()
        if "lmk" not in place.secrets():
            raise ToolError(f"{folder} holds no host's key", ANOTHER)
        file, items = asyncio.run(_items(_text(path), place, taking))
    except (FolderError, QueueFileError, FeedError, StoreError) as error:
        raise ToolError(str(error.args[0]), str(error.args[1]) if len(error.args) > 1 else ANOTHER) from None
    finally:
        place.leave()
    _show(file, items, as_json)
    return items


async def _items(text: str, place: Folder, taking: bool) -> tuple[QueueFile, list[Item]]:
    """The file and what is in it; taking: what the host has made of each."""
    host = Host(
        f"sqlite:///{place.path / 'host.sqlite'}",
        f"sqlite:///{place.path / 'issuer.sqlite'}",
        _Clock(place.clock()),
        os.urandom,
        bytes.fromhex(place.secrets()["lmk"]),
    )
    try:
        file = open_queue_file(text, host.desk.hsm)
        if taking:
            return file, await feed(file, host.dispatcher)
        return file, [item for _, item in await read(file, host.dispatcher)]
    finally:
        await host.stop()


def _text(path: Path) -> str:
    try:
        if str(path) == "-":
            return sys.stdin.read(BYTES_MOST + 1)
        with path.open(encoding="ascii", errors="replace") as file:
            return file.read(BYTES_MOST + 1)
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}", "name what the till's console printed") from None


def _show(file: QueueFile, items: Iterable[Item], as_json: bool) -> None:
    shown = [item.shown() for item in items]
    if as_json:
        facts = {"terminal": file.terminal, "digest": file.digest, "receipt": file.receipt, "items": shown}
        print(json.dumps(facts, ensure_ascii=False))
        return
    print(f"till {file.terminal}  digest {file.digest}  receipt number {file.receipt}")
    for item in shown:
        amount = f"{item['amount_fen'] // 100}.{item['amount_fen'] % 100:02d}"
        number = f"{item['batch']:06d}/{item['trace']:06d}"
        print(
            f"{item['number']:4} {item['kind']:<9} {number} {item['card']:<19} {amount:>12}"
            f" {item.get('outcome', '')} {item.get('response', '')}".rstrip()
        )
