"""Money before it matures: windows, caps, fee, exposure; and what happens to all of it when a payout comes back."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.settlement.advance import allowance, early_fee_fen, exposure_fen
from host_sim.settlement.at_once import pay_at_once, pay_early
from host_sim.settlement.clearing import clear_payment
from host_sim.settlement.dates import date_payment
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.maturity import mature
from host_sim.settlement.modes import choose_mode
from host_sim.settlement.payout_run import pay_due
from host_sim.settlement.payout_steps import confirm_paid, confirm_returned
from host_sim.store.schema import AdvanceTerms, Payout, PayoutItem
from tests.host.shop import MONDAY, Shop, local
from tests.host.test_payouts import REASON, agree_terms

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, refund_fee="proportional")
    agree_terms(shop)
    yield shop
    assert [proof for proof in proofs(shop.session, date(2027, 1, 1)) if not proof.ok] == []
    shop.done()


def early(shop, amount=None, hour=12, minute=0):
    return pay_early(shop.session, shop.merchant.id, local(MONDAY, hour, minute), amount)


def test_sales_of_today_are_paid_early_for_a_fee(shop):
    sales = [shop.sale(10_000), shop.sale(20_000)]
    payout = early(shop)
    assert (payout.gross_fen, payout.fee_fen, payout.d0_fee_fen, payout.amount_fen) == (30_000, 150, 8, 29_842)
    assert payout.origin == "early" and [sale.settlement_date for sale in sales] == [MONDAY, MONDAY]
    assert balance_fen(shop.session, Key("d0_income")) == -8
    assert exposure_fen(shop.session, shop.merchant.id) == 29_850
    assert shop.night(TUESDAY) == [], "nothing is left to mature"


def test_whole_payments_up_to_the_amount_the_oldest_first(shop):
    shop.sale(10_000)
    later = shop.sale(20_000)
    payout = early(shop, 15_000)
    assert payout.amount_fen == 9_950 - 4 and later.matured_at is None
    with pytest.raises(PayoutError, match="whole payment"):
        early(shop, 15_000)
    assert later.matured_at is None and later.settlement_date == TUESDAY


@pytest.mark.parametrize(("hour", "minute", "open_"), [(8, 59, False), (9, 0, True), (21, 59, True), (22, 0, False)])
def test_the_window(shop, hour, minute, open_):
    shop.sale(10_000, local(MONDAY, 8))
    if open_:
        assert early(shop, None, hour, minute).amount_fen == 9_946
        return
    with pytest.raises(PayoutError) as error:
        early(shop, None, hour, minute)
    assert "09:00-22:00" in error.value.words["zh"] and "09:00-22:00" in error.value.words["en"]


def test_the_cap_of_one_payout(shop):
    shop.sale(40_000)
    shop.sale(20_000)
    with pytest.raises(PayoutError, match="limit of one early payout"):
        early(shop, 50_001)
    assert early(shop).gross_fen == 40_000, "the second does not fit beside the first"


def test_the_cap_of_a_day_counts_what_left_today(shop):
    for _ in range(3):
        shop.sale(40_000)
    early(shop)
    early(shop, 40_000)
    with pytest.raises(PayoutError) as error:
        early(shop, 40_000)
    assert "当日" in error.value.words["zh"] and "4.00" in error.value.words["zh"]
    tomorrow = allowance(shop.session, shop.merchant, local(TUESDAY, 12))
    assert tomorrow.most_fen == 100_000 - 2 * 39_800, "what is not cleared still counts"


def test_exposure_ends_with_clearing(shop):
    sale = shop.sale(40_000)
    shop.session.scalars(select(AdvanceTerms)).one().exposure_most_fen = 45_000
    early(shop)
    assert allowance(shop.session, shop.merchant, local(MONDAY, 13)).most_fen == 45_000 - 39_800
    clear_payment(shop.session, sale, local(MONDAY, 14))
    assert exposure_fen(shop.session, shop.merchant.id) == 0
    assert allowance(shop.session, shop.merchant, local(MONDAY, 15)).most_fen == 80_000 - 39_800


def test_without_terms_nothing_is_paid_early(shop):
    shop.session.delete(shop.session.scalars(select(AdvanceTerms)).one())
    shop.sale(10_000)
    with pytest.raises(PayoutError, match="not agreed"):
        early(shop)


def test_an_early_payout_that_comes_back_gives_its_fee_back(shop):
    shop.sale(10_000)
    payout = early(shop)
    confirm_paid(shop.session, payout, local(MONDAY, 13))
    confirm_returned(shop.session, payout, local(MONDAY, 14), REASON)
    assert balance_fen(shop.session, Key("d0_income")) == 0
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == -9_950
    assert exposure_fen(shop.session, shop.merchant.id) == 0


def test_a_debt_comes_off_an_early_payout(shop):
    first = shop.sale(10_000)
    early(shop)
    shop.refund(first, 10_000)
    shop.sale(30_000)
    payout = early(shop)
    assert payout.brought_fen == -9_950 and payout.amount_fen == 29_850 - 9_950 - payout.d0_fee_fen
    assert balance_fen(shop.session, Key("merchant_receivable", shop.merchant.id)) == 0


def test_cards_in_real_time_pay_a_fee_and_wait_where_terms_do_not_allow(shop):
    choose_mode(shop.session, shop.merchant.id, "card", "real_time", local(MONDAY, 9))
    for amount, hour in ((10_000, 10), (60_000, 11), (20_000, 21)):
        sale = shop.sale(amount, local(MONDAY, hour))
        date_payment(shop.session, shop.merchant, sale, local(MONDAY, hour), "D0")
    mature(shop.session, local(MONDAY, 21, 30))
    assert pay_at_once(shop.session, local(MONDAY, 21, 30)) == 2
    sums = [(one.gross_fen, one.d0_fee_fen) for one in shop.session.scalars(select(Payout).order_by(Payout.id))]
    assert sums == [(10_000, 4), (20_000, 6)], "the one above the cap waits"
    assert pay_at_once(shop.session, local(MONDAY, 23)) == 0


def test_a_daily_d0_plan_pays_within_its_terms(shop):
    choose_mode(shop.session, shop.merchant.id, "card", "daily", local(MONDAY, 9), at=time(20), product="D0")
    for _ in range(3):
        date_payment(shop.session, shop.merchant, shop.sale(20_000), local(MONDAY), "D0")
    mature(shop.session, local(MONDAY, 19))
    assert pay_due(shop.session, local(MONDAY, 20)) == 1
    payout = shop.session.scalars(select(Payout)).one()
    assert payout.amount_fen + payout.d0_fee_fen == 50_000 and payout.d0_fee_fen == 12
    assert len(shop.session.scalars(select(PayoutItem)).all()) == 3 and payout.brought_fen == 50_000 - 3 * 19_900


def test_a_fee_is_never_more_than_what_is_paid():
    terms = AdvanceTerms(basis_points=10, fixed_fen=500)
    assert [early_fee_fen(terms, fen) for fen in (0, 100, 500, 10_000)] == [0, 100, 500, 510]
