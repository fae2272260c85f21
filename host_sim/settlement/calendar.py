"""Business days and settlement dates.

A business day runs from cut-off to cut-off in the merchant's zone: the cut-off instant itself belongs
to the next day. Which days are working days is data (holidays.toml).
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CUTOFF = time(23, 0)
ZONE = "Asia/Shanghai"
PRODUCTS = ("T+1", "D+1", "D0")
DAY = timedelta(days=1)
SEARCH_DAYS = 40  # no run of rest days is near as long


class CalendarError(Exception):
    """A date that cannot be worked out. args: what, reason and what to do."""


@dataclass(frozen=True)
class Holiday:
    """A public holiday from first to last, both included, with its name in Chinese and English."""

    zh: str
    en: str
    first: date
    last: date


@dataclass(frozen=True)
class Calendar:
    """Working days: weekdays, less the holidays, and the make-up weekend days (work).

    years: those whose holidays are published; in others only every_year's ("MM-DD": zh, en) are known.
    """

    years: frozenset[int]
    every_year: dict[str, tuple[str, str]]
    holidays: tuple[Holiday, ...]
    work: frozenset[date]

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Calendar":
        """data: as holidays.toml has it. Raises CalendarError."""
        holidays, work = [], set()
        for row in data.get("holiday", ()):
            holiday = Holiday(row["zh"], row["en"], row["first"], row["last"])
            if holiday.first > holiday.last:
                raise CalendarError(f"holiday of {holiday.first}", "it ends before it begins: correct first or last")
            holidays.append(holiday)
            work.update(row.get("work", ()))
        fixed = {day: (row["zh"], row["en"]) for row in data.get("every_year", ()) for day in row["days"]}
        calendar = cls(frozenset(data["years"]), fixed, tuple(holidays), frozenset(work))
        for day in work:
            if calendar.holiday(day) or day.weekday() < 5:
                raise CalendarError(f"make-up day {day}", "it is a holiday or a weekday already: correct the data")
        return calendar

    def holiday(self, day: date) -> Holiday | None:
        """The holiday that a day belongs to."""
        for holiday in self.holidays:
            if holiday.first <= day <= holiday.last:
                return holiday
        if day.year not in self.years and f"{day:%m-%d}" in self.every_year:
            return Holiday(*self.every_year[f"{day:%m-%d}"], day, day)
        return None

    def is_working(self, day: date) -> bool:
        """Whether banks settle on this day."""
        return day in self.work or (day.weekday() < 5 and self.holiday(day) is None)

    def next_working(self, day: date) -> date:
        """The first working day after day."""
        for ahead in range(1, SEARCH_DAYS):
            if self.is_working(day + ahead * DAY):
                return day + ahead * DAY
        raise CalendarError(f"working day after {day}", "none within 40 days: correct the holiday data")

    def rest_days(self, after: date, before: date) -> Iterator[date]:
        """The days that do not settle, strictly between two days."""
        for ahead in range(1, (before - after).days):
            if not self.is_working(after + ahead * DAY):
                yield after + ahead * DAY


@cache
def china() -> Calendar:
    """The calendar of mainland China, from holidays.toml."""
    with (Path(__file__).parent / "holidays.toml").open("rb") as file:
        return Calendar.from_data(tomllib.load(file))


def business_day(instant: datetime, cutoff: time = CUTOFF, zone: str = ZONE) -> date:
    """The business day an aware instant belongs to. At the cut-off itself it is already the next day."""
    if instant.tzinfo is None:
        raise CalendarError("business day", "a time without a zone has none: give an aware instant")
    local = instant.astimezone(ZoneInfo(zone))
    return local.date() + DAY if local.time() >= cutoff else local.date()


def settlement_date(business_date: date, product: str = "T+1", calendar: Calendar | None = None) -> date:
    """When the money of a business day is settled.

    T+1: the next working day. D+1: the next calendar day. D0: the same day.
    """
    if product == "T+1":
        return (calendar or china()).next_working(business_date)
    if product == "D+1":
        return business_date + DAY
    if product == "D0":
        return business_date
    raise CalendarError(f"product {product}", "not known: use one of " + ", ".join(PRODUCTS))
