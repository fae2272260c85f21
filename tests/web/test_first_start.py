"""A start that is cut short at any moment, and folders and ports that cannot be had: the next start simply works, or
says in one line what happened and in another what to do."""

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from host_sim.console.folder import Folder
from tests.web.conftest import ROOT, Desk, alive
from tools import cli


def _start(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.cli", "run", "--port", "0", "--folder", str(folder), *more]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _count(folder: Path, table: str) -> int:
    try:
        with sqlite3.connect(f"file:{folder / 'host.sqlite'}?mode=ro", uri=True, timeout=0.1) as file:
            return file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    except sqlite3.Error:
        return 0


def _flash_written(folder: Path) -> bool:
    try:
        cells = (folder / "flash.bin").read_bytes()
    except FileNotFoundError:
        return False
    return cells.count(0xFF) < len(cells)


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "the terminal is enrolled": lambda folder: _count(folder, "terminal") > 0,
    "the till is half provisioned": _flash_written,
}


def _wait(process: subprocess.Popen[str], folder: Path, reached: Callable[[Path], bool]) -> None:
    """Until this process has come that far; what an earlier one left there does not count."""
    steps = (
        lambda: Folder(folder).holder().get("pid") == process.pid,
        lambda: not reached(folder),
        lambda: reached(folder),
    )
    deadline = time.monotonic() + 30
    for step in steps:
        while not step():
            assert time.monotonic() < deadline and process.poll() is None, process.communicate()
            time.sleep(0.001)


def test_a_first_start_killed_at_any_moment_begins_anew_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    for moment, reached in MOMENTS.items():
        process = _start(folder)
        _wait(process, folder, reached)
        process.kill()
        process.communicate()
        assert not Folder(folder).secrets().get("provisioned"), f"killed too late: {moment}"
    _ctrl_c(folder)
    desk = Desk(folder)
    assert Folder(folder).secrets()["provisioned"] and _count(folder, "terminal") == 1
    assert desk.end() == 0


def _ctrl_c(folder: Path) -> None:
    """During a start it ends that at once, with 130 and without a trace of Python."""
    process = _start(folder)
    _wait(process, folder, lambda folder: (folder / "host.sqlite").exists())
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130 and "stopped before the desk was open" in err and "Traceback" not in err, err
    assert "open:" not in out and alive([process.pid]) == []


def _says(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = cli.run(["run", *arguments])
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return status, said


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("a file")
    for folder in (tmp_path / "file", tmp_path / "file" / "var", Path("/proc/picotill")):
        status, said = _says(capsys, "--port", "0", "--folder", str(folder))
        assert status == 1 and str(folder) in said and "next: name another with --folder" in said, said


def test_damaged_secrets_are_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secrets.json").write_text('{"lmk": "')
    status, said = _says(capsys, "--port", "0", "--folder", str(tmp_path))
    assert status == 1 and "secrets.json is damaged" in said and "next:" in said
    assert (tmp_path / "secrets.json").read_text() == '{"lmk": "'


def test_a_port_that_is_bound_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        status, said = _says(capsys, "--port", str(port), "--folder", str(tmp_path / "var"))
    assert status == 1 and f"port {port} cannot be had" in said and "make run PORT=" in said
