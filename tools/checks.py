"""The gates of `make check` before the tests. Each prints one line, or what it found; all run, even after one fails."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

GATES = (
    ("ruff", [BIN / "ruff", "check", "--quiet", "."]),
    ("pyright host_sim tools", [BIN / "pyright"]),
    ("pyright firmware", [BIN / "pyright", "-p", "pyrightconfig.firmware.json"]),
    ("pyright pico", [BIN / "pyright", "-p", "pyrightconfig.rp2.json"]),
    ("pyright pico2_w", [BIN / "pyright", "-p", "pyrightconfig.pico2_w.json"]),
    ("pyright esp32s3", [BIN / "pyright", "-p", "pyrightconfig.esp32.json"]),
    ("portability", [sys.executable, "-m", "tools.portability"]),
    ("import arrows", [BIN / "lint-imports", "--no-logo"]),
)


def main() -> int:
    """0 when every gate passes."""
    failed = []
    environment = {**os.environ, "PYTHONPATH": "firmware", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    for name, command in GATES:
        started = time.monotonic()
        done = subprocess.run(
            [str(part) for part in command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - started
        if done.returncode:
            failed.append(name)
            print(done.stdout.rstrip())
        print(f"{name}: {'FAILED' if done.returncode else 'ok'} ({seconds:.1f} s)", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
