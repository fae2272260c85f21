"""`picotill flash-figures`: flash bytes, programs, erases, wear and recovery of a transaction, on one model, measured
under MicroPython: our ring, littlefs with append and sync, littlefs with one file a record."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import ToolError

ROOT = Path(__file__).parents[2]
HEAD = ("", "bytes", "programs", "erases", "wear max/mean", "flash ms", "recovery ms")


def measure(payments: int) -> list[dict[str, float]]:
    """A row a way: name, and a payment's bytes, programs, erases, ms; wear; recovery ms of the whole."""
    rows = []
    for way in ("ring", "append", "files"):
        done = subprocess.run(
            [str(Path(sys.executable).parent / "micropython"), "-X", "heapsize=8m",
             "tools/torture/measured.py", way, str(payments)],
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            said = done.stderr.strip()[-200:]
            raise ToolError(f"measuring {way} failed: {said}", "mend what it says and start again")
        rows.append(json.loads(done.stdout))
    return rows


def table(rows: list[dict[str, float]]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for row in rows:
        cells = (
            str(row["name"]), f"{row['bytes']:,.0f}", f"{row['programs']:.2f}", f"{row['erases']:.3f}",
            f"{row['wear']:.2f}", f"{row['ms']:.1f}", f"{row['recovery_ms']:.0f}",
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def command(
    payments: Annotated[int, typer.Option(min=50, help="Sales with an answer, each in five states.")] = 400,
) -> int:
    """Measure what a sale with all of its states costs the flash, and print it as a table."""
    rows = measure(payments)
    print(f"a sale with five durable steps, {payments} of them, 128 sectors of 4 KB; 0.4 ms a page, 45 ms an erase")
    print(table(rows))
    return 0
