"""The power of one till on an emulated Raspberry Pi Pico: rp2040js in Node runs a real image off the rig's flash."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_sim.rig.pico.emulator import Emulator
from host_sim.rig.power import Power
from host_sim.rig.world import World

HERE = Path(__file__).parent
OUTPUT_KEPT = 8192


class PicoSupply(Power):
    """address: the rig's bus. emulator: what it takes (emulator.find()). heap: addresses of the image's heap, for the
    figures. ended: as Power's."""

    PROGRAM = "the emulated board"

    def __init__(
        self,
        world: World,
        address: tuple[str, int],
        emulator: Emulator,
        heap: dict[str, int] | None,
        ended: Callable[[str], None],
    ):
        super().__init__(world, ended, OUTPUT_KEPT)
        self._address, self._emulator, self._heap = address, emulator, heap
        self.developer = False  # the developer's pin is held to ground
        self.usb = False  # a computer is plugged in

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

    async def _start(self, program: str, stdin: bytes) -> asyncio.subprocess.Process:
        assert program == "main.py" and not stdin, "a board runs what its image starts"
        return await self._spawn(self._emulator.node, str(HERE / "run.mjs"), json.dumps(self.arguments()))
