"""A channel's clearing house: for each of its days that has ended it lays a file where the acquirer fetches it.

It reads the channel's own records and nothing of the acquirer's. A clearing day runs from cut-off to cut-off.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from host_sim.networks.clearing.files import file_name, write_file
from host_sim.networks.clearing.item import ClearingItem, FileHead

DAY = timedelta(days=1)
READY = timedelta(hours=1)
"""How long after its cut-off a day's file is there."""
DAYS_A_RUN = 31

Items = Callable[[datetime, datetime], Iterator[ClearingItem]]


class House(NamedTuple):
    """channel, form: of its files. items(first, end): what moved from first (included) to end. begun(): when the first
    of all moved, None before. folder: where files are laid."""

    channel: str
    form: str
    cutoff: time
    zone: str
    items: Items
    begun: Callable[[], datetime | None]
    folder: Path

    def lay(self, now: datetime) -> list[Path]:
        """Write the files of days that have ended and are not there yet, the oldest first, DAYS_A_RUN at most. A day on
        which nothing moved has its file too: so what is missing is missed."""
        begun = self.begun()
        if begun is None:
            return []
        self.folder.mkdir(parents=True, exist_ok=True)
        made: list[Path] = []
        day, last = self._day(begun), self._day(now - READY) - DAY
        while day <= last and len(made) < DAYS_A_RUN:
            head = FileHead(self.channel, day)
            path = self.folder / file_name(head, self.form)
            if not path.exists():
                write_file(path, self.form, head, self.items(self._end(day - DAY), self._end(day)))
                made.append(path)
            day += DAY
        return made

    def next_at(self, now: datetime) -> datetime:
        """When the next file will be there."""
        return self._end(self._day(now - READY)) + READY

    def _day(self, at: datetime) -> date:
        local = at.astimezone(ZoneInfo(self.zone))
        return local.date() + DAY if local.time() >= self.cutoff else local.date()

    def _end(self, day: date) -> datetime:
        return datetime.combine(day, self.cutoff, ZoneInfo(self.zone))
