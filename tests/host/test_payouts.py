"""Payouts by a plan, by hand or at once: each payment listed once, never more than there is; what the bank says."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from host_sim.ledger.accounts import Key, LedgerError, balance_fen
from host_sim.ledger.postings import payout_instructed
from host_sim.settlement.at_once import pay_at_once
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.maturity import mature, settle_at_once
from host_sim.settlement.modes import choose_mode
from host_sim.settlement.payable import payable
from host_sim.settlement.payout_run import pay_due, pay_now
from host_sim.settlement.payout_steps import confirm_accepted, confirm_paid, confirm_returned
from host_sim.store.schema import AdvanceTerms, Hold, Payout, PayoutItem, SettlementAccount, SettlementMode
from tests.host.shop import MONDAY, local

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
REASON = {"zh": "账号已销户", "en": "account closed"}


def available(shop):
    return -balance_fen(shop.session, Key("merchant_available", shop.merchant.id))


def agree_terms(shop, **changed):
    terms = {
        "opens": time(9),
        "closes": time(22),
        "payout_most_fen": 50_000,
        "day_most_fen": 80_000,
        "exposure_most_fen": 100_000,
        "basis_points": 2,
        "fixed_fen": 2,
    }
    shop.session.add(AdvanceTerms(merchant_id=shop.merchant.id, **(terms | changed)))
    shop.session.flush()


def listed(shop):
    """Which payout lists which payments."""
    found = {}
    for item in shop.session.scalars(select(PayoutItem).order_by(PayoutItem.payment_id)):
        found.setdefault(item.payout_id, []).append(item.payment_id)
    return found


def test_a_day_to_the_bank(shop):
    sale = shop.sale(10_000)
    assert shop.night(MONDAY) == []
    (payout,) = shop.night(TUESDAY)
    assert (payout.state, payout.origin, payout.amount_fen) == ("instructed", "daily", 9_950)
    assert payout.next_at == payout.instructed_at == local(TUESDAY, 6)
    assert (payout.gross_fen, payout.fee_fen, payout.brought_fen) == (10_000, 50, 0)
    assert listed(shop) == {payout.id: [sale.id]} and shop.night(TUESDAY) == []
    assert balance_fen(shop.session, Key("payout_transit", payout.id)) == -9_950
    confirm_accepted(shop.session, payout, "B1", local(TUESDAY, 7))
    assert confirm_paid(shop.session, payout, local(TUESDAY, 9))
    assert (payout.state, payout.bank_reference, payout.next_at) == ("paid", "B1", None)
    assert balance_fen(shop.session, Key("payout_transit", payout.id)) == 0
    assert balance_fen(shop.session, Key("bank")) == -9_950


def test_what_the_bank_says_twice_is_taken_once_and_a_late_acceptance_changes_nothing(shop):
    shop.sale(10_000)
    (payout,) = shop.night(TUESDAY)
    assert confirm_paid(shop.session, payout, local(TUESDAY, 9)), "the result may come before the acceptance"
    assert not confirm_paid(shop.session, payout, local(TUESDAY, 9))
    confirm_accepted(shop.session, payout, "B1", local(TUESDAY, 10))
    assert payout.state == "paid"
    assert confirm_returned(shop.session, payout, local(TUESDAY, 11), REASON)
    assert not confirm_returned(shop.session, payout, local(TUESDAY, 11), REASON)
    with pytest.raises(PayoutError, match="is returned") as error:
        confirm_paid(shop.session, payout, local(TUESDAY, 12))
    assert "returned" in error.value.words["zh"]


def test_more_than_is_available_is_never_instructed(shop):
    shop.sale(10_000)
    (payout,) = shop.night(TUESDAY)
    with pytest.raises(LedgerError, match="more than the merchant has available"):
        payout_instructed(shop.session, payout, local(TUESDAY), business_date=TUESDAY)


@pytest.mark.parametrize("paid", [False, True])
def test_a_returned_payout_goes_back_with_its_reason_and_out_again_with_the_next(shop, paid):
    sale = shop.sale(10_000)
    (payout,) = shop.night(TUESDAY)
    if paid:
        confirm_paid(shop.session, payout, local(TUESDAY, 9))
    confirm_returned(shop.session, payout, local(TUESDAY, 10), REASON)
    assert (payout.state, payout.return_reason, available(shop)) == ("returned", REASON, 9_950)
    assert balance_fen(shop.session, Key("bank")) == 0
    later = shop.sale(1_000, local(TUESDAY, 11))
    (again,) = shop.night(WEDNESDAY)
    assert (again.gross_fen, again.brought_fen, again.amount_fen) == (1_000, 9_950, 10_945)
    assert listed(shop) == {payout.id: [sale.id], again.id: [later.id]}, "each payment is in one payout"


def test_a_refund_after_the_payout_is_owed_and_next_sales_repay_it(shop):
    sale = shop.sale(10_000)
    shop.night(TUESDAY)
    shop.refund(sale, 10_000, local(TUESDAY))
    assert balance_fen(shop.session, Key("merchant_receivable", shop.merchant.id)) == 9_950
    shop.sale(4_000, local(TUESDAY))
    assert shop.night(WEDNESDAY) == []
    shop.sale(20_000, local(WEDNESDAY))
    (payout,) = shop.night(THURSDAY)
    assert payout.amount_fen == -9_950 + 3_980 + 19_900
    assert (payout.gross_fen, payout.brought_fen) == (14_000, 0), "the refund is listed with the sales that repay it"
    assert available(shop) == 0


def test_families_are_paid_by_their_own_plans(shop):
    choose_mode(shop.session, shop.merchant.id, "card", "manual", local(MONDAY, 9))
    card, wallet = shop.sale(10_000), shop.sale(5_000, card_class="wallet")
    (payout,) = shop.night(TUESDAY)
    assert (payout.family, payout.amount_fen, listed(shop)) == ("wallet", 4_981, {payout.id: [wallet.id]})
    by_hand = pay_now(shop.session, shop.merchant.id, local(TUESDAY, 10))
    assert (by_hand.origin, by_hand.amount_fen) == ("manual", 9_950)
    assert listed(shop)[by_hand.id] == [card.id]


def test_one_familys_refund_is_never_paid_out_of_what_is_not_there(shop):
    wallet = shop.sale(5_000, card_class="wallet")
    shop.sale(10_000)
    shop.night(TUESDAY)
    shop.refund(wallet, 5_000, local(TUESDAY), card_class="wallet")
    shop.sale(2_000, local(TUESDAY))
    shop.night(WEDNESDAY)
    assert available(shop) == 0
    shop.sale(9_000, local(WEDNESDAY))
    (payout,) = shop.night(THURSDAY)
    assert payout.amount_fen == 1_990 - 4_981 + 8_955


def test_part_by_hand_lists_the_oldest_payments_and_carries_the_rest(shop):
    choose_mode(shop.session, shop.merchant.id, "card", "manual", local(MONDAY, 9))
    sales = [shop.sale(amount) for amount in (10_000, 20_000, 30_000)]
    mature(shop.session, local(TUESDAY))
    part = pay_now(shop.session, shop.merchant.id, local(TUESDAY, 9), 15_000)
    assert (part.gross_fen, part.fee_fen, part.brought_fen, part.amount_fen) == (30_000, 150, -14_850, 15_000)
    assert listed(shop) == {part.id: [sales[0].id, sales[1].id]}
    rest = pay_now(shop.session, shop.merchant.id, local(TUESDAY, 10))
    assert (rest.brought_fen, rest.amount_fen) == (14_850, 29_850 + 14_850) and available(shop) == 0
    one_fen = payable(shop.session, shop.merchant.id)
    assert (one_fen.items, one_fen.amount_fen) == ((), 0)


@pytest.mark.parametrize("amount", [0, -1, 9_951])
def test_an_amount_that_is_not_there_is_refused_in_words(shop, amount):
    shop.sale(10_000)
    mature(shop.session, local(TUESDAY))
    with pytest.raises(PayoutError) as error:
        pay_now(shop.session, shop.merchant.id, local(TUESDAY, 9), amount)
    assert "99.50" in error.value.words["zh"] and "99.50 yuan" in error.value.words["en"]


def test_nothing_to_pay_out_is_said(shop):
    shop.sale(10_000)
    with pytest.raises(PayoutError, match="wait until payments mature"):
        pay_now(shop.session, shop.merchant.id, local(MONDAY, 12))


def test_real_time_pays_each_payment_by_itself(shop):
    choose_mode(shop.session, shop.merchant.id, "wallet", "real_time", local(MONDAY, 9))
    first, second = shop.sale(5_000, card_class="wallet"), shop.sale(7_000, card_class="wallet")
    shop.sale(9_000)
    mature(shop.session, local(MONDAY, 12))
    assert pay_at_once(shop.session, local(MONDAY, 12)) == 2 and pay_at_once(shop.session, local(MONDAY, 12)) == 0
    payouts = shop.session.scalars(select(Payout).order_by(Payout.id)).all()
    assert [(one.origin, one.amount_fen) for one in payouts] == [("real_time", 4_981), ("real_time", 6_973)]
    assert list(listed(shop).values()) == [[first.id], [second.id]]


def test_a_terminal_that_settles_at_once_has_each_payment_paid_by_itself(shop):
    shop.session.add(SettlementMode(terminal_id=shop.terminal.id, mode="R00000"))
    sale = shop.sale(5_000)
    settle_at_once(shop.session, shop.merchant, sale, local(MONDAY, 12))
    assert pay_at_once(shop.session, local(MONDAY, 12)) == 0, "without D0 terms it waits for the plan"
    agree_terms(shop)
    assert pay_at_once(shop.session, local(MONDAY, 12)) == 1
    payout = shop.session.scalars(select(Payout)).one()
    assert (payout.d0_fee_fen, payout.amount_fen) == (3, 4_972), "2 basis points of 49.75 and 2 fen"


def test_a_debt_is_kept_back_from_real_time_payouts(shop):
    choose_mode(shop.session, shop.merchant.id, "wallet", "real_time", local(MONDAY, 9))
    sale = shop.sale(5_000, card_class="wallet")
    mature(shop.session, local(MONDAY, 12))
    pay_at_once(shop.session, local(MONDAY, 12))
    shop.refund(sale, 5_000, local(MONDAY, 13), card_class="wallet")
    shop.sale(6_000, local(MONDAY, 14), card_class="wallet")
    mature(shop.session, local(MONDAY, 15))
    assert pay_at_once(shop.session, local(MONDAY, 15)) == 1
    last = shop.session.scalars(select(Payout).order_by(Payout.id.desc())).first()
    assert last.amount_fen == 5_977 - 4_981 and available(shop) == 0


@pytest.mark.parametrize("cause", ["no account", "changed", "hold"])
def test_payouts_stop_and_the_money_stays(shop, cause):
    account = shop.session.scalars(select(SettlementAccount)).one()
    if cause == "no account":
        account.state = "withdrawn"
    elif cause == "changed":
        account.held_until = local(WEDNESDAY, 5)
    else:
        reason = {"zh": "交易异常。", "en": "Unusual payments."}
        hold = Hold(merchant_id=shop.merchant.id, amount_fen=0, whole=True, reason=reason, opened_at=local(MONDAY))
        shop.session.add(hold)
    shop.sale(10_000)
    assert shop.night(TUESDAY) == [] and available(shop) == 9_950
    with pytest.raises(PayoutError) as error:
        pay_now(shop.session, shop.merchant.id, local(TUESDAY, 9))
    assert all(error.value.words.values())
    if cause == "no account":
        account.state = "active"
    elif cause == "hold":
        hold.released_at = local(TUESDAY)
    (payout,) = shop.night(WEDNESDAY)
    assert payout.amount_fen == 9_950


def test_a_voids_late_reversal_matures_the_sale_it_restores(shop):
    sale = shop.sale(10_000)
    void = shop.void(sale)
    assert shop.night(TUESDAY) == []
    shop.reverse(void, local(TUESDAY, 9))
    assert sale.state == "approved"
    (payout,) = shop.night(WEDNESDAY)
    assert payout.amount_fen == 9_950


def test_plans_are_paid_in_bounded_runs(shop, monkeypatch):
    monkeypatch.setattr("host_sim.settlement.payout_run.PLANS_PER_RUN", 1)
    shop.sale(10_000)
    shop.sale(5_000, card_class="wallet")
    mature(shop.session, local(TUESDAY))
    assert [pay_due(shop.session, local(TUESDAY, 6)) for _ in range(3)] == [1, 1, 0]
