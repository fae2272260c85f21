"""The firmware as byte code: what the till's own compiler would make of it at every start, made once for all of them.

Only what is imported: programs that are started by name stay as they are, and so does a module that mpy-cross cannot
compile for this processor.
"""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host_sim.rig.supply import FIRMWARE, micropython
from tools.errors import ToolError
from tools.flash.compiler import Format, compile_module, format_of, require

WORKERS = 2
GC_STEP = ("GC_STEP = 16 * 1024", "GC_STEP = 1024 * 1024")
ASK = "import sys; print(sys.implementation._mpy)"


def compiled(folder: Path) -> Path:
    """The firmware's folder to start tills from: one in `folder` with the modules compiled, or the firmware's own where
    the interpreter takes other byte code than this mpy-cross makes."""
    try:
        wanted = format_of(int(subprocess.run([micropython(), "-c", ASK], capture_output=True, check=True).stdout))
        require(wanted)
    except (ToolError, ValueError):
        return FIRMWARE
    into = folder / "firmware"
    shutil.copytree(FIRMWARE, into, ignore=shutil.ignore_patterns("__pycache__"))
    _collect_less(into / "main.py")
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda path: _compile(into, path, wanted), sorted(into.glob("*/**/*.py"))))
    return into


def _collect_less(program: Path) -> None:
    """Most of a till's time on the laptop is collecting; what it needs of memory is held elsewhere (tests/flows)."""
    text = program.read_text(encoding="utf-8")
    if text.count(GC_STEP[0]) != 1:
        raise ToolError(f"{program.name} does not hold {GC_STEP[0]!r} once", "write it anew for what it says now")
    program.write_text(text.replace(*GC_STEP), encoding="utf-8")


def _compile(root: Path, path: Path, wanted: Format) -> None:
    try:
        code = compile_module(".".join(path.relative_to(root).with_suffix("").parts), path, wanted)
    except ToolError:
        return
    path.with_suffix(".mpy").write_bytes(code)
    path.unlink()
