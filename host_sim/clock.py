"""The host's clock. Everything that needs the time is handed one; a test or a rig hands in its own."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Says what time it is. now() is always an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
