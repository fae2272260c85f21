"""The power of one till on the MicroPython unix port."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from host_sim.rig.power import Power
from host_sim.rig.world import World

FIRMWARE = Path(__file__).parents[2] / "firmware"
HEAP_MOST = 200 * 1024  # design.md's measure: above the imported code, 64-bit objects
OUTPUT_KEPT = 512 * 1024  # a whole queue that is handed over, and more


class SupplyError(Exception):
    """The firmware cannot be started, or ended by itself. args: what happened and what to do."""


def micropython() -> str:
    """The interpreter: MICROPYTHON, or the one that the requirements bring."""
    named = os.environ.get("MICROPYTHON")
    beside = Path(sys.executable).with_name("micropython")
    found = shutil.which(named) if named else (str(beside) if beside.exists() else shutil.which("micropython"))
    if not found:
        raise SupplyError(
            f"no MicroPython at {named}: set MICROPYTHON to a unix port of MicroPython 1.28 or newer"
            if named
            else "no MicroPython here: pip install -r requirements/run.txt, or set MICROPYTHON=path"
        )
    return found


async def imported_heap(program: str = "main.py", firmware: Path = FIRMWARE) -> int:
    """Bytes that the firmware's code takes once everything is imported and collected, as the interpreter says.
    firmware: the folder that it is in."""
    process = await asyncio.create_subprocess_exec(
        micropython(), "-X", "heapsize=4m", program, "--measure",
        cwd=firmware, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    try:
        return int(out.split(b"=")[1].split()[0])
    except (IndexError, ValueError):
        said = (out + err).decode(errors="replace")[-2000:]
        raise SupplyError(f"the firmware cannot be imported: correct what it says, {said}") from None


class Supply(Power):
    """address: the rig's bus. heap_bytes: the whole heap of the till. ended: as Power's."""

    def __init__(self, world: World, address: tuple[str, int], heap_bytes: int, ended: Callable[[str], None]):
        super().__init__(world, ended, OUTPUT_KEPT)
        self._address = address
        self.heap_bytes = heap_bytes
        self.firmware = FIRMWARE  # the folder that it is started from

    async def _start(self, program: str, stdin: bytes) -> asyncio.subprocess.Process:
        host, port = self._address
        heap = f"heapsize={self.heap_bytes}"
        return await self._spawn(micropython(), "-X", heap, program, f"{host}:{port}", stdin=stdin, cwd=self.firmware)
