"""How long a connection may take for what, by the host's clock.

The wall wakes, the clock decides: a machine that is slow while a simulated clock stands still makes nobody late.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from host_sim.clock import Clock

LEAST_S = 0.01
"""Between two looks at the clock: wall and clock need not agree to the last microsecond."""


@dataclass
class Limits:
    """In seconds. frame_s: from the connection's start, or a frame's first byte, to its last. idle_s: between frames.
    write_s: how long a peer may leave its answers unread."""

    frame_s: float = 15.0
    idle_s: float = 300.0
    write_s: float = 30.0


class Deadlines:
    """Running deadlines by name, each once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, after_s: float, call: Callable[[], None]) -> None:
        """From now, whether it ran already or not."""
        self.stop(name)
        self._wait(name, after_s, self._clock.now(), after_s, call)

    def _wait(self, name: str, wait_s: float, began: datetime, after_s: float, call: Callable[[], None]) -> None:
        self._timers[name] = asyncio.get_running_loop().call_later(wait_s, self._look, name, began, after_s, call)

    def _look(self, name: str, began: datetime, after_s: float, call: Callable[[], None]) -> None:
        now = self._clock.now()
        left_s = after_s - (now - began).total_seconds()
        if left_s <= 0:
            call()
        elif left_s > after_s:  # the clock was put back: from now on it is counted anew
            self._wait(name, after_s, now, after_s, call)
        else:
            self._wait(name, max(left_s, LEAST_S), began, after_s, call)

    def keep(self, name: str, after_s: float, call: Callable[[], None]) -> None:
        """From when it was started first."""
        if name not in self._timers:
            self.start(name, after_s, call)

    def stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def stop_all(self) -> None:
        for name in tuple(self._timers):
            self.stop(name)
