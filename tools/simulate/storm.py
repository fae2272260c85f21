"""What a till's line does to messages: loses, delays, doubles, reorders, truncates and corrupts them.

A message that is late for its connection still comes to the host, on a connection of its own: networks do that.
"""

import asyncio
from collections.abc import Callable

from host_sim.rig.link import Link
from host_sim.rig.world import World

LATENCY_US = 20_000
SECOND_US = 1_000_000
STRAY_US = 40_000_000


class Storm:
    """link: of the till. world: its clock. port(): of the host, None while it is down. progress(port): its account.
    happened: how many faults took place."""

    def __init__(
        self,
        link: Link,
        world: World,
        port: Callable[[], int | None],
        progress: Callable[[int], tuple[int, int, bool]],
    ):
        self._link, self._world, self._port, self._progress = link, world, port, progress
        self.happened = 0
        self._due: dict[str, list[list]] = {"request": [], "answer": []}
        self._held: dict[str, bytes] = {}
        self._strays: set[asyncio.Future[None]] = set()
        link.intercept = self._meet

    def arm(self, what: str, direction: str, skip: int, *given: int) -> None:
        """what: see schedule.FAULTS. It meets the message after the next skip ones in that direction."""
        self._due[direction].append([what, skip, *given])

    def calm(self) -> None:
        """The line is itself again."""
        self._due = {"request": [], "answer": []}
        self._held.clear()
        self._link.latency_us = LATENCY_US
        self._link.up = True

    def _meet(self, direction: str, data: bytes) -> bytes | None:
        held = self._held.pop(direction, None)
        due = self._due[direction]
        if due and due[0][1]:
            due[0][1] -= 1
        elif due:
            data = self._hurt(direction, data, due) or b""
        if held:
            self._link.later(direction, held, LATENCY_US)  # behind the one that it had been before
        return data

    def _hurt(self, direction: str, data: bytes, due: list[list]) -> bytes | None:
        self.happened += 1
        what, _, *given = due[0]
        if what == "lose":
            due[0][2] -= 1
            if not due[0][2]:
                due.pop(0)
            return None
        due.pop(0)
        if what == "delay":
            return self._late(direction, data, given[0])
        if what == "double":
            self._link.later(direction, data, 2 * LATENCY_US)
            if direction == "request":
                self._world.call_after(STRAY_US, self._stray, data)
            return data
        if what == "hold":
            self._held[direction] = data
            return None
        if what == "truncate":
            return data[: -given[0]]
        at = given[0] % len(data)
        return data[:at] + bytes([data[at] ^ given[1]]) + data[at + 1 :]

    def _late(self, direction: str, data: bytes, delay_s: int) -> None:
        self._link.later(direction, data, delay_s * SECOND_US)
        if direction == "request":
            self._world.call_after((delay_s + 1) * SECOND_US, self._stray, data)

    def _stray(self, data: bytes) -> None:
        port = self._port()
        if port is not None:
            self._world.begin()
            task = asyncio.ensure_future(self._deliver(port, data))
            self._strays.add(task)
            task.add_done_callback(self._strays.discard)

    async def _deliver(self, port: int, data: bytes) -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            ours = writer.get_extra_info("sockname")[1]
            writer.write(data)
            await writer.drain()
            for _ in range(2000):
                consumed, _, busy = self._progress(ours)
                if consumed >= len(data) and not busy or writer.is_closing() or self._port() is None:
                    break
                await asyncio.sleep(0.001)
            writer.close()
        except OSError:
            pass  # the host has gone meanwhile: it is lost
        finally:
            self._world.end()
