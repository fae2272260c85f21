"""Retrieval reference numbers: F37, 12 digits, never twice. Year's last digit, day of the year, a counter of 8.

Each host process takes a range from the database at a time, so that any number of hosts share one counter.
"""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from host_sim.store.engine import Store
from host_sim.store.schema import Counter

NAME = "retrieval reference"
RANGE = 1000
ZONE = ZoneInfo("Asia/Shanghai")


class References:
    """Gives out references from ranges of the store's counter."""

    def __init__(self, store: Store):
        self._store = store
        self._next = 0
        self._end = 0
        self._lock = asyncio.Lock()

    async def take(self, at: datetime) -> str:
        """A new reference."""
        async with self._lock:
            if self._next == self._end:
                self._next = await self._store.write(_take_range)
                self._end = self._next + RANGE
            number = self._next
            self._next += 1
        local = at.astimezone(ZONE)
        return f"{local.year % 10}{local:%j}{number % 100_000_000:08d}"


def _take_range(session: Session) -> int:
    counter = session.get(Counter, NAME, with_for_update=True)
    if counter is None:
        counter = Counter(name=NAME, value=1)
        session.add(counter)
    first = counter.value
    counter.value = first + RANGE
    return first
