"""How long a connection may take for what."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Limits:
    """In seconds. frame_s: from the connection's start, or a frame's first byte, to its last. idle_s: between frames.
    write_s: how long a peer may leave its answers unread."""

    frame_s: float = 15.0
    idle_s: float = 300.0
    write_s: float = 30.0


class Deadlines:
    """Running deadlines by name, each once."""

    def __init__(self) -> None:
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, after_s: float, call: Callable[[], None]) -> None:
        """From now, whether it ran already or not."""
        self.stop(name)
        self._timers[name] = asyncio.get_running_loop().call_later(after_s, call)

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
