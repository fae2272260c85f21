"""A batch closed: its figures, its payout, its date and reason; then maturity and the bank."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from host_sim.ledger.accounts import Key, LedgerError, balance_fen
from host_sim.ledger.postings import payout_instructed
from host_sim.ledger.proofs import proofs
from host_sim.settlement.dates import commit_day
from host_sim.settlement.maturity import mature
from host_sim.settlement.payout_run import PayoutError, confirm_paid, confirm_returned, instruct_due
from host_sim.settlement.payouts import close_batch
from host_sim.store.schema import Batch, Notice, Payment, Payout, Terminal
from tests.host.shop import MONDAY, Shop, local

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, refund_fee="proportional")
    yield shop
    assert [proof for proof in proofs(shop.session, date(2027, 1, 1)) if not proof.ok] == []
    shop.done()


def night(shop, day):
    """The jobs of the early morning of a day."""
    mature(shop.session, local(day, 0, 30))
    return instruct_due(shop.session, local(day, 1))


def test_a_payout_takes_its_steps_in_order_only(shop):
    shop.sale(10_000)
    payout = shop.close()
    for step in (confirm_paid, confirm_returned):
        with pytest.raises(PayoutError, match="is scheduled"):
            step(shop.session, payout, local(TUESDAY))
    night(shop, TUESDAY)
    confirm_paid(shop.session, payout, local(TUESDAY))
    with pytest.raises(PayoutError, match="is paid"):
        confirm_paid(shop.session, payout, local(TUESDAY))
    confirm_returned(shop.session, payout, local(TUESDAY))
    with pytest.raises(PayoutError, match="is returned"):
        confirm_returned(shop.session, payout, local(TUESDAY))


def test_more_than_is_available_is_never_instructed(shop):
    shop.sale(10_000)
    payout = shop.close()
    with pytest.raises(LedgerError, match="more than the merchant has available"):
        payout_instructed(shop.session, payout, local(MONDAY), business_date=MONDAY)


def test_gross_fees_and_net_of_a_batch(shop):
    first = shop.sale(120_050)
    shop.sale(30_000, kind="offline")
    shop.void(shop.sale(8_800))
    shop.reverse(shop.sale(7_700))
    shop.refund(first, 20_050)
    declined = shop.payment(99_900, local(MONDAY))
    declined.state = "declined"
    elsewhere = shop.sale(1_100)
    elsewhere.filed_batch = None
    payout = shop.close()
    assert (payout.gross_fen, payout.fee_fen) == (120_050 + 30_000 - 20_050, 600 + 150 - 100)
    assert payout.net_fen == payout.amount_fen == 129_350
    assert (payout.brought_fen, payout.state, payout.due_date) == (0, "scheduled", TUESDAY)
    elsewhere.filed_batch = 2


def test_closing_again_changes_nothing(shop):
    shop.sale(10_000)
    batch, payout = shop.batch, shop.close()
    again = close_batch(shop.session, batch, local(TUESDAY, 9))
    assert again is payout
    assert (batch.state, batch.closed_at, batch.business_date) == ("CLOSED", local(MONDAY, 18), MONDAY)
    assert shop.session.scalar(select(func.count(Payout.id))) == 1
    assert shop.session.scalar(select(func.count(Notice.id))) == 1


def test_an_empty_batch_pays_nothing_and_says_so(shop):
    payout = shop.close()
    assert (payout.amount_fen, payout.state, payout.due_date) == (0, "nil", TUESDAY)
    assert "本次无结算款" in shop.session.scalars(select(Notice)).one().subject


def test_the_payout_is_due_when_its_latest_payment_settles(shop):
    friday, saturday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=5)
    shop.sale(10_000, local(friday, 22, 59))
    assert shop.close(local(friday, 22, 59, 30)).due_date == MONDAY + timedelta(days=7)
    shop.sale(10_000, local(friday, 23, 0))
    payout = shop.close(local(saturday, 9))
    assert payout.due_date == MONDAY + timedelta(days=7)
    assert "已到23:00日切" in payout.explanation["zh"]
    assert "past the 23:00 cut-off" in payout.explanation["en"]
    shop.sale(10_000, local(MONDAY + timedelta(days=6), 23, 0))
    assert shop.close(local(MONDAY + timedelta(days=7), 9)).due_date == MONDAY + timedelta(days=8)


def test_a_batch_closed_late_is_paid_when_it_is_closed_and_says_so(shop):
    shop.sale(10_000, local(MONDAY))
    payout = shop.close(local(THURSDAY, 9))
    assert payout.due_date == THURSDAY
    assert "批次在此之后才结算" in payout.explanation["zh"]
    shop.sale(10_000, local(THURSDAY, 10))
    late = shop.close(local(THURSDAY + timedelta(days=2), 9))  # a Saturday
    assert late.due_date == THURSDAY + timedelta(days=4)
    assert "settled only later" in late.explanation["en"]
    mature(shop.session, local(THURSDAY))


def test_a_wallet_settles_the_same_day(shop):
    shop.sale(10_000, card_class="wallet")
    payout = shop.close()
    assert payout.due_date == MONDAY
    assert mature(shop.session, local(MONDAY, 18, 30)) == 1
    assert instruct_due(shop.session, local(MONDAY, 19)) == 1


def test_a_day_to_the_bank(shop):
    shop.sale(10_000)
    payout = shop.close()
    assert instruct_due(shop.session, local(MONDAY, 23, 59)) == 0
    assert night(shop, TUESDAY) == 1
    assert night(shop, TUESDAY) == 0
    assert balance_fen(shop.session, Key("payout_transit", payout.id)) == -9_950
    confirm_paid(shop.session, payout, local(TUESDAY, 9))
    assert balance_fen(shop.session, Key("payout_transit", payout.id)) == 0
    assert balance_fen(shop.session, Key("bank")) == -9_950


def test_a_refund_after_closing_comes_off_the_payout_once(shop):
    sale = shop.sale(10_000)
    first = shop.close()
    mature(shop.session, local(TUESDAY, 0, 30))
    shop.refund(sale, 4_000, local(TUESDAY, 8))
    assert instruct_due(shop.session, local(TUESDAY, 9)) == 1
    assert first.amount_fen == 9_950 - 4_000 + 20
    shop.sale(2_000, local(TUESDAY, 10))
    second = shop.close(local(TUESDAY, 18))
    assert (second.net_fen, second.brought_fen, second.amount_fen) == (1_990 - 3_980, 3_980, 1_990)
    night(shop, WEDNESDAY)
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == 0


def test_a_payout_that_nothing_is_available_for_yet_waits(shop):
    shop.sale(10_000)
    payout = shop.close()
    assert instruct_due(shop.session, local(TUESDAY, 0, 30)) == 0, "run before maturity"
    assert (payout.state, payout.amount_fen) == ("scheduled", 9_950)
    assert night(shop, TUESDAY) == 1 and payout.state == "instructed"


def test_a_payout_that_refunds_have_used_up_is_nil(shop):
    sale = shop.sale(10_000)
    payout = shop.close()
    shop.refund(sale, 10_000, local(MONDAY, 19))
    shop.close(local(MONDAY, 20))
    assert night(shop, TUESDAY) == 0 and (payout.state, payout.amount_fen) == ("nil", 0)


def test_a_debt_is_carried_until_sales_repay_it(shop):
    sale = shop.sale(10_000)
    shop.close()
    night(shop, TUESDAY)
    shop.refund(sale, 10_000, local(TUESDAY))
    debt = shop.close(local(TUESDAY, 18))
    assert (debt.net_fen, debt.amount_fen, debt.state) == (-9_950, 0, "nil")
    night(shop, WEDNESDAY)
    shop.sale(4_000, local(WEDNESDAY))
    still = shop.close(local(WEDNESDAY, 18))
    assert (still.net_fen, still.brought_fen, still.amount_fen) == (3_980, -9_950, 0)
    night(shop, THURSDAY)
    shop.sale(20_000, local(THURSDAY))
    last = shop.close(local(THURSDAY, 18))
    assert (last.brought_fen, last.amount_fen) == (-5_970, 19_900 - 5_970)
    night(shop, THURSDAY + timedelta(days=1))
    assert last.state == "instructed"
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == 0
    assert balance_fen(shop.session, Key("merchant_receivable", shop.merchant.id)) == 0


@pytest.mark.parametrize("paid", [False, True])
def test_a_returned_payout_goes_with_the_next_batch(shop, paid):
    shop.sale(10_000)
    payout = shop.close()
    night(shop, TUESDAY)
    if paid:
        confirm_paid(shop.session, payout, local(TUESDAY, 9))
    confirm_returned(shop.session, payout, local(TUESDAY, 10))
    assert balance_fen(shop.session, Key("bank")) == 0
    shop.sale(1_000, local(TUESDAY, 11))
    again = shop.close(local(TUESDAY, 18))
    assert (again.net_fen, again.brought_fen, again.amount_fen) == (995, 9_950, 10_945)
    assert night(shop, WEDNESDAY) == 1


def test_a_voids_late_reversal_matures_the_sale_it_restores(shop):
    sale = shop.sale(10_000)
    void = shop.void(sale)
    assert shop.close().amount_fen == 0
    night(shop, TUESDAY)
    shop.reverse(void, local(TUESDAY, 9))
    assert sale.state == "approved"
    assert mature(shop.session, local(TUESDAY, 9, 1)) == 1
    assert shop.close(local(TUESDAY, 18)).amount_fen == 9_950
    night(shop, WEDNESDAY)


def test_another_tills_refund_comes_off_its_own_batch(shop):
    """A second till's refund before the first till closes is shown once, on its own batch, and paid once."""
    sale = shop.sale(10_000)
    mature(shop.session, local(TUESDAY, 0, 30))
    other = Terminal(number="90000002", merchant_id=shop.merchant.id, batch_number=1)
    shop.session.add(other)
    shop.session.flush()
    others_batch = Batch(terminal_id=other.id, number=1, opened_at=local(TUESDAY))
    shop.session.add(others_batch)
    refund = shop.refund(sale, 3_000, local(TUESDAY, 8))
    refund.terminal_id = other.id
    first = shop.close(local(TUESDAY, 9))
    assert (first.net_fen, first.brought_fen, first.amount_fen) == (9_950, 0, 9_950)
    second = close_batch(shop.session, others_batch, local(TUESDAY, 10))
    assert (second.net_fen, second.brought_fen, second.amount_fen) == (-2_985, 0, 0)
    assert instruct_due(shop.session, local(TUESDAY, 11)) == 1
    assert first.amount_fen == 9_950 - 2_985
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == 0


def test_a_payment_without_a_settlement_date_gets_one_at_closing(shop):
    sale = shop.sale(10_000)
    sale.settlement_date = None
    shop.close()
    assert sale.settlement_date == TUESDAY


def test_a_clock_that_steps_back_never_lowers_the_business_day(shop):
    assert commit_day(shop.session, shop.merchant, local(MONDAY, 23, 0)) == TUESDAY
    assert commit_day(shop.session, shop.merchant, local(MONDAY, 22, 59)) == TUESDAY
    assert commit_day(shop.session, shop.merchant, local(TUESDAY, 23, 0)) == WEDNESDAY


def test_an_offline_payment_counts_from_its_upload(shop):
    sale = shop.sale(10_000, local(TUESDAY, 9), kind="offline", batch_number=7)
    assert (sale.business_date, sale.settlement_date) == (TUESDAY, WEDNESDAY)


def test_maturity_is_bounded_and_goes_on(shop, monkeypatch):
    for _ in range(5):
        shop.sale(1_000)
    monkeypatch.setattr("host_sim.settlement.maturity.PAYMENTS_PER_RUN", 2)
    assert [mature(shop.session, local(TUESDAY, 1, n)) for n in range(4)] == [2, 2, 1, 0]
    assert shop.session.scalar(select(func.count(Payment.id)).where(Payment.matured_at.is_(None))) == 0


def test_everything_is_stored_as_instants(shop):
    shop.sale(10_000)
    payout = shop.close()
    shop.session.commit()
    assert payout.batch.closed_at == datetime.fromisoformat("2026-11-23T10:00:00+00:00")
