"""The clock device: the only place where the till waits for time or reads it.

Coroutines wait on signals and deadlines; when every one of them waits, the board sleeps until the first
deadline or until a device signals. So the same till runs on a virtual clock and on a real one.
"""

import asyncio

from till.drivers.calendar import from_epoch, nearest_year, to_epoch

ZONE_SECONDS = 8 * 3600  # Asia/Shanghai, no daylight saving since 1991


class Signal:
    """A latch that a device sets and a driver clears. Any number of waits listen to it."""

    def __init__(self):
        self._on = False
        self._listeners = []

    def set(self):
        self._on = True
        for event in self._listeners:
            event.set()

    def clear(self):
        self._on = False

    def is_set(self):
        return self._on


class Clock:
    """The board's two: now() -> now_ms, which also passes while the till computes; sleep(until_ms or None) returns when
    the time has come or a device has signalled."""

    def __init__(self, now, sleep):
        self.ticks_ms = now  # milliseconds since the board started; never wraps
        self._sleep = sleep
        self._waits = []
        self._offset_s = None

    async def sleep_ms(self, ms):
        await self.wait((), ms)

    async def wait(self, signals, timeout_ms=None):
        """Waits for the first of signals that is set (it stays set), or None after timeout_ms."""
        deadline = None if timeout_ms is None else self.ticks_ms() + timeout_ms
        while True:
            for signal in signals:
                if signal.is_set():
                    return signal
            if deadline is not None and deadline <= self.ticks_ms():
                return None
            event = asyncio.Event()
            entry = (deadline, event)
            self._waits.append(entry)
            for signal in signals:
                signal._listeners.append(event)
            try:
                await event.wait()
            finally:
                for signal in signals:
                    signal._listeners.remove(event)
                if entry in self._waits:
                    self._waits.remove(entry)

    async def run(self):
        """The idle task, for as long as the till runs: moves time when every other coroutine waits."""
        # holds whatever could run now: waits here never use asyncio's own timers
        ready = asyncio.core._task_queue  # pyright: ignore[reportAttributeAccessIssue]
        while True:
            await asyncio.sleep(0)
            if ready.peek():
                continue
            first = None
            for deadline, _ in self._waits:
                if deadline is not None and (first is None or deadline < first):
                    first = deadline
            self._sleep(first)
            now_ms = self.ticks_ms()
            for entry in tuple(self._waits):
                if entry[0] is not None and entry[0] <= now_ms:
                    entry[1].set()

    # ---- the date; UNSET until a host or provisioning says it
    def set_epoch(self, seconds):
        """seconds since 1970, UTC."""
        self._offset_s = seconds - self.ticks_ms() // 1000

    def epoch(self):
        """Seconds since 1970 in UTC, or None while unset."""
        return None if self._offset_s is None else self._offset_s + self.ticks_ms() // 1000

    def set_local(self, year, month, day, hour, minute, second):
        self.set_epoch(to_epoch(year, month, day, hour, minute, second) - ZONE_SECONDS)

    def epoch_of(self, month_day, hour_minute_second, near_epoch):
        """Seconds since 1970 of a host's local date (MMDD) and time (hhmmss), six and four digits; the year is the one
        closest to near_epoch. None where there is no such day or time."""
        month, day = int(month_day[:2]), int(month_day[2:])
        hour, minute, second = [int(hour_minute_second[at : at + 2]) for at in (0, 2, 4)]
        if not 1 <= month <= 12 or not 1 <= day <= 31 or hour > 23 or minute > 59 or second > 59:
            return None
        year = nearest_year(month, day, near_epoch)
        epoch = to_epoch(year, month, day, hour, minute, second)
        return epoch - ZONE_SECONDS if from_epoch(epoch)[1:3] == (month, day) else None

    def local(self):
        """(year, month, day, hour, minute, second) at the merchant's, or None while unset."""
        epoch = self.epoch()
        return None if epoch is None else self.local_of(epoch)

    def local_of(self, epoch):
        return from_epoch(epoch + ZONE_SECONDS)
