"""Times of the quarter, on Shanghai's clock."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
CUTOFF = time(23, 0)


def at(day: date, moment: time) -> datetime:
    """An aware instant."""
    return datetime.combine(day, moment, ZONE)
