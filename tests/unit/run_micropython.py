"""Run one unit-test file under MicroPython and print one line of JSON a test.

    micropython -X heapsize=400k tests/unit/run_micropython.py FILE [TEST ...]

Each line is {"test": name, "ok": true|false, "us": microseconds, "heap": bytes in use after a collection} and, for a
failure, "error": the traceback. Without TEST names every top-level test_*() runs, in the order of the file. The exit
status is 1 when one failed. A file that cannot be imported is one failure named "import".
"""

import gc
import io
import json
import os
import sys
import time


def _place(path):
    """Make the modules of the firmware, of tests/unit and the built-in ones importable, wherever we were started."""
    here = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
    folder = path.rsplit("/", 1)[0] if "/" in path else "."
    for entry in (".frozen", here + "/../../firmware", here, folder):
        if entry not in sys.path:
            sys.path.append(entry)


def _names(path):
    """Top-level test functions in the order of the file: a MicroPython module does not keep that order."""
    found = []
    with open(path) as source:
        for line in source:
            for start in ("def test_", "async def test_"):
                if line.startswith(start):
                    found.append(line[len(start) - 5 : line.index("(")])
    return found


def _load(path):
    """The module's globals, as if the file had been imported."""
    module = {"__name__": path.rsplit("/", 1)[-1][:-3], "__file__": path}
    with open(path) as source:
        code = compile(source.read(), path, "exec")
    gc.collect()
    exec(code, module)
    return module


def _report(name, started_us, error=None):
    line = {"test": name, "ok": error is None, "us": time.ticks_diff(time.ticks_us(), started_us)}
    if error is not None:
        text = io.StringIO()
        sys.print_exception(error, text)
        line["error"] = text.getvalue()
    gc.collect()
    line["heap"] = gc.mem_alloc()
    print(json.dumps(line))
    return error is None


def _call(function):
    result = function()
    if hasattr(result, "send"):
        import asyncio

        asyncio.run(result)


def run(path, names=()):
    """Run the tests of a file; True when all passed."""
    _place(path)
    started_us = time.ticks_us()
    try:
        module = _load(path)
    except BaseException as error:
        return _report("import", started_us, error)
    passed = True
    for name in names or _names(path):
        gc.collect()
        started_us = time.ticks_us()
        try:
            _call(module[name])
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            passed = _report(name, started_us, error) and passed
        else:
            _report(name, started_us)
    return passed


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("usage: run_micropython.py FILE [TEST ...]")
        sys.exit(2)
    try:
        os.stat(sys.argv[1])
    except OSError:
        print("no such file: %s" % sys.argv[1])
        sys.exit(2)
    sys.exit(0 if run(sys.argv[1], sys.argv[2:]) else 1)
