"""Virtual time: one clock for everything on the counter, the people in front of it and the host behind it.

The clock moves only when nothing is under way: every actor (a till, a person's script) waits, and every
watched host has answered what it was sent. Then it jumps to the next timer. Timers at the same instant
run in the order in which they were set, so a run with the same seed is the same run.
"""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any


class StandStill(RuntimeError):
    """Somebody waits for a thing that nothing on the counter will ever bring about."""


class Timer:
    """One entry of the clock. cancel() takes it back; a cancelled timer never moves the clock."""

    __slots__ = ("at_us", "order", "call", "cancelled")

    def __init__(self, at_us: int, order: int, call: Callable[[], object]):
        self.at_us, self.order, self.call, self.cancelled = at_us, order, call, False

    def cancel(self) -> None:
        self.cancelled = True

    def __lt__(self, other: "Timer") -> bool:
        return (self.at_us, self.order) < (other.at_us, other.order)


class World:
    """The clock. start: the instant of time 0, aware. pace: seconds of virtual time for each second on the
    wall, or None to run as fast as the machine can."""

    def __init__(self, start: datetime, pace: float | None = None):
        self.start = start.astimezone(UTC)
        self.pace = pace
        self.now_us = 0
        self.running = 0  # actors that may still do something at this instant
        self.quiet: list[Callable[[], bool]] = []  # each says whether its host has nothing under way
        self._timers: list[Timer] = []
        self._order = 0
        self._changed = asyncio.Event()
        self._watchers: list[tuple[Callable[[], bool], asyncio.Future[bool]]] = []
        self._wall: tuple[float, int] | None = None
        self._task: asyncio.Task[None] | None = None
        self.failure: BaseException | None = None

    # ---- the clock that the host is handed
    def now(self) -> datetime:
        return self.start + timedelta(microseconds=self.now_us)

    # ---- timers
    def call_after(self, delay_us: int, call: Callable[..., object], *args: object) -> Timer:
        self._order += 1
        timer = Timer(self.now_us + max(0, int(delay_us)), self._order, lambda: call(*args))
        heapq.heappush(self._timers, timer)
        self._changed.set()
        return timer

    def next_us(self) -> int | None:
        """When the clock would move to next, or None."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0].at_us if self._timers else None

    # ---- actors
    def begin(self) -> None:
        """Somebody starts to act: the clock stands still until end()."""
        self.running += 1

    def end(self) -> None:
        assert self.running > 0, "more actors ended than began"
        self.running -= 1
        self._changed.set()

    def changed(self) -> None:
        """Something on the counter is different now: conditions are looked at again."""
        if self._watchers:
            waiting = []
            for predicate, future in self._watchers:
                if future.done():
                    continue
                if predicate():
                    self.begin()  # before the task runs, so that the clock cannot slip in between
                    future.set_result(True)
                else:
                    waiting.append((predicate, future))
            self._watchers = waiting
        self._changed.set()

    def still(self) -> bool:
        return self.running == 0 and all(quiet() for quiet in self.quiet)

    def try_spend(self, cost_us: int) -> bool:
        """Moves the clock by a device's own time when the caller is the only one acting and nothing comes due
        meanwhile; the short way past the queue. False: set a timer instead."""
        following = self.next_us()
        target = self.now_us + cost_us
        if self.running != 1 or (following is not None and following <= target):
            return False
        if self.pace is not None and (self._wall is None or target > self._wall_us()):
            return False
        if not all(quiet() for quiet in self.quiet):
            return False
        self.now_us = target
        return True

    def catch_up(self, at_us: int) -> None:
        """The only one acting has a clock of its own, and says how late it is there; never past what comes due."""
        following = self.next_us()
        self.now_us = max(self.now_us, at_us if following is None else min(at_us, following))

    async def sleep(self, delay_us: int) -> None:
        """For actors: waits on the virtual clock."""
        await self.until(lambda: False, delay_us)

    async def until(self, predicate: Callable[[], bool], timeout_us: int | None) -> bool:
        """For actors: waits until predicate() holds (looked at on every change); False after timeout_us."""
        if predicate():
            return True
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def timed_out() -> None:
            if not future.done():
                self.begin()
                future.set_result(False)

        timer = None if timeout_us is None else self.call_after(timeout_us, timed_out)
        self._watchers.append((predicate, future))
        self.end()
        try:
            return await future
        except asyncio.CancelledError:
            if not future.done() or future.cancelled():
                self.begin()  # balanced by the actor's own end()
            raise
        finally:
            if timer is not None:
                timer.cancel()

    async def act(self, script: Coroutine[Any, Any, Any]) -> Any:
        """Runs a script as an actor, to its end, and hands on what it returns or raises."""
        self.begin()
        task = asyncio.ensure_future(script)
        watch = asyncio.ensure_future(self._failed())
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
                if task.cancelled() or task.exception():
                    assert self.failure is not None
                    raise self.failure
            return task.result()
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        finally:
            watch.cancel()
            self.end()

    async def _failed(self) -> None:
        if self._task is not None:
            await asyncio.wait({self._task})

    # ---- the loop
    def open(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def _run(self) -> None:
        try:
            while True:
                await self._stillness()
                at_us = self.next_us()
                if at_us is None:
                    if self.pace is None and any(not future.done() for _, future in self._watchers):
                        raise StandStill("nothing is due and somebody waits")
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                if self.pace is not None and not await self._paced(at_us):
                    continue
                timer = heapq.heappop(self._timers)
                self.now_us = max(self.now_us, timer.at_us)
                timer.call()
        except asyncio.CancelledError:
            raise
        except BaseException as failure:
            self.failure = failure

    async def _stillness(self) -> None:
        while not self.still():
            self._changed.clear()
            await self._changed.wait()

    async def _paced(self, at_us: int) -> bool:
        """True when at_us is due on the wall; else waits until it may be, or something came up, and says False."""
        loop = asyncio.get_running_loop()
        if self._wall is None:
            self._wall = (loop.time(), self.now_us)
        assert self.pace is not None
        wait_s = (at_us - self._wall_us()) / 1e6 / self.pace
        if wait_s <= 0:
            return True
        self._changed.clear()
        alarm = loop.call_later(wait_s, self._changed.set)  # no wait_for(): it may swallow a cancellation (3.11)
        try:
            await self._changed.wait()
        finally:
            alarm.cancel()
        return False

    def _wall_us(self) -> int:
        assert self._wall is not None and self.pace is not None
        return self._wall[1] + int((asyncio.get_running_loop().time() - self._wall[0]) * 1e6 * self.pace)

    def hurry(self, delay_us: int) -> None:
        """For a paced world: runs as fast as it can until delay_us from now, then at its pace again."""
        if self.pace is not None:
            pace, self.pace = self.pace, None
            self.call_after(delay_us, self._calm, pace)

    def _calm(self, pace: float) -> None:
        self.pace, self._wall = pace, None

    def poke(self, call: Callable[[], object]) -> None:
        """Something from outside the simulation (a person's click): happens now, at the wall's time when paced."""
        if self.pace is not None and self._wall is not None:
            following = self.next_us()
            now = self._wall_us()
            self.now_us = max(self.now_us, now if following is None else min(now, following))
        call()
        self.changed()
