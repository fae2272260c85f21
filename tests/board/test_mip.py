"""`mpremote mip install` of firmware/package.json from a file server, onto a board whose file system is a folder here;
then MicroPython loads every module of it, with nothing else of the till beside."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mpremote.commands import CommandError
from mpremote.mip import _install_package

from host_sim.rig.supply import micropython
from tools.flash.subset import SUBSET, files
from tools.image.boards import FIRMWARE

LIB = "/lib"
LOAD = """
import sys
sys.path[:] = [".frozen", sys.argv[1]]
for name in sys.argv[2:]:
    __import__(name)
print(len([name for name in sys.modules if name.startswith("till.")]))
"""


class Board:
    """What mip asks of a board's prompt, on a folder. room: files until its flash is full."""

    def __init__(self, folder: Path, room: int = 1_000):
        self.folder, self.room = folder, room

    def _place(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def fs_exists(self, path: str) -> bool:
        return self._place(path).exists()

    def fs_mkdir(self, path: str) -> None:
        self._place(path).mkdir()

    def fs_writefile(self, path: str, data: bytes, progress_callback: Callable[..., None] | None = None) -> None:
        if not self.room:
            raise OSError(28, "no space left on device")
        self.room -= 1
        self._place(path).write_bytes(data)


@pytest.fixture
def address() -> Iterator[str]:
    """A file server with the firmware folder, on the loopback address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(FIRMWARE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def installed(board: Board, address: str) -> None:
    _install_package(board, f"{address}/package.json", "", LIB, None, True)


def modules_loaded(board: Board, folder: Path) -> int:
    names = [target.removesuffix(".py").replace("/", ".") for target in files()]
    script = folder / "load.py"
    script.write_text(LOAD)
    command = [micropython(), str(script), str(board.folder / "lib"), *names]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout)


def test_the_subset_is_installed_and_every_module_of_it_loads(tmp_path: Path, address: str):
    board = Board(tmp_path / "board")
    board.folder.mkdir()
    installed(board, address)
    got = {path.relative_to(board.folder / "lib").as_posix() for path in (board.folder / "lib").rglob("*.py")}
    assert got == set(files()) and SUBSET == "drivers"
    assert modules_loaded(board, tmp_path) >= len(got)
    missing = next(path for path in got if path.endswith("lines.py"))
    (board.folder / "lib" / missing).unlink()
    with pytest.raises(AssertionError, match="no module named"):
        modules_loaded(board, tmp_path)


def test_broken_off_it_can_be_run_again(tmp_path: Path, address: str):
    board = Board(tmp_path / "board", room=7)
    board.folder.mkdir()
    with pytest.raises(OSError, match="no space"):
        installed(board, address)
    board.room = 1_000
    installed(board, address)
    assert modules_loaded(board, tmp_path) >= len(files())


def test_a_server_without_one_of_the_files_is_told(tmp_path: Path, address: str):
    board = Board(tmp_path)
    with pytest.raises(CommandError, match="not found"):
        _install_package(board, f"{address}/boards/package.json", "", LIB, None, True)


def test_the_version_is_the_till_s():
    told = json.loads((FIRMWARE / "package.json").read_text())
    assert f'VERSION = "{told["version"]}"' in (FIRMWARE / "till/version.py").read_text()
