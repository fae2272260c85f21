"""When a plan pays: daily, weekly on a day and time, around holidays; and what may not be chosen."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.settlement.calendar import china
from host_sim.settlement.modes import ModeError, choose_mode, ensure_plans, mode_words, next_run, plan_of
from host_sim.store.schema import SettlementPlan
from tests.host.shop import MONDAY, SHANGHAI, Shop, local
from tests.host.test_payouts import agree_terms

ZONE = "Asia/Shanghai"


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.done()


def plan(mode="daily", at=time(6), weekday=None, product="T+1"):
    return SettlementPlan(mode=mode, at=at, weekday=weekday, product=product)


@pytest.mark.parametrize(
    ("chosen", "after", "due"),
    [
        (plan(), local(MONDAY, 5, 59), local(MONDAY, 6)),
        (plan(), local(MONDAY, 6), local(MONDAY + timedelta(days=1), 6)),
        (plan(), local(date(2026, 11, 27), 6), local(date(2026, 11, 30), 6)),  # Friday: T+1 pays on working days
        (plan(product="D0"), local(date(2026, 11, 27), 6), local(date(2026, 11, 28), 6)),
        (plan(), local(date(2026, 2, 13), 6), local(date(2026, 2, 14), 6)),  # a make-up working Saturday
        (plan(), local(date(2026, 2, 14), 6), local(date(2026, 2, 24), 6)),  # Spring Festival
        (plan("weekly", time(15, 30), 3), local(MONDAY), local(date(2026, 11, 25), 15, 30)),
        (plan("weekly", time(15, 30), 3), local(date(2026, 11, 25), 15, 30), local(date(2026, 12, 2), 15, 30)),
        (plan("weekly", time(6), 3), local(date(2026, 2, 12)), local(date(2026, 2, 24), 6)),  # the 18th is a holiday
        (plan("weekly", time(6), 3), local(date(2026, 2, 20)), local(date(2026, 2, 24), 6)),
        (plan("weekly", time(6), 3), local(date(2026, 2, 24), 6), local(date(2026, 2, 25), 6)),
        (plan("weekly", time(6), 7), local(MONDAY), local(date(2026, 11, 30), 6)),
        (plan("weekly", time(6), 7, "D0"), local(MONDAY), local(date(2026, 11, 29), 6)),
    ],
)
def test_worked_times(chosen, after, due):
    assert next_run(chosen, after, ZONE) == due


@pytest.mark.parametrize("mode", ["manual", "real_time"])
def test_what_does_not_pay_by_itself_has_no_time(mode):
    assert next_run(plan(mode), local(MONDAY), ZONE) is None


@given(
    st.datetimes(datetime(2025, 1, 20), datetime(2027, 11, 1)),
    st.sampled_from(["daily", "weekly"]),
    st.integers(1, 7),
    st.times(),
    st.sampled_from(["T+1", "D0"]),
)
def test_the_next_time_is_later_on_a_paying_day_and_never_long(at, mode, weekday, paid_at, product):
    after = at.replace(tzinfo=SHANGHAI)
    chosen = plan(mode, paid_at, weekday if mode == "weekly" else None, product)
    due = next_run(chosen, after, ZONE)
    assert due > after and due - after <= timedelta(days=18)
    assert due.astimezone(SHANGHAI).time() == paid_at
    day = due.astimezone(SHANGHAI).date()
    assert product == "D0" or china().is_working(day)
    if mode == "weekly" and product == "D0":
        assert day.isoweekday() == weekday
    assert next_run(chosen, due - timedelta(microseconds=1), ZONE) == due, "nothing in between was passed over"


def test_a_merchant_that_has_chosen_nothing_is_paid_daily(shop):
    card = plan_of(shop.session, shop.merchant.id, "card", local(MONDAY, 9))
    assert (card.mode, card.product, card.next_at) == ("daily", "T+1", local(MONDAY + timedelta(days=1), 6))
    assert plan_of(shop.session, shop.merchant.id, "wallet", local(MONDAY)).product == "D0"
    assert ensure_plans(shop.session, local(MONDAY)) == 0, "the shop has both"


@pytest.mark.parametrize(
    ("mode", "more", "reason"),
    [
        ("hourly", {}, "not known"),
        ("weekly", {}, "weekly needs one"),
        ("weekly", {"weekday": 8}, "weekly needs one"),
        ("daily", {"weekday": 1}, "other modes take none"),
        ("manual", {"at": time(6)}, "other modes none"),
        ("daily", {"at": time(6, tzinfo=SHANGHAI)}, "without a zone"),
        ("daily", {"product": "T+2"}, "not known"),
        ("real_time", {}, "D0 terms"),
        ("daily", {"product": "D0"}, "D0 terms"),
    ],
)
def test_what_may_not_be_chosen(shop, mode, more, reason):
    with pytest.raises(ModeError, match=reason):
        choose_mode(shop.session, shop.merchant.id, "card", mode, local(MONDAY), **more)
    with pytest.raises(ModeError, match="family"):
        choose_mode(shop.session, shop.merchant.id, "cash", "manual", local(MONDAY))


def test_a_mode_is_chosen_and_said_in_words(shop):
    agree_terms(shop)
    chosen = [
        choose_mode(shop.session, shop.merchant.id, "card", mode, local(MONDAY), **more)
        and (
            mode_words(plan_of(shop.session, shop.merchant.id, "card", local(MONDAY)), "zh"),
            mode_words(plan_of(shop.session, shop.merchant.id, "card", local(MONDAY)), "en"),
        )
        for mode, more in (
            ("daily", {"at": time(8, 30)}),
            ("weekly", {"weekday": 5, "at": time(15)}),
            ("manual", {}),
            ("real_time", {}),
        )
    ]
    assert chosen == [
        ("自动结算，每日08:30", "automatic, daily at 08:30"),
        ("自动结算，每周五15:00", "automatic, Fridays at 15:00"),
        ("手动结算", "by hand"),
        ("实时结算，逐笔到账", "real time, each payment at once"),
    ]
    assert plan_of(shop.session, shop.merchant.id, "card", local(MONDAY)).product == "D0"


def test_a_weekly_merchant_is_paid_once_for_the_week(shop):
    choose_mode(shop.session, shop.merchant.id, "card", "weekly", local(MONDAY, 9), weekday=5, at=time(6))
    for day in range(3):
        shop.sale(10_000, local(MONDAY + timedelta(days=day)))
    paid = [shop.night(MONDAY + timedelta(days=day)) for day in range(1, 8)]
    assert [len(one) for one in paid] == [0, 0, 0, 1, 0, 0, 0]
    assert paid[3][0].amount_fen == 3 * 9_950 and paid[3][0].origin == "weekly"
