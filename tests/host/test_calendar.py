"""The business day and the settlement date: the worked dates, and days that holidays move."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.settlement.calendar import Calendar, CalendarError, business_day, china, settlement_date
from host_sim.settlement.explain import explain
from tests.host.shop import SHANGHAI, local

FRIDAY = date(2026, 11, 27)
SATURDAY, SUNDAY, NEXT_MONDAY, NEXT_TUESDAY = (FRIDAY + timedelta(days=n) for n in (1, 2, 3, 4))


def test_a_time_without_a_zone_has_no_business_day():
    with pytest.raises(CalendarError):
        business_day(datetime(2026, 11, 27, 12))


def test_an_unknown_product_is_refused_with_what_to_use():
    with pytest.raises(CalendarError, match=r"T\+1, D\+1, D0"):
        settlement_date(FRIDAY, "T+2")


@pytest.mark.parametrize(
    "row",
    [
        {"zh": "假", "en": "H", "first": date(2026, 3, 5), "last": date(2026, 3, 4)},
        {"zh": "假", "en": "H", "first": date(2026, 3, 5), "last": date(2026, 3, 5), "work": [date(2026, 3, 4)]},
        {"zh": "假", "en": "H", "first": date(2026, 3, 6), "last": date(2026, 3, 8), "work": [date(2026, 3, 7)]},
    ],
)
def test_contradicting_holiday_data_is_refused(row):
    with pytest.raises(CalendarError):
        Calendar.from_data({"years": [2026], "holiday": [row]})


def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever():
    row = {"zh": "假", "en": "H", "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    with pytest.raises(CalendarError, match="40 days"):
        Calendar.from_data({"years": [2026], "holiday": [row]}).next_working(date(2026, 3, 1))


@pytest.mark.parametrize(
    ("at", "day", "paid"),
    [
        (local(FRIDAY, 22, 59), FRIDAY, NEXT_MONDAY),
        (local(FRIDAY, 23, 0), SATURDAY, NEXT_MONDAY),
        (local(SATURDAY, 12), SATURDAY, NEXT_MONDAY),
        (local(SUNDAY, 22, 59, 59), SUNDAY, NEXT_MONDAY),
        (local(SUNDAY, 23, 0), NEXT_MONDAY, NEXT_TUESDAY),
        (local(date(2026, 11, 23), 9), date(2026, 11, 23), date(2026, 11, 24)),
        # a make-up working Saturday before Spring Festival, and the festival itself
        (local(date(2026, 2, 13), 22, 59), date(2026, 2, 13), date(2026, 2, 14)),
        (local(date(2026, 2, 13), 23, 0), date(2026, 2, 14), date(2026, 2, 24)),
        (local(date(2026, 9, 30)), date(2026, 9, 30), date(2026, 10, 8)),
        (local(date(2026, 10, 9)), date(2026, 10, 9), date(2026, 10, 10)),
        # a year without a notice still has its fixed holidays
        (local(date(2026, 12, 31)), date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_worked_dates(at, day, paid):
    assert business_day(at) == day
    assert settlement_date(day) == paid


def test_the_cutoff_instant_to_the_microsecond():
    before = datetime(2026, 11, 27, 22, 59, 59, 999_999, tzinfo=SHANGHAI)
    assert business_day(before) == FRIDAY
    assert business_day(before + timedelta(microseconds=1)) == SATURDAY


def test_the_zone_decides_not_the_offset_of_the_instant():
    assert business_day(datetime(2026, 11, 27, 15, 0, tzinfo=UTC)) == SATURDAY
    assert business_day(datetime(2026, 11, 27, 15, 0, tzinfo=UTC), zone="Europe/Berlin") == FRIDAY
    assert business_day(datetime(2026, 11, 27, 14, 0, tzinfo=UTC), cutoff=time(22, 0)) == SATURDAY


def test_the_next_calendar_day_and_the_same_day_are_other_products():
    assert settlement_date(FRIDAY, "D+1") == SATURDAY
    assert settlement_date(SATURDAY, "D0") == SATURDAY


@given(st.dates(date(2025, 1, 1), date(2028, 12, 1)))
def test_a_settlement_date_is_the_first_working_day_after(day):
    paid = settlement_date(day)
    assert paid > day
    assert china().is_working(paid)
    assert not any(china().is_working(rest) for rest in china().rest_days(day, paid))


def test_working_days_of_the_year_as_published():
    """2026 has 261 weekdays, 6 make-up days, and 19 weekdays off: 248."""
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [day for day in year if day.weekday() > 4 and china().is_working(day)] == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert sum(china().is_working(day) for day in year) == 248


def test_the_reason_in_words():
    assert explain(local(FRIDAY, 23, 0)) == (
        "2026年11月27日（星期五）23:00已到23:00日切，计入2026年11月28日（星期六）营业日。"
        "按T+1工作日结算：11月29日周末，不结算；2026年11月30日（星期一）结算。"
    )
    assert explain(local(FRIDAY, 22, 59), "en") == (
        "Friday 27 November 2026 22:59 is before the 23:00 cut-off: it counts as business day Friday 27 November 2026."
        " Settled on the next working day (T+1): no settlement on 28-29 November (weekend);"
        " paid Monday 30 November 2026."
    )


def test_the_reason_names_holidays_and_make_up_days():
    assert "2月15日至23日春节放假" in explain(local(date(2026, 2, 14)))
    assert "15-23 February (Spring Festival)" in explain(local(date(2026, 2, 14)), "en")
    assert "2026年2月14日（星期六）（调休上班日）" in explain(local(date(2026, 2, 13)))
    assert "2027年放假安排尚未公布" in explain(local(date(2026, 12, 31)))
    assert "not published yet" in explain(local(date(2026, 12, 31)), "en")


def test_the_reason_of_other_products():
    assert "D+1" in explain(local(FRIDAY), "zh", "D+1") and "11月28日" in explain(local(FRIDAY), "zh", "D+1")
    assert explain(local(FRIDAY), "en", "D0").endswith("Settled the same day (D0).")
