"""A firmware driver on a line of the rig, both in this process and both on one virtual clock."""

from host_sim.rig.uart import Line
from host_sim.rig.world import World
from till.drivers.clock import Signal


class RigClock:
    """The clock device over a world; waits as the firmware's does."""

    def __init__(self, world: World):
        self.world = world

    def ticks_ms(self) -> int:
        return self.world.now_us // 1000

    async def sleep_ms(self, ms: int) -> None:
        await self.world.sleep(ms * 1000)

    async def wait(self, signals, timeout_ms=None):
        def fired():
            return any(signal.is_set() for signal in signals)

        await self.world.until(fired, None if timeout_ms is None else timeout_ms * 1000)
        return next((signal for signal in signals if signal.is_set()), None)


class RigUart:
    """The UART port over a Line. open: exchanges under way. written: everything that went out."""

    def __init__(self, world: World, model, baud: int = 115200):
        self.baud = baud
        self.received = Signal()
        self.line = Line(world, model, self._raised)
        self.line.open(baud)
        self.open = 0
        self.written = bytearray()
        self._world = world
        self._kept = b""

    def _raised(self) -> None:
        self.received.set()
        self._world.changed()

    def begin(self) -> None:
        self.open += 1

    def end(self) -> None:
        assert self.open
        self.open -= 1

    def write(self, data) -> int:
        self.written += data
        return self.line.from_till(bytes(data))

    def any(self) -> int:
        self._kept = self._kept or self.line.take(1024)
        return len(self._kept)

    def readinto(self, view) -> int:
        count = min(len(view), self.any())
        view[:count] = self._kept[:count]
        self._kept = self._kept[count:]
        return count
