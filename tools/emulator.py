"""Installs rp2040js, the emulator of a Raspberry Pi Pico, through npm into build/pico.

Standard library only. Never fails: a test that lacks it is skipped, and says so.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "pico"
PACKAGE, VERSION = "rp2040js", "1.4.1"


def installed() -> bool:
    told = FOLDER / "node_modules" / PACKAGE / "package.json"
    return told.exists() and json.loads(told.read_text())["version"] == VERSION


def main() -> None:
    if installed():
        return
    npm = shutil.which("npm")
    if npm is None:
        print(f"not installed: npm, to get {PACKAGE}; on Debian: apt-get install npm", flush=True)
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"installing {PACKAGE} {VERSION} with npm ...", flush=True)
    command = [
        npm, "install", "--prefix", str(FOLDER), "--no-package-lock", "--no-save", "--no-audit", "--no-fund",
        "--ignore-scripts", "--loglevel=error", f"{PACKAGE}@{VERSION}",
    ]  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"npm could not install {PACKAGE} {VERSION}: {done.stderr.strip()[-300:]}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
