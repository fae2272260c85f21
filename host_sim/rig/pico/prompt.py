"""MicroPython's prompt on a board whose developer's pin is held: code in, what it prints out.

Source: MicroPython documentation, "The MicroPython Interactive Interpreter Mode", raw mode.
"""

from host_sim.rig.counter import Counter
from host_sim.rig.pico.supply import PicoSupply

RAW, RUN = b"\x01", b"\x04"
READY, TAKEN = b"raw REPL; CTRL-B to exit\r\n>", b"OK"
WAIT_US = 60_000_000
PLUGGED_US = 2_000_000  # until the computer has found the port


class PromptError(Exception):
    """The board did not answer, or what it ran raised. args: what it said."""


class Prompt:
    """counter: with an emulated Pico that is off. Methods are for scripts that run as actors of its world."""

    def __init__(self, counter: Counter):
        self._counter, self._world = counter, counter.world
        self._heard = bytearray()
        counter.console.heard = self._hear

    def _hear(self, data: bytes) -> None:
        self._heard += data
        self._world.changed()

    async def power_on(self) -> None:
        supply = self._counter.supply
        assert isinstance(supply, PicoSupply)
        supply.developer = supply.usb = True
        await self._counter.power_on()
        await self._world.sleep(PLUGGED_US)
        self._counter.console.say(b"\r")
        await self._until(b">>> ")
        self._counter.console.say(RAW)
        await self._until(READY)

    async def run(self, code: str, within_us: int = WAIT_US) -> str:
        """What code prints. PromptError with the traceback where it raises."""
        self._counter.console.say(code.encode() + RUN)
        await self._until(TAKEN)
        out = await self._until(RUN, within_us)
        error = await self._until(RUN + b">", within_us)
        if error:
            raise PromptError(error.decode(errors="replace"))
        return out.decode(errors="replace").replace("\r\n", "\n")

    async def _until(self, end: bytes, within_us: int = WAIT_US) -> bytes:
        if not await self._world.until(lambda: end in self._heard, within_us):
            raise PromptError(f"no {end!r} from the board; it said {bytes(self._heard[-500:])!r}")
        found, _, rest = bytes(self._heard).partition(end)
        self._heard[:] = rest
        return found
