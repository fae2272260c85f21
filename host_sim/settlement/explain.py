"""Why money comes on the day it comes, in words a merchant can check, in Chinese and English."""

from collections.abc import Callable
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from host_sim.settlement.calendar import CUTOFF, ZONE, Calendar, business_day, china, settlement_date

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def explain(
    instant: datetime,
    language: str = "zh",
    product: str = "T+1",
    cutoff: time = CUTOFF,
    zone: str = ZONE,
    calendar: Calendar | None = None,
) -> str:
    """How the settlement date of something done at an aware instant comes about.

    Says which business day it counts as, the product's rule, and the days left out with their reason.
    """
    calendar = calendar or china()
    local = instant.astimezone(ZoneInfo(zone))
    day = business_day(instant, cutoff, zone)
    due = settlement_date(day, product, calendar)
    words = _zh if language == "zh" else _en
    return words(local, day, due, product, cutoff, calendar)


def date_words(day: date, language: str) -> str:
    """A date with its weekday, as people write it."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日（星期{WEEKDAYS_ZH[day.weekday()]}）"
    return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def _zh(local: datetime, day: date, due: date, product: str, cutoff: time, calendar: Calendar) -> str:
    at = f"{date_words(local.date(), 'zh')}{local:%H:%M}"
    side = f"已到{cutoff:%H:%M}日切" if day != local.date() else f"在{cutoff:%H:%M}日切之前"
    counts = f"{at}{side}，计入{date_words(day, 'zh')}营业日。"
    if product == "D0":
        return f"{counts}按D0产品当日结算。"
    if product == "D+1":
        return f"{counts}按D+1产品次日结算，即{date_words(due, 'zh')}。"
    rest = "、".join(_rest(calendar, day, due, _spell_zh, lambda holiday: f"{holiday}放假", "周末"))
    rest = f"{rest}，不结算；" if rest else ""
    makeup = "（调休上班日）" if due in calendar.work else ""
    note = "" if due.year in calendar.years else f"{due.year}年放假安排尚未公布，以公布为准。"
    return f"{counts}按T+1工作日结算：{rest}{date_words(due, 'zh')}{makeup}结算。{note}"


def _en(local: datetime, day: date, due: date, product: str, cutoff: time, calendar: Calendar) -> str:
    at = f"{date_words(local.date(), 'en')} {local:%H:%M}"
    side = "past" if day != local.date() else "before"
    counts = f"{at} is {side} the {cutoff:%H:%M} cut-off: it counts as business day {date_words(day, 'en')}. "
    if product == "D0":
        return f"{counts}Settled the same day (D0)."
    if product == "D+1":
        return f"{counts}Settled the next calendar day (D+1), {date_words(due, 'en')}."
    rest = ", ".join(_rest(calendar, day, due, _spell_en, str, "weekend"))
    rest = f"no settlement on {rest}; " if rest else ""
    makeup = " (a make-up working day)" if due in calendar.work else ""
    note = "" if due.year in calendar.years else f" The holidays of {due.year} are not published yet and may move it."
    return f"{counts}Settled on the next working day (T+1): {rest}paid {date_words(due, 'en')}{makeup}.{note}"


def _rest(
    calendar: Calendar,
    day: date,
    due: date,
    spell: Callable[[date, date], str],
    holiday_words: Callable[[str], str],
    weekend: str,
) -> list[str]:
    """The days left out, one text for each run with the same reason."""

    def reason(rest_day: date) -> str:
        holiday = calendar.holiday(rest_day)
        if holiday is None:
            return weekend
        return holiday_words(holiday.zh if spell is _spell_zh else holiday.en)

    runs = []
    for why, days in groupby(calendar.rest_days(day, due), key=reason):
        run = list(days)
        spelled = spell(run[0], run[-1])
        runs.append(f"{spelled}{why}" if spell is _spell_zh else f"{spelled} ({why})")
    return runs


def _spell_zh(first: date, last: date) -> str:
    if first == last:
        return f"{first.month}月{first.day}日"
    if first.month == last.month:
        return f"{first.month}月{first.day}日至{last.day}日"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"


def _spell_en(first: date, last: date) -> str:
    if first == last:
        return f"{first.day} {MONTHS_EN[first.month - 1]}"
    if first.month == last.month:
        return f"{first.day}-{last.day} {MONTHS_EN[last.month - 1]}"
    return f"{first.day} {MONTHS_EN[first.month - 1]} - {last.day} {MONTHS_EN[last.month - 1]}"
