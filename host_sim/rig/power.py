"""The power of one till: a process that runs the real firmware, started and cut off with the world's clock in step."""

import asyncio
from collections.abc import Callable
from typing import Any

from host_sim.rig.world import World

SAID_MOST = 8192


class Power:
    """ended: called when the program ends by itself, with what went wrong or "". output: the latest that its console
    has printed, kept bytes of it. on_output(bytes): told of more. starts: how often the power came on."""

    PROGRAM = "the firmware"
    """What ended, in ended's words."""

    def __init__(self, world: World, ended: Callable[[str], None], kept: int):
        self._world, self._ended, self._kept = world, ended, kept
        self.starts = 0
        self.output = b""
        self.on_output: Callable[[bytes], None] = lambda data: None
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._booting = False

    @property
    def on(self) -> bool:
        return self._process is not None

    async def switch_on(self, program: str = "main.py", stdin: bytes = b"") -> asyncio.subprocess.Process:
        """Boots the till. The clock stands still until it says hello or ends."""
        assert self._process is None, "the power is on"
        self._world.begin()
        self._booting = True
        self.starts += 1
        self._process = process = await self._start(program, stdin)
        self._watch = asyncio.ensure_future(self._watched(process))
        return process

    async def _start(self, program: str, stdin: bytes) -> asyncio.subprocess.Process:
        """The process, with stdout and stderr in one pipe."""
        raise AssertionError("a power without a process")

    async def _spawn(self, *arguments: str, stdin: bytes = b"", **options: Any) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *arguments, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT, **options
        )
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
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
            kept = (kept + data)[-self._kept :]
            self.output = kept
            self.on_output(data)
        code = await process.wait()
        if self._process is process:  # nobody switched it off
            self._process = None
            said = kept[-SAID_MOST:].decode(errors="replace")
            self._ended(f"{self.PROGRAM} ended with {code}: {said}" if code else "")
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
