"""The harness itself: both runtimes, a capped heap, crashes, and the last lines of a run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from host_sim.rig.supply import micropython

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = """
[pytest]
addopts = --import-mode=importlib -q -p no:cacheprovider
pythonpath = . firmware tests/unit tests/shims
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
"""
CASES = """\
# heap: 150k
import sys
from checks import raises

MICROPYTHON = sys.implementation.name == "micropython"


def test_passes():
    assert str(raises(ValueError, int, "x"))


def test_prints():
    print("noise")


def test_fails_here_only():
    assert not MICROPYTHON


def test_needs_more_than_the_cap():
    assert len(bytearray(140000)) == 140000


async def test_awaits():
    import asyncio

    await asyncio.sleep(0)
"""
CRASH = """\
import sys


def test_before():
    pass


def test_ends_the_process():
    if sys.implementation.name == "micropython":
        import os

        os.system("kill -9 $PPID")


def test_after():
    pass
"""
IMPORT = """\
import sys

if sys.implementation.name == "micropython":
    import nowhere


def test_a():
    pass


def test_b():
    pass
"""


@pytest.fixture
def project(tmp_path):
    for folder in ("unit", "shims"):
        shutil.copytree(ROOT / "tests" / folder, tmp_path / "tests" / folder, ignore=_only_harness)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "firmware").mkdir()

    def run(files, *arguments, **environment):
        for name, text in files.items():
            path = tmp_path / "tests" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, "-m", "pytest", "-rA", "--tb=short", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "PICOTILL_WHOLE": "", **environment},
            capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        outcomes = dict(line.split()[1::-1] for line in done.stdout.splitlines() if line[:6] in ("PASSED", "FAILED"))
        return {name.rpartition("::")[2]: outcome for name, outcome in outcomes.items()}, done

    return run


def _only_harness(folder, names):
    return [name for name in names if (Path(folder) / name).is_dir()]


def test_each_function_is_reported_on_both_runtimes(project):
    outcomes, done = project({"unit/room/test_cases.py": CASES})
    names = ["test_passes", "test_prints", "test_fails_here_only", "test_needs_more_than_the_cap", "test_awaits"]
    assert [outcomes[name] for name in names] == ["PASSED"] * 5, done.stdout
    assert [outcomes[f"{name}[micropython]"] for name in names] == ["PASSED", "PASSED", "FAILED", "FAILED", "PASSED"]
    assert "MemoryError: memory allocation failed" in done.stdout
    assert "AssertionError" in done.stdout and ">   assert not MICROPYTHON" in done.stdout
    assert done.returncode == 1


def test_one_test_can_be_chosen_by_its_name(project):
    outcomes, done = project(
        {"unit/room/test_cases.py": CASES}, "tests/unit/room/test_cases.py::test_passes[micropython]"
    )
    assert outcomes == {"test_passes[micropython]": "PASSED"}, done.stdout
    outcomes, _ = project({}, "-k", "passes or prints")
    assert set(outcomes.values()) == {"PASSED"} and len(outcomes) == 4


def test_crash_fails_its_test_and_those_after_it(project):
    outcomes, done = project({"unit/room/test_crash.py": CRASH})
    assert outcomes["test_before[micropython]"] == "PASSED"
    assert outcomes["test_ends_the_process[micropython]"] == outcomes["test_after[micropython]"] == "FAILED"
    assert outcomes["test_after"] == "PASSED"
    assert "MicroPython ended (status -9, heap 400k) before test_ends_the_process" in done.stdout


def test_file_that_cannot_be_imported_fails_every_test(project):
    outcomes, done = project({"unit/room/test_import.py": IMPORT})
    assert outcomes["test_a[micropython]"] == outcomes["test_b[micropython]"] == "FAILED"
    assert "ImportError: no module named 'nowhere'" in done.stdout


def test_without_micropython_the_tests_are_named_as_not_run(project):
    cases = {
        "unit/room/test_cases.py": CASES,
        "host/test_skip.py": "import pytest\n\n\ndef test_s():\n    pytest.skip('no card')\n",
    }
    _, done = project(cases, MICROPYTHON="/nowhere/micropython")
    last = done.stdout.splitlines()[-4:]
    assert sorted(line.split()[2] for line in last[:2]) == ["tests/host", "tests/unit"]
    assert last[2] == "could not run: tests/host/test_skip.py::test_s: no card" or "no card" in last[3]
    assert any("no MicroPython: set MICROPYTHON=path" in line for line in last)
    assert done.returncode == 0, done.stdout
    _, done = project(cases, MICROPYTHON="/nowhere/micropython", PICOTILL_WHOLE="1")
    assert done.returncode == 1, "nothing may be left out here"


def test_runner_by_itself(tmp_path):
    """The command that a person types: JSON lines, and status 1 when one failed."""
    path = tmp_path / "test_cases.py"
    path.write_text(CASES)
    command = [micropython(), "-X", "heapsize=400k"]
    done = subprocess.run(
        [*command, str(ROOT / "tests/unit/run_micropython.py"), str(path)], capture_output=True, text=True
    )
    assert done.returncode == 1
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert [('"ok": true' in line) for line in lines] == [True, True, False, True, True]
    done = subprocess.run([*command, str(ROOT / "tests/unit/run_micropython.py")], capture_output=True, text=True)
    assert done.returncode == 2 and "usage" in done.stdout
