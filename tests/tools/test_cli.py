"""The command line: what it says, where it says it, and the exit status."""

import subprocess
import sys
import time

import pytest
import typer

from tools import cli

NETWORK_AND_DATABASE = ("sqlalchemy", "cryptography", "iso8583", "asyncio", "PIL")


def test_unknown_command_is_usage(capsys):
    assert cli.run(["demonstrate"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["picotill: No such command 'demonstrate'.", "  next: picotill --help"]


@pytest.mark.parametrize("arguments", [["decode"], ["check", "portability", "--nothing"], ["fonts", "--extra"]])
def test_wrong_options_are_usage_and_name_the_help(arguments, capsys):
    assert cli.run(arguments) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("picotill: ")
    assert second.startswith("  next: picotill ") and second.endswith(" --help")


def test_failure_says_what_and_what_next(capsys):
    assert cli.run(["decode", "12 3x"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["picotill", "  next"]


def test_failed_gate_is_exit_1(tmp_path, capsys):
    (tmp_path / "a.py").write_text("x = '1'.zfill(2)\n")
    assert cli.run(["check", "portability", "--firmware", str(tmp_path)]) == 1
    assert "a.py:1: .zfill()" in capsys.readouterr().out


def test_interrupted_command_says_so(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.decode.run", interrupted)
    assert cli.run(["decode", "00"]) == 130
    assert capsys.readouterr().err == "picotill: stopped\n"


def test_help_lists_every_command(capsys):
    assert cli.run(["--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("decode", "fonts", "check"):
        assert f" {name} " in shown


def test_lazy_command_is_imported_when_it_runs(monkeypatch, tmp_path, capsys):
    """A function, a Typer: whatever the module calls `command` becomes the command, with its own options."""
    (tmp_path / "lazy_function.py").write_text("def command(n: int = 1) -> int:\n    'Say n.'\n    return n\n")
    (tmp_path / "lazy_typer.py").write_text(
        "import typer\ncommand = typer.Typer()\n@command.command()\ndef any(n: int = 1) -> int:\n    return n\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("lazy_function", "lazy_typer"):
        monkeypatch.setitem(cli.LAZY, "sooner", (module, "command", "Say n."))
        command = cli.load("sooner")
        assert command.main(args=["--n", "7"], standalone_mode=False) == 7


def test_help_is_at_once():
    started = time.perf_counter()
    code = "import sys, tools.cli; tools.cli.run(['--help']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True
    )
    assert not set(done.stdout.splitlines()[-1].split()) & set(NETWORK_AND_DATABASE)
    assert time.perf_counter() - started < 3  # 0.15 s alone; the bound allows for a loaded machine


def test_every_command_has_help():
    group = typer.main.get_command(cli.cli)
    assert all(command.get_short_help_str() for command in group.commands.values())  # type: ignore[attr-defined]
