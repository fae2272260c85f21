"""`picotill host`: the settlement host alone, for terminals elsewhere on this machine; no desk, no rig."""

import asyncio
import contextlib
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tools.errors import ToolError

if TYPE_CHECKING:
    from host_sim.acquirer.acquirers import Acquirer
    from host_sim.acquirer.certificates import Authority
    from host_sim.host import Host

PORT = 7000
FOLDER = Path("var/host")


def command(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Terminals connect to 127.0.0.1:PORT; 0 picks one.")
    ] = PORT,
    folder: Annotated[
        Path, typer.Option(help="Keys, and databases where none is named; the next run goes on.")
    ] = FOLDER,
    database: Annotated[
        str | None,
        typer.Option(envvar="PICOTILL_DB", show_envvar=True, help="postgresql+psycopg://..., instead of SQLite."),
    ] = None,
    issuer_database: Annotated[
        str | None,
        typer.Option(envvar="PICOTILL_ISSUER_DB", show_envvar=True, help="Of the simulated issuer and bank, likewise."),
    ] = None,
    acquirer: Annotated[str, typer.Option(help="Whose host it is: an entry of acquirer/acquirers.toml.")] = "picotill",
    smtp: Annotated[str | None, typer.Option(help="HOST:PORT that merchants' notices are sent by.")] = None,
    sms: Annotated[
        str | None,
        typer.Option(envvar="PICOTILL_SMS", help="URL of the SMS gateway; its key is read from PICOTILL_SMS_KEY."),
    ] = None,
    clearing: Annotated[
        Path | None, typer.Option(help="Where channels' clearing files come; FOLDER/clearing where none is named.")
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            envvar="PICOTILL_ENGINE", help="Of reconciliation: duckdb://, postgresql://..., pyspark://MASTER."
        ),
    ] = "duckdb://",
    updates: Annotated[Path | None, typer.Option(help="Folder of signed updates to offer to terminals.")] = None,
    exceptions: Annotated[
        Path | None, typer.Option(help="Cards that no terminal takes without the issuer: docs/host.md.")
    ] = None,
    tls: Annotated[
        bool, typer.Option(help="TLS, with a certificate asked of every terminal; made in the folder.")
    ] = False,
    key_block: Annotated[
        bool, typer.Option(help="With --enrol: the terminal's key in a key block (TR-31) for two keepers.")
    ] = False,
    enrol: Annotated[
        str | None,
        typer.Option(help="TERMINAL:MERCHANT:NAME (8 and 15 characters): take one on, write its settings, end."),
    ] = None,
) -> int:
    """Serve terminals on the loopback address until Ctrl-C. Several may share a PostgreSQL and a folder's keys."""
    from host_sim.acquirer.acquirers import AcquirerError, load_acquirer
    from host_sim.acquirer.certificates import CertificateError
    from host_sim.acquirer.enrolment import EnrolmentError
    from host_sim.acquirer.exception_file import ExceptionFileError
    from host_sim.acquirer.updates import UpdateFileError
    from host_sim.store.connect import StoreError

    place = folder.absolute()
    try:
        whose = load_acquirer(acquirer)
        lmk = _lmk(place)
        urls = (
            database or f"sqlite:///{place / 'host.sqlite'}",
            issuer_database or f"sqlite:///{place / 'issuer.sqlite'}",
        )
        if enrol is not None:
            return asyncio.run(_enrol(urls, lmk, whose, place, enrol, port if tls else None, key_block))
        files = (clearing or place / "clearing").absolute()
        more = {"sms": _gateway(sms), "clearing": files, "engine": engine}
        more |= {"updates": updates, "exceptions": exceptions}
        host = _host(urls, lmk, whose, _server(smtp), **more)
        if tls:
            host.server.tls = _authority(place).server_context()
        return asyncio.run(_serve(host, urls[0], whose.name, port))
    except (CertificateError, AcquirerError, StoreError, EnrolmentError, UpdateFileError, ExceptionFileError) as error:
        raise ToolError(str(error.args[0]), str(error.args[-1])) from None
    except OSError as error:
        raise ToolError(f"{place} or port {port}: {error.strerror}", "give access, or name another") from None
    except Exception as error:
        if _module(error).startswith(("sqlalchemy", "psycopg")):
            what = f"the database cannot be used: {type(error).__name__}"
            raise ToolError(
                what, "see that its server runs and that PICOTILL_DB names a database of this user"
            ) from None
        raise


async def _serve(host: "Host", books: str, name: str, port: int) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await host.start(port=port)
        where = "PostgreSQL" if books.startswith("postgresql") else books.removeprefix("sqlite:///")
        line = f"127.0.0.1:{host.port}{', TLS' if host.server.tls else ''}"
        print(f"the host of {name} listens: {line}, books in {where}", flush=True)
        print("Ctrl-C ends it; what it has answered is on disk", flush=True)
        await stop.wait()
    finally:
        await host.stop()
    print("the host has ended", flush=True)
    return 0


async def _enrol(
    urls: tuple[str, str], lmk: bytes, acquirer: "Acquirer", place: Path, asked: str, port: int | None, block: bool
) -> int:
    """The settings hold a key, so they go into a file of its owner's only. port: of the host under TLS, or None. block:
    the key comes in a key block, and the two components of that block's key in files of their own."""
    terminal, merchant, name = (asked.split(":", 2) + ["", ""])[:3]
    from host_sim.acquirer.certificates import for_provisioning
    from host_sim.acquirer.key_blocks import in_key_block

    host = _host(urls, lmk, acquirer, None)
    try:
        settings = await host.enroll({"name": name}, terminal, merchant)
    finally:
        await host.stop()
    if block:
        settings = in_key_block(settings, os.urandom)
        for number, component in enumerate(settings.pop("kbpk_components"), 1):
            part = place / f"terminal-{terminal}.component-{number}"
            _write(part, component)
            print(f"component {number} of the key of its key block, for one keeper alone: {part}", flush=True)
    if port is not None:
        settings |= for_provisioning(_authority(place), terminal, "127.0.0.1", port)
    path = place / f"terminal-{terminal}.json"
    _write(path, settings)
    print(f"terminal {terminal} is enrolled; its settings, with its key in two components: {path}", flush=True)
    return 0


def _host(urls: tuple[str, str], lmk: bytes, acquirer: "Acquirer", smtp: tuple[str, int] | None, **more: Any) -> "Host":
    from host_sim.clock import SystemClock
    from host_sim.host import Host

    return Host(*urls, SystemClock(), os.urandom, lmk, smtp, acquirer=acquirer, **more)


def _authority(place: Path) -> "Authority":
    from host_sim.acquirer.certificates import Authority

    return Authority(place / "tls", datetime.now(UTC))


def _lmk(place: Path) -> bytes:
    """The key of all keys; made in the first run. Two hosts that start together get the same one."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / "lmk.json"
    with contextlib.suppress(FileExistsError):
        _write(path, {"lmk": os.urandom(32).hex()})
    try:
        lmk = bytes.fromhex(json.loads(path.read_text())["lmk"])
    except (ValueError, KeyError, TypeError):
        lmk = b""
    if len(lmk) != 32:
        raise ToolError(f"{path} is damaged", "put it back from a copy: without it no key and no card number opens")
    return lmk


def _write(path: Path, content: Any) -> None:
    """Whole or not at all, mode 0600 from the first byte on. FileExistsError where it is there already."""
    beside = path.with_suffix(f".{os.getpid()}.part")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(beside, path)
    finally:
        beside.unlink()


def _server(smtp: str | None) -> tuple[str, int] | None:
    if smtp is None:
        return None
    name, _, port = smtp.rpartition(":")
    if not name or not port.isdigit():
        raise typer.BadParameter(f"'{smtp}' is not HOST:PORT", param_hint="--smtp")
    return name, int(port)


def _gateway(url: str | None) -> Any:
    """The SMS gateway. Its key comes by the environment: a command line is read by everybody."""
    from host_sim.merchant.gateways import Gateway

    if url is None:
        return None
    key = os.environ.get("PICOTILL_SMS_KEY", "")
    if not url.startswith(("http://127.0.0.1", "http://localhost", "https://")) or not key.isascii() or not key:
        raise ToolError(f"--sms {url}", "give an https address (http on this machine only), and PICOTILL_SMS_KEY")
    return Gateway(url, key)


def _module(error: Exception) -> str:
    return type(error).__module__
