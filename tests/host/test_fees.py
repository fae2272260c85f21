"""Fees: half up to the fen, floor, cap, card class, and what refunds give back."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.settlement.fees import FeeError, fee_fen, price_fen, share_fen
from host_sim.store.schema import Payment
from tests.host.shop import MONDAY, Shop, local


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.done()


@pytest.mark.parametrize("bad", [(-1, 50), (100, -1), (100, 50, 5, 6), (100, 50, None, -1)])
def test_a_senseless_price_is_refused(bad):
    with pytest.raises(FeeError):
        price_fen(*bad)


def test_a_card_class_without_a_price_is_refused(shop):
    payment = Payment(kind="sale", amount_fen=100, card_class="prepaid", scheme="domestic")
    with pytest.raises(FeeError, match="no price for prepaid"):
        fee_fen(shop.session, shop.merchant, payment)


def test_a_refund_without_its_original_is_refused(shop):
    with pytest.raises(FeeError, match="original"):
        fee_fen(shop.session, shop.merchant, Payment(kind="refund", amount_fen=100, card_class="debit"))


@pytest.mark.parametrize(
    ("amount", "basis_points", "cap", "floor", "fee"),
    [
        (100, 50, None, 0, 1),  # 0.5 fen rounds up
        (99, 50, None, 0, 0),  # 0.495 fen rounds down
        (300, 50, None, 0, 2),  # 1.5 rounds up, not to even
        (500, 50, None, 0, 3),  # 2.5 rounds up, not to even
        (10_000, 38, None, 0, 38),
        (1_000_000, 50, 2_000, 0, 2_000),
        (400_000, 50, 2_000, 0, 2_000),
        (399_900, 50, 2_000, 0, 2_000),  # 1999.5
        (399_800, 50, 2_000, 0, 1_999),
        (100, 60, None, 10, 10),
        (5, 60, None, 10, 5),  # never more than the payment itself
        (0, 60, None, 10, 0),
    ],
)
def test_worked_fees(amount, basis_points, cap, floor, fee):
    assert price_fen(amount, basis_points, cap, floor) == fee


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_rounding_is_half_up_as_decimal_does_it(amount, basis_points):
    exact = Decimal(amount) * basis_points / 10_000
    assert price_fen(amount, basis_points) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("fields", "fee"),
    [
        ({"card_class": "debit"}, 500),
        ({"card_class": "credit"}, 600),
        ({"card_class": "wallet"}, 380),
        ({"card_class": "credit", "scheme": "foreign"}, 3_000),
        ({"kind": "offline"}, 500),
    ],
)
def test_the_card_class_decides(shop, fields, fee):
    assert shop.payment(100_000, local(MONDAY), **fields).fee_fen == fee


def test_a_void_gives_the_whole_fee_back(shop):
    assert shop.void(shop.sale(100_000)).fee_fen == -500


@pytest.mark.parametrize(
    ("policy", "given_back"), [("none", [0, 0, 0]), ("proportional", [-1, -1, -1]), ("full", [-3, 0, 0])]
)
def test_what_partial_refunds_give_back(tmp_path, policy, given_back):
    shop = Shop(tmp_path, refund_fee=policy)
    sale = shop.sale(599)  # fee 2.995, so 3
    assert sale.fee_fen == 3
    assert [shop.refund(sale, amount).fee_fen for amount in (200, 200, 199)] == given_back
    shop.done()


@pytest.mark.parametrize(
    ("fee", "part", "whole", "share"), [(1, 1, 2, 1), (1, 1, 3, 0), (5, 1, 2, 3), (3, 199, 599, 1), (7, 599, 599, 7)]
)
def test_worked_shares(fee, part, whole, share):
    assert share_fen(fee, part, whole) == share


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.integers(0, 10**6))
def test_shares_of_a_fee_add_up_to_the_fee(parts, fee):
    whole, so_far, returned = sum(parts), 0, []
    for part in parts:
        returned.append(share_fen(fee, so_far + part, whole) - share_fen(fee, so_far, whole))
        so_far += part
    assert sum(returned) == fee
    assert min(returned) >= 0
