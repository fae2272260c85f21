"""`picotill host` as a person starts and stops it."""

import json
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools.cli import run

ROOT = Path(__file__).parents[2]
WAIT_S = 30


def start(*options, **environment):
    line = [sys.executable, "-m", "tools.cli", "host", *map(str, options)]
    told = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "COLUMNS": "120", **environment}
    return subprocess.Popen(line, cwd=ROOT, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture
def said(capsys, monkeypatch):
    """A command that ends by itself, in this process: its status and what it said."""

    def run_it(*options, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        status = run(["host", *map(str, options)])
        out, error = capsys.readouterr()
        return status, out, error

    return run_it


def serves(process):
    """Read until it says where it listens; reach that; end it with Ctrl-C. Gives what it said."""
    try:
        first = process.stdout.readline()
        port = int(re.search(r"127\.0\.0\.1:(\d+)", first)[1])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=WAIT_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert (process.returncode, error) == (0, "") and out.endswith("the host has ended\n")
    return first + out


def test_a_terminal_is_enrolled_and_served_and_the_next_run_goes_on(tmp_path, said):
    enrol = ("--folder", tmp_path, "--enrol", "90000001:898110000000001:示范便利店")
    status, out, error = said(*enrol)
    assert status == 0, error
    path = tmp_path / "terminal-90000001.json"
    assert str(path) in out and stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = json.loads(path.read_text())
    assert len(settings["tmk_components"]) == 2 and settings["tmk_components"][0] not in out
    assert stat.S_IMODE((tmp_path / "lmk.json").stat().st_mode) == 0o600
    assert str(tmp_path / "host.sqlite") in serves(start("--folder", tmp_path, "--port", 0))
    status, _, error = said(*enrol)
    assert status == 1 and "enrolled already" in error and "next:" in error


def test_a_key_block_for_two_keepers_and_certificates(tmp_path, said):
    enrol = ("--folder", tmp_path, "--enrol", "90000001:898110000000001:Shop", "--key-block", "--tls")
    status, out, error = said(*enrol)
    assert status == 0, error
    settings = json.loads((tmp_path / "terminal-90000001.json").read_text())
    assert settings["tmk_block"][:1] == "D" and settings["tmk_block"] not in out
    assert not {"tmk_components", "kbpk_components"} & set(settings)
    parts = [tmp_path / f"terminal-90000001.component-{number}" for number in (1, 2)]
    assert all(str(part) in out and stat.S_IMODE(part.stat().st_mode) == 0o600 for part in parts)
    assert all(len(json.loads(part.read_text())) == 32 for part in parts)
    assert settings["host"]["port"] == 7000 and set(settings["tls"]) == {"ca", "certificate", "key"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "tls").iterdir())
    assert ", TLS, books in" in serves(start("--folder", tmp_path, "--port", 0, "--tls"))


def test_its_books_may_be_on_postgresql(tmp_path, said, postgresql):
    made = {name: postgresql.url(postgresql.create()) for name in ("PICOTILL_DB", "PICOTILL_ISSUER_DB")}
    status, _, error = said("--folder", tmp_path, "--enrol", "90000001:898110000000001:Shop", **made)
    assert status == 0, error
    assert "books in PostgreSQL" in serves(start("--folder", tmp_path, "--port", 0, **made))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lmk.json", "terminal-90000001.json"]


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        (("--acquirer", "third"), 1, "picotill, second"),
        (("--database", "mysql://x"), 1, "use sqlite or postgresql"),
        (("--database", "postgresql+psycopg://nobody@127.0.0.1:1/none"), 1, "PICOTILL_DB"),
        (("--smtp", "mail"), 2, "HOST:PORT"),
        (("--sms", "http://gateway.example/sms"), 1, "PICOTILL_SMS_KEY"),
        (("--enrol", "9:8:Shop"), 1, "8 letters or digits"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(tmp_path, said, options, status, reason):
    found, out, error = said("--folder", tmp_path, "--port", 0, *options)
    assert (found, out) == (status, "") and reason in error and "next:" in error and "Traceback" not in error


def test_a_port_that_is_taken_is_named(tmp_path, said):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, error = said("--folder", tmp_path, "--port", port)
    assert status == 1 and str(port) in error and "next:" in error


def test_a_damaged_key_file_stops_it_before_anything_opens(tmp_path, said):
    (tmp_path / "lmk.json").write_text("{}")
    status, _, error = said("--folder", tmp_path)
    assert status == 1 and "damaged" in error and not (tmp_path / "host.sqlite").exists()
