"""The daily proofs: they hold after a whole day, and one fen anywhere makes one of them say where."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from host_sim.ledger import postings
from host_sim.ledger.accounts import Key
from host_sim.ledger.book import post
from host_sim.ledger.proofs import proofs
from tests.host.shop import MONDAY, Shop, local

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def shop(tmp_path):
    """A day with a payment of every kind, settled, and the next morning's maturity and payout."""
    shop = Shop(tmp_path, refund_fee="proportional")
    first = shop.sale(120_050)
    shop.sale(30_000, kind="offline")
    shop.void(shop.sale(8_800))
    shop.reverse(shop.sale(7_700))
    shop.refund(first, 20_050)
    shop.close()
    shop.night(TUESDAY)
    shop.sale(5_000, local(TUESDAY))
    shop.session.commit()
    yield shop
    shop.session.rollback()
    shop.done()


def failing(shop, day=TUESDAY):
    shop.session.flush()
    return {proof.name: proof for proof in proofs(shop.session, day) if not proof.ok}


def test_a_whole_day_is_proved(shop):
    found = proofs(shop.session, TUESDAY)
    assert [proof for proof in found if not proof.ok] == []
    sums = {proof.name: proof.found for proof in found}
    assert sums == {
        "balanced": 0,
        "channel_receivable": 120_050 + 30_000 - 20_050 + 5_000,
        "bank": 0,
        "dispute": 0,
        "merchant_held": 0,
        "merchant_pending": 4_975,
        "merchant_available": 0,
        "payout_transit": 120_050 - 600 + 30_000 - 150 - 20_050 + 100,
        "fee_income": 600 - 100 + 150 + 25,
        "d0_income": 0,
        "authorising": 0,
        "network_undo": 0,
        "suspense": 0,
        "payouts": 120_050 - 600 + 30_000 - 150 - 20_050 + 100,
        "fee_plans": 0,
    }


def test_an_empty_book_is_proved(tmp_path):
    shop = Shop(tmp_path)
    assert all(proof.ok for proof in proofs(shop.session, MONDAY))
    shop.done()


def test_a_fen_in_one_line_is_named(shop):
    shop.session.execute(text("UPDATE journal_line SET amount_fen = amount_fen + 1 WHERE id = 1"))
    wrong = failing(shop)
    assert wrong["balanced"].where == "sale of payment/1: its lines sum to 1 fen"
    assert wrong["balanced"].found == 1
    assert "channel_receivable/unionpay/2026-11-23: expected" in wrong["channel_receivable"].where


@pytest.mark.parametrize(
    ("key", "proof"),
    [
        (Key("channel_receivable", "unionpay", MONDAY), "channel_receivable"),
        (Key("merchant_pending", 1, TUESDAY), "merchant_pending"),
        (Key("merchant_available", 1), "merchant_available"),
        (Key("merchant_receivable", 1), "merchant_available"),
        (Key("payout_transit", 1), "payout_transit"),
        (Key("payout_transit", 9), "payout_transit"),
        (Key("fee_income"), "fee_income"),
        (Key("d0_income"), "d0_income"),
        (Key("bank"), "bank"),
        (Key("dispute"), "dispute"),
        (Key("merchant_held", 1), "merchant_held"),
        (Key("suspense_short"), "suspense"),
        (Key("suspense_long"), "suspense"),
    ],
)
def test_a_balanced_fen_on_the_wrong_account_is_named(shop, key, proof):
    lines = [(key, 1), (Key("loss"), -1)]
    post(shop.session, "slip", "test/1", local(TUESDAY), lines, business_date=TUESDAY)
    wrong = failing(shop)
    assert list(wrong) == [proof]
    assert wrong[proof].where.startswith("merchant_available" if proof == "merchant_available" else key.name)


def test_two_days_that_make_up_for_each_other_are_both_wrong(shop):
    days = [Key("channel_receivable", "unionpay", day) for day in (MONDAY, TUESDAY)]
    post(shop.session, "slip", "test/1", local(TUESDAY), [(days[0], 1), (days[1], -1)], business_date=TUESDAY)
    wrong = failing(shop)["channel_receivable"]
    assert wrong.expected == wrong.found
    assert wrong.where.startswith("channel_receivable/unionpay/2026-11-23")


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE payment SET amount_fen = amount_fen + 1 WHERE id = 1", {"channel_receivable", "merchant_available"}),
        ("UPDATE payment SET fee_fen = fee_fen + 1 WHERE id = 1", {"merchant_available", "fee_income"}),
        (
            "UPDATE payment SET state = 'approved' WHERE state = 'reversed'",
            {"channel_receivable", "merchant_pending", "fee_income"},
        ),
        ("UPDATE payment SET cleared_at = at WHERE id = 1", {"channel_receivable", "bank"}),
        ("UPDATE payout SET amount_fen = amount_fen - 1", {"merchant_available", "payout_transit"}),
        ("UPDATE payout SET state = 'returned'", {"merchant_available", "payout_transit"}),
        ("UPDATE payout SET state = 'paid'", {"bank", "payout_transit"}),
        ("UPDATE payout SET d0_fee_fen = 1", {"merchant_available", "d0_income"}),
        ("UPDATE payout SET gross_fen = gross_fen + 1", {"payouts"}),
        ("DELETE FROM payout_item WHERE payment_id = 1", {"payouts"}),
    ],
)
def test_a_fen_among_payments_or_payouts_is_named(shop, statement, names):
    shop.session.execute(text(statement))
    shop.session.expire_all()
    assert set(failing(shop)) == names


def test_a_sale_not_posted_is_missing(shop):
    shop.payment(1_000, local(TUESDAY))
    assert set(failing(shop)) == {"channel_receivable", "merchant_pending", "fee_income"}


def test_a_void_posted_for_a_sale_that_stands(shop):
    sale = shop.sale(1_000, local(TUESDAY))
    void = shop.void(sale, local(TUESDAY))
    sale.state = "approved"
    void.state = "declined"
    assert set(failing(shop)) == {"channel_receivable", "merchant_pending", "fee_income"}
    postings.reverse(shop.session, void, local(TUESDAY))
    assert failing(shop) == {}
