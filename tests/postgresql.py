"""A PostgreSQL server of our own: below one folder, on a socket in it, for one run of the tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_S = 20.0
ROLE = "picotill"


def programs() -> Path | None:
    """The folder with initdb and postgres: Debian keeps one a version, and none of them on the path."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return max(found, key=lambda path: path.parent.name, default=None)


class Server:
    """folder: has the socket. Databases are made from a template that has the tables already."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._made = 0

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self._folder}"

    def create(self, template: str = "template0") -> str:
        """A new database's name."""
        self._made += 1
        name = f"made_{self._made}"
        with psycopg.connect(f"host={self._folder} user={ROLE} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name


@contextmanager
def serving(bin_folder: Path) -> Iterator[Server]:
    """Runs a server until the block ends. As root it runs as nobody: PostgreSQL refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="picotill-pg-"))
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    other: dict = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    with (folder / "log").open("wb") as log:
        told = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "cwd": folder, **other}
        options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--no-locale", f"--username={ROLE}"]
        subprocess.run([bin_folder / "initdb", *options, "-D", data], check=True, **told)
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=40"]
        line = [*_bound(), bin_folder / "postgres", "-D", data, *(part for one in settings for part in ("-c", one))]
        server = subprocess.Popen(line, **told)
    try:
        _wait(server, folder)
        yield Server(folder)
    finally:
        server.send_signal(2)  # SIGINT: ends without waiting for whoever is connected
        server.wait(START_S)
        shutil.rmtree(folder)


def _bound() -> list[str]:
    """What ends the server with a run of the tests that is killed."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []


def _wait(server: subprocess.Popen, folder: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(f"host={folder} user={ROLE} dbname=postgres").close()
            return
        except psycopg.OperationalError as error:
            alive = server.poll() is None and time.monotonic() < deadline
            assert alive, f"PostgreSQL did not start: {error}: {(folder / 'log').read_text()}"
            time.sleep(0.05)
