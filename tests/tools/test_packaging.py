"""What is installed: pinned, complete, and told to people where we may not install it."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import environment, system_packages

ROOT = Path(__file__).resolve().parent.parent.parent
PIN = re.compile(r"([A-Za-z0-9._-]+)==([0-9][0-9a-z.]*)")

APT_GET = """#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> HERE/calls
case "$*" in
*update) touch HERE/lists ;;
*) test -e HERE/lists && touch HERE/thing ;;
esac
"""


def pins(name):
    """{package: version} of a requirements file, those it includes among them."""
    found = {}
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        if line.startswith("-r "):
            found |= pins(line[3:])
        elif line and not line.startswith("#"):
            pinned = PIN.fullmatch(line)
            assert pinned, f"requirements/{name}: {line} is not NAME==VERSION"
            found[canonicalize_name(pinned[1])] = pinned[2]
    return found


EVERY = ["run.txt", "reconcile.txt", "board.txt", "test.txt", "check.txt", "spark.txt", *environment.TYPINGS]


@pytest.mark.parametrize("name", EVERY)
def test_every_requirement_is_pinned(name):
    assert pins(name)


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_what_a_requirement_requires_is_pinned_too(name):
    listed = pins(name)
    for package in listed:
        for line in importlib.metadata.requires(package) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed = canonicalize_name(requirement.name)
                assert needed in listed, f"{package} needs {needed}"
                assert requirement.specifier.contains(listed[needed], prereleases=True), f"{package} needs {line}"


def test_stamp_depends_on_what_is_installed():
    digests = {environment.digest(purpose) for purpose in environment.REQUIREMENTS}
    assert len(digests) == len(environment.REQUIREMENTS)
    assert environment.digest("run") == environment.digest("run")


def test_old_python_is_told_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(environment, "OLDEST", (3, 99))
    with pytest.raises(SystemExit) as stopped:
        environment.require_python()
    assert stopped.value.code == 1
    what, do_next = capsys.readouterr().err.splitlines()
    assert what.endswith("picotill needs 3.99 or newer") and "make PYTHON=" in do_next


def test_python_without_venv_is_told_what_to_do(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit):
        environment.require_python()
    assert "apt-get install python3-venv" in capsys.readouterr().err


def test_failed_step_shows_its_output_and_what_to_do(tmp_path, capsys):
    with pytest.raises(SystemExit):
        environment.run(
            [sys.executable, "-c", "print('no such package'); raise SystemExit(3)"], tmp_path / "log", "installing"
        )
    said = capsys.readouterr().err
    assert "no such package" in said and "installing failed" in said and "next: check the network" in said


def test_wrong_purpose_is_refused():
    script = str(ROOT / "tools/environment.py")
    done = subprocess.run([sys.executable, script, "everything"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "run|test|check" in done.stderr


def test_missing_system_package_is_named_where_we_may_not_install(monkeypatch, capsys):
    monkeypatch.setattr(system_packages, "NEEDED", (("thing", lambda: False, "to test"), ("there", lambda: True, "")))
    monkeypatch.setattr(system_packages, "installer", lambda: None)
    system_packages.main()
    assert capsys.readouterr().out == "not installed: thing (to test); on Debian: apt-get install thing\n"


def test_missing_system_package_is_installed_where_we_may(monkeypatch, tmp_path, capsys):
    apt = tmp_path / "apt-get"  # knows of the package only once its lists are up to date
    apt.write_text(APT_GET.replace("HERE", str(tmp_path)))
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system_packages, "NEEDED", (("thing", lambda: (tmp_path / "thing").exists(), "to test"),))
    system_packages.main()
    assert capsys.readouterr().out == "installing thing with apt-get ...\n"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [re.search("install|update", call)[0] for call in calls] == ["install", "update", "install"]
    assert all(call.startswith("noninteractive -q -y") for call in calls)


def test_makefile_helps_in_one_line_a_target():
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("make ")] == targets
