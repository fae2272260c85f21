"""Price lists: channels, tiers, promotions, versions, and that a rate never changes silently."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from host_sim.ledger.proofs import proofs
from host_sim.settlement.fee_plans import Price, agree, lock_plan, new_version
from host_sim.settlement.fees import FeeError, price_fen
from host_sim.store.schema import FeePlan, FeePlanLine
from tests.host.shop import MONDAY, Shop, local

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
PRICES = (
    Price("debit", 50, cap_fen=2_000),
    Price("debit", 40, from_fen=100_000),
    Price("debit", 45, channel="second"),
    Price("debit", 0, first_day=TUESDAY, last_day=TUESDAY),
    Price("credit", 60, floor_fen=10),
)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.done()


def on_plan(shop, prices=PRICES, **more):
    plan = new_version(shop.session, "special", prices, local(MONDAY), **more)
    shop.merchant.fee_plan_id = plan.id
    shop.session.flush()
    shop.session.expire(shop.merchant)
    return plan


@pytest.mark.parametrize(
    ("amount", "day", "fields", "fee"),
    [
        (99_999, MONDAY, {}, 500),
        (100_000, MONDAY, {}, 400),  # the tier
        (1_000_000, MONDAY, {}, 4_000),  # the tier has no cap
        (99_999, MONDAY, {"channel": "second"}, 450),
        (100_000, MONDAY, {"channel": "second"}, 450),  # the channel's own price comes before the tier
        (100_000, TUESDAY, {}, 0),  # the promotion comes before all
        (100_000, WEDNESDAY, {}, 400),
        (100, TUESDAY, {"card_class": "credit"}, 10),
    ],
)
def test_which_price_wins(shop, amount, day, fields, fee):
    on_plan(shop)
    assert shop.payment(amount, local(day), **fields).fee_fen == fee


def test_a_promotion_begins_and_ends_at_the_cut_off(shop):
    on_plan(shop)
    at = [local(MONDAY, 22, 59, 59), local(MONDAY, 23), local(TUESDAY, 22, 59, 59), local(TUESDAY, 23)]
    assert [shop.payment(10_000, one).fee_fen for one in at] == [50, 0, 0, 50]


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ((), "needs prices"),
        ((Price("debit", 50), Price("debit", 60)), "once"),
        ((Price("debit", -1),), "negative"),
        ((Price("debit", 50, cap_fen=5, floor_fen=6),), "below the floor"),
        ((Price("debit", 1_001),), "at most 1000"),
        ((Price("cheque", 50),), "card class"),
        ((Price("debit", 50, from_fen=-1),), "tier"),
        ((Price("debit", 50, first_day=TUESDAY, last_day=MONDAY),), "ends before it begins"),
    ],
)
def test_prices_that_cannot_be(shop, prices, reason):
    with pytest.raises(FeeError, match=reason):
        new_version(shop.session, "special", prices, local(MONDAY))
    with pytest.raises(FeeError, match="refund_fee"):
        new_version(shop.session, "special", PRICES, local(MONDAY), "half")


def test_a_plan_in_use_cannot_be_changed(shop):
    plan = on_plan(shop)
    shop.session.commit()
    for spoil in (
        lambda: setattr(plan.lines[0], "basis_points", 60),
        lambda: setattr(plan, "refund_fee", "full"),
        lambda: shop.session.delete(plan.lines[0]),
        lambda: shop.session.add(FeePlanLine(fee_plan_id=plan.id, card_class="prepaid", basis_points=1)),
    ):
        spoil()
        with pytest.raises(FeeError, match="new version"):
            shop.session.flush()
        shop.session.rollback()
    with pytest.raises(FeeError, match="new version"):
        shop.session.execute(update(FeePlanLine).values(basis_points=1))


@pytest.mark.parametrize("column", ["basis_points", "floor_fen", "from_fen"])
def test_a_rate_changed_behind_the_hosts_back_is_found_by_the_proofs(shop, column):
    on_plan(shop)
    shop.session.execute(text(f"UPDATE fee_plan_line SET {column} = {column} + 1 WHERE card_class = 'credit'"))
    shop.session.expire_all()
    wrong = [proof for proof in proofs(shop.session, MONDAY) if not proof.ok]
    assert [proof.name for proof in wrong] == ["fee_plans"] and "special version 1" in wrong[0].where


def test_versions_count_up_and_the_old_one_stays(shop):
    first = on_plan(shop)
    second = new_version(shop.session, "special", (Price("debit", 60),), local(MONDAY))
    assert (first.version, second.version) == (1, 2) and len(first.lines) == 5
    lock_plan(shop.session, first, local(TUESDAY))
    assert shop.payment(10_000, local(MONDAY)).fee_fen == 50, "until the merchant agrees to another"


def test_a_merchant_pays_by_a_new_plan_from_the_agreed_day_on(shop):
    on_plan(shop, refund_fee="full")
    second = new_version(shop.session, "special", (Price("debit", 100),), local(MONDAY), "none")
    agree(shop.session, shop.merchant.id, second.id, WEDNESDAY, local(MONDAY))
    before = shop.sale(10_000, local(MONDAY))
    after = shop.sale(10_000, local(WEDNESDAY))
    assert (before.fee_fen, after.fee_fen) == (50, 100)
    assert shop.refund(before, 5_000, local(WEDNESDAY)).fee_fen == -50, "by the policy of the sale's day"
    assert shop.refund(after, 5_000, local(WEDNESDAY)).fee_fen == 0


@pytest.mark.parametrize("day", [MONDAY, MONDAY - timedelta(days=1)])
def test_a_plan_never_begins_on_a_day_that_has(shop, day):
    plan = on_plan(shop)
    with pytest.raises(FeeError, match="later business day"):
        agree(shop.session, shop.merchant.id, plan.id, day, local(MONDAY))
    agree(shop.session, shop.merchant.id, plan.id, TUESDAY, local(MONDAY))
    with pytest.raises(FeeError, match="name another day"):
        agree(shop.session, shop.merchant.id, plan.id, TUESDAY, local(MONDAY))


def test_a_price_may_be_for_one_card_class_only(shop):
    on_plan(shop, (Price("debit", 50),))
    with pytest.raises(FeeError, match="no price for credit"):
        shop.payment(100, local(MONDAY), card_class="credit")
    assert shop.session.scalars(select(FeePlan).where(FeePlan.name == "special")).one().version == 1


@given(
    st.integers(0, 10**9), st.integers(0, 1_000), st.none() | st.integers(0, 10**6), st.integers(0, 10**4),
    st.integers(0, 10**6),
)  # fmt: skip
def test_a_fee_is_bounded_and_never_falls_as_the_amount_rises(amount, points, cap, floor, more):
    cap = None if cap is None else cap + floor
    fee = price_fen(amount, points, cap, floor)
    assert 0 <= fee <= amount and (cap is None or fee <= cap)
    assert fee >= min(floor, amount)
    assert price_fen(amount + more, points, cap, floor) >= fee


def test_for_ever_is_for_ever():
    assert Price("debit", 50).last_day == date.max
