"""The power of one till: starts the real firmware on the MicroPython unix port, and cuts it off."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from host_sim.rig.world import World

FIRMWARE = Path(__file__).parents[2] / "firmware"
HEAP_MOST = 200 * 1024  # design.md's measure: above the imported code, 64-bit objects
STDERR_KEPT = 8192
CONSOLE_KEPT = 512 * 1024  # a whole queue that is handed over, and more


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


async def imported_heap(program: str = "main.py") -> int:
    """Bytes that the firmware's code takes once everything is imported and collected, as the interpreter says."""
    process = await asyncio.create_subprocess_exec(
        micropython(), "-X", "heapsize=4m", program, "--measure",
        cwd=FIRMWARE, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    try:
        return int(out.split(b"=")[1].split()[0])
    except (IndexError, ValueError):
        said = (out + err).decode(errors="replace")[-2000:]
        raise SupplyError(f"the firmware cannot be imported: correct what it says, {said}") from None


class Supply:
    """address: the rig's bus. heap_bytes: the whole heap of the till. ended: called when the program ends by itself,
    with what went wrong or "". output: the latest that its console has printed. on_output(bytes): told of more."""

    def __init__(self, world: World, address: tuple[str, int], heap_bytes: int, ended: Callable[[str], None]):
        self._world, self._address, self._ended = world, address, ended
        self.heap_bytes = heap_bytes
        self.firmware = FIRMWARE  # the folder that it is started from
        self.starts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._booting = False
        self.output = b""
        self.on_output: Callable[[bytes], None] = lambda data: None

    @property
    def on(self) -> bool:
        return self._process is not None

    async def switch_on(self, program: str = "main.py", stdin: bytes = b"") -> asyncio.subprocess.Process:
        """Boots the till. The clock stands still until it says hello or ends."""
        assert self._process is None, "the power is on"
        self._world.begin()
        self._booting = True
        self.starts += 1
        host, port = self._address
        process = await asyncio.create_subprocess_exec(
            micropython(), "-X", f"heapsize={self.heap_bytes}", program, f"{host}:{port}",
            cwd=self.firmware, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        self._process = process
        self._watch = asyncio.ensure_future(self._watched(process))
        return process

    def booted(self) -> None:
        """The board is on the bus and acts for itself."""
        if self._booting:
            self._booting = False
            self._world.end()

    async def _watched(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        kept = b""
        while data := await process.stdout.read(4096):
            kept = (kept + data)[-CONSOLE_KEPT:]
            self.output = kept
            self.on_output(data)
        code = await process.wait()
        if self._process is process:  # nobody switched it off
            self._process = None
            said = kept[-STDERR_KEPT:].decode(errors="replace")
            self._ended(f"the firmware ended with {code}: {said}" if code else "")
            self.booted()

    def switch_off(self) -> None:
        """No more instructions, at once."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
        self.booted()

    async def reaped(self) -> None:
        """Waits until the last program is really gone."""
        if self._watch is not None:
            await asyncio.wait({self._watch})
