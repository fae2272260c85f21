"""A batch closed: its figures, when its money is paid and why, and the notice."""

from datetime import timedelta

from sqlalchemy import func, select

from host_sim.settlement.closing import close_batch
from host_sim.store.schema import Batch, BatchSettlement, Notice, Terminal
from tests.host.shop import MONDAY, local

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))


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
    closed = shop.close()
    assert (closed.gross_fen, closed.fee_fen) == (120_050 + 30_000 - 20_050, 600 + 150 - 100)
    assert closed.net_fen == closed.amount_fen == 129_350
    assert (closed.brought_fen, closed.due_date) == (0, TUESDAY)
    elsewhere.filed_batch = 2


def test_closing_again_changes_nothing(shop):
    shop.sale(10_000)
    batch, closed = shop.batch, shop.close()
    assert close_batch(shop.session, batch, local(TUESDAY, 9)) is closed
    assert (batch.state, batch.closed_at, batch.business_date) == ("CLOSED", local(MONDAY, 18), MONDAY)
    assert shop.session.scalar(select(func.count(BatchSettlement.id))) == 1
    assert shop.session.scalar(select(func.count(Notice.id))) == 1


def test_an_empty_batch_pays_nothing_and_says_so(shop):
    closed = shop.close()
    assert (closed.amount_fen, closed.due_date) == (0, TUESDAY)
    assert "本次无结算款" in shop.session.scalars(select(Notice)).one().subject


def test_a_batch_is_paid_when_its_latest_payment_settles(shop):
    friday, saturday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=5)
    shop.sale(10_000, local(friday, 22, 59))
    assert shop.close(local(friday, 22, 59, 30)).due_date == MONDAY + timedelta(days=7)
    shop.sale(10_000, local(friday, 23, 0))
    closed = shop.close(local(saturday, 9))
    assert closed.due_date == MONDAY + timedelta(days=7)
    assert "已到23:00日切" in closed.explanation["zh"]
    assert "past the 23:00 cut-off" in closed.explanation["en"]
    shop.sale(10_000, local(MONDAY + timedelta(days=6), 23, 0))
    assert shop.close(local(MONDAY + timedelta(days=7), 9)).due_date == MONDAY + timedelta(days=8)


def test_a_batch_closed_late_says_so(shop):
    shop.sale(10_000, local(MONDAY))
    closed = shop.close(local(THURSDAY, 9))
    assert closed.due_date == THURSDAY
    assert "批次在此之后才结算" in closed.explanation["zh"]
    shop.sale(10_000, local(THURSDAY, 10))
    late = shop.close(local(THURSDAY + timedelta(days=2), 9))  # a Saturday
    assert late.due_date == THURSDAY + timedelta(days=4)
    assert "settled only later" in late.explanation["en"]


def test_a_wallet_settles_the_same_day(shop):
    shop.sale(10_000, card_class="wallet")
    assert shop.close().due_date == MONDAY


def test_a_debt_is_carried_until_sales_repay_it(shop):
    sale = shop.sale(10_000)
    shop.close()
    shop.night(TUESDAY)
    shop.refund(sale, 10_000, local(TUESDAY))
    debt = shop.close(local(TUESDAY, 18))
    assert (debt.net_fen, debt.brought_fen, debt.amount_fen) == (-9_950, 0, 0)
    shop.night(WEDNESDAY)
    shop.sale(4_000, local(WEDNESDAY))
    still = shop.close(local(WEDNESDAY, 18))
    assert (still.net_fen, still.brought_fen, still.amount_fen) == (3_980, -9_950, 0)
    assert shop.night(THURSDAY) == []
    shop.sale(20_000, local(THURSDAY))
    last = shop.close(local(THURSDAY, 18))
    assert (last.brought_fen, last.amount_fen) == (-5_970, 19_900 - 5_970)
    (payout,) = shop.night(THURSDAY + timedelta(days=1))
    assert payout.amount_fen == last.amount_fen


def test_money_of_an_earlier_batch_is_not_told_twice(shop):
    shop.sale(10_000)
    assert shop.close().amount_fen == 9_950
    shop.sale(2_000)
    second = shop.close(local(MONDAY, 19))
    assert (second.brought_fen, second.amount_fen) == (0, 1_990)


def test_another_tills_refund_comes_off_its_own_batch(shop):
    """A second till's refund before the first till closes is shown once, on its own batch, and comes off once."""
    sale = shop.sale(10_000)
    other = Terminal(number="90000002", merchant_id=shop.merchant.id, batch_number=1)
    shop.session.add(other)
    shop.session.flush()
    others_batch = Batch(terminal_id=other.id, number=1, opened_at=local(MONDAY))
    shop.session.add(others_batch)
    refund = shop.refund(sale, 3_000, local(MONDAY, 12))
    refund.terminal_id, refund.filed_batch = other.id, 1
    first = shop.close(local(MONDAY, 18))
    assert (first.net_fen, first.brought_fen, first.amount_fen) == (9_950, 0, 9_950)
    second = close_batch(shop.session, others_batch, local(MONDAY, 18, 30))
    assert (second.net_fen, second.brought_fen, second.amount_fen) == (-2_985, 0, 0)
    (payout,) = shop.night(TUESDAY)
    assert payout.amount_fen == 9_950 - 2_985
