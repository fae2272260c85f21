"""The power of one till on an emulated Raspberry Pi Pico: rp2040js in Node runs a real image off the rig's flash."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_sim.rig.pico.emulator import Emulator
from host_sim.rig.world import World

HERE = Path(__file__).parent
OUTPUT_KEPT = 8192


class PicoSupply:
    """address: the rig's bus. emulator: what it takes (emulator.find()). ended: called when the board ends by itself,
    with what went wrong or "". heap: addresses of the image's heap, for the figures."""

    def __init__(
        self,
        world: World,
        address: tuple[str, int],
        emulator: Emulator,
        heap: dict[str, int] | None,
        ended: Callable[[str], None],
    ):
        self._world, self._address, self._emulator, self._heap, self._ended = world, address, emulator, heap, ended
        self.starts = 0
        self.developer = False  # the developer's pin is held to ground
        self.usb = False  # a computer is plugged in
        self.output = b""
        self.on_output: Callable[[bytes], None] = lambda data: None
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._booting = False

    @property
    def on(self) -> bool:
        return self._process is not None

    def arguments(self) -> dict[str, Any]:
        wiring = json.loads((HERE / "wiring.json").read_text())
        return {
            "port": self._address[1],
            "name": "pico",
            "rp2040js": str(self._emulator.module),
            "bootrom": str(self._emulator.bootrom),
            "wiring": wiring,
            "heap": self._heap,
            "usb": self.usb,
            "grounded": [wiring["developer"]] if self.developer else [],
        }

    async def switch_on(self, program: str = "main.py", stdin: bytes = b"") -> asyncio.subprocess.Process:
        """Boots the board. The clock stands still until it says hello or ends."""
        assert self._process is None, "the power is on"
        assert program == "main.py" and not stdin, "a board runs what its image starts"
        self._world.begin()
        self._booting = True
        self.starts += 1
        process = await asyncio.create_subprocess_exec(
            self._emulator.node, str(HERE / "run.mjs"), json.dumps(self.arguments()),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        self._process = process
        self._watch = asyncio.ensure_future(self._watched(process))
        return process

    def booted(self) -> None:
        if self._booting:
            self._booting = False
            self._world.end()

    async def _watched(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        kept = b""
        while data := await process.stdout.read(4096):
            kept = (kept + data)[-OUTPUT_KEPT:]
            self.output = kept
            self.on_output(data)
        code = await process.wait()
        if self._process is process:  # nobody switched it off
            self._process = None
            self._ended(f"the emulated board ended with {code}: {kept.decode(errors='replace')}" if code else "")
            self.booted()

    def switch_off(self) -> None:
        """No more instructions, at once."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
        self.booted()

    async def reaped(self) -> None:
        """Waits until the last board is really gone."""
        if self._watch is not None:
            await asyncio.wait({self._watch})
