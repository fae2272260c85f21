"""Dates from seconds and back, without a time module. Source: proleptic Gregorian rules, ISO 8601."""

from micropython import const

_DAY_S = const(86400)


def _days(year, month, day):
    """Days since 1970-01-01. The year is counted from March, so that the leap day ends it."""
    if month <= 2:
        year, month = year - 1, month + 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469


def to_epoch(year, month, day, hour, minute, second):
    """Seconds since 1970-01-01 00:00:00 of the same zone."""
    return _days(year, month, day) * _DAY_S + hour * 3600 + minute * 60 + second


def from_epoch(seconds):
    """(year, month, day, hour, minute, second) of seconds since 1970-01-01 00:00:00."""
    days, rest = divmod(seconds, _DAY_S)
    era_day = days + 719468
    era, day = divmod(era_day, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month += 3
    if month > 12:
        month -= 12
        year += 1
    return era * 400 + year, month, day + 1, rest // 3600, rest // 60 % 60, rest % 60


def nearest_year(month, day, near):
    """The year that brings month and day closest to the epoch second near: answers carry no year."""
    year = from_epoch(near)[0]
    best = None
    for candidate in (year - 1, year, year + 1):
        distance = abs(to_epoch(candidate, month, day, 12, 0, 0) - near)
        if best is None or distance < best[0]:
            best = (distance, candidate)
    return best[1]
