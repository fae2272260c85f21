"""The firmware's own codec and kernel, asked from outside. The scripts here run under MicroPython's unix port with the
firmware's folder on its path; each reads one JSON object and writes one. `ask` is CPython's side of it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.errors import ToolError

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parent.parent / "firmware"
HEAP = "4m"
SECONDS_MOST = 120


def ask(script: str, question: dict[str, Any]) -> dict[str, Any]:
    """What the script HERE/SCRIPT.py answers. The question may hold card data: it goes through a pipe and nowhere else.

    Errors: ToolError where there is no MicroPython or it does not answer."""
    command = os.environ.get("MICROPYTHON") or shutil.which("micropython", path=str(Path(sys.executable).parent))
    if not command:
        raise ToolError("there is no MicroPython", "run make demo once, which installs it, or set MICROPYTHON=path")
    try:
        done = subprocess.run(
            [command, "-X", f"heapsize={HEAP}", str(HERE / f"{script}.py")], input=json.dumps(question),
            capture_output=True, text=True, timeout=SECONDS_MOST, check=False,
            env={**os.environ, "MICROPYPATH": f".frozen:{FIRMWARE}"},
        )  # fmt: skip
        return json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        raise ToolError(
            "the firmware under MicroPython gave no answer", "look whether MICROPYTHON names a working unix port"
        ) from None
