"""Settlement: both sides count, what differs is repaired, the batch ends and the next one begins."""

import pytest
from sqlalchemy import update

from host_sim.store.schema import Payment
from tests.flows.shop import PRINT_SETTLEMENT, SETTLE, at_the_till, rows

MTI_AT = 13  # behind length 2, TPDU 5 and header 6
FOREIGN_ZERO = "外卡 对账平\n类型 笔数 金额\n借记 0 0.00\n贷记 0 0.00\n"


def columns(text):
    """A slip with one blank between its columns."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


async def misfile(shop, trace):
    """A clerk's slip at the host: the payment is in no batch any more."""

    def take_out(session):
        session.execute(update(Payment).where(Payment.trace == trace).values(filed_batch=None))

    await shop.stage.host.store.write(take_out)


@at_the_till()
async def test_totals_match_and_a_new_batch_begins(shop):
    await shop.open()
    await shop.menu(*SETTLE)
    await shop.answer("nothing-to-settle")
    await shop.menu(*PRINT_SETTLEMENT)
    await shop.answer("nothing-to-print")
    card = shop.card()
    first = await shop.sale(8_800, card)
    await shop.void(await shop.sale(5_100, card), 5_100)
    await shop.refund(first, 1_800)
    await shop.menu(*SETTLE)
    lines = await shop.sees("对账平", "新批次")
    assert rows(lines) == [["借记", "2", "139.00"], ["贷记", "2", "69.00"], ["新批次", "000002"]]
    await shop.idle()
    slip = columns(shop.slips[-1].text())
    assert "批次号 000001" in slip and "内卡 对账平" in slip and "重打印" not in slip
    assert FOREIGN_ZERO in slip and "主机拒绝 0" in slip and "冲正未决 0" in slip
    await shop.menu(*PRINT_SETTLEMENT)
    await shop.idle()
    again = columns(shop.slips[-1].text())
    assert "重打印" in again and "批次号 000001" in again and FOREIGN_ZERO in again
    assert set(slip.splitlines()) - set(again.splitlines()) == set()
    await shop.sale(100, card)
    assert "批次号 000002" in shop.slips[-1].text()
    assert "批次号 000002" in await shop.settled()


@at_the_till()
async def test_a_difference_is_repaired(shop):
    await shop.open()
    card = shop.card()
    await shop.sale(8_800, card)
    lost = await shop.sale(1_200, card)
    await misfile(shop, lost)
    slip = columns(await shop.settled("mismatch"))
    assert "内卡 对账不平" in slip and "外卡 对账平" in slip
    assert "借记金额 100.00 88.00" in slip and "借记笔数 2 1" in slip
    await shop.idle()
    await shop.sale(100, card)
    await shop.settled()

    def filed(session):
        return [one.filed_batch for one in session.query(Payment).order_by(Payment.id)]

    assert await shop.stage.host.store.read(filed) == [1, 1, 2]


@pytest.mark.parametrize("mti", ["0510", "0330"])
@at_the_till()
async def test_it_goes_on_after_an_interruption(shop, mti):
    await shop.open()
    card = shop.card()
    await shop.sale(8_800, card)
    await misfile(shop, await shop.sale(1_200, card))
    cut = []

    def intercept(direction, data):
        if direction == "answer" and data[MTI_AT : MTI_AT + 2].hex() == mti and not cut:
            cut.append(data)
            return None
        return data

    shop.link.intercept = intercept
    await shop.menu(*SETTLE)
    await shop.answer("settle-no-answer")
    assert cut
    await shop.standing()
    await shop.press("5")
    await shop.answer("settling")  # no payment until the batch is closed
    await shop.menu("menu", "2")
    await shop.answer("settling")
    shop.link.up = False
    await shop.sees("网络断开")
    await shop.menu(*SETTLE)
    await shop.answer("no-link")
    shop.link.up = True
    await shop.sees("网络正常")
    slip = columns(await shop.settled("mismatch"))
    assert "批次号 000001" in slip and "借记 2 100.00" in slip
    await shop.idle()
    await shop.sale(100, card)
    assert "批次号 000002" in await shop.settled()


@at_the_till()
async def test_without_a_link_the_batch_stays_open(shop):
    await shop.open()
    card = shop.card()
    await shop.sale(8_800, card)
    await shop.cut_line()
    await shop.menu(*SETTLE)
    await shop.answer("no-link")
    await shop.offline_sale(100, card)
    shop.link.up = True
    await shop.sees("网络正常")
    slip = columns(await shop.settled())  # the offline one goes first, and counts
    assert "离线消费 1 1.00" in slip and "借记 2 89.00" in slip


@at_the_till()
async def test_it_waits_for_a_reversal(shop):
    await shop.open()
    card = shop.card()
    await shop.sale(8_800, card)

    def silent(direction, data):
        lost = direction == "answer" and data[MTI_AT : MTI_AT + 2].hex() in ("0210", "0410")
        return None if lost else data

    shop.link.intercept = silent
    await shop.tap(700, card)
    await shop.answer("no-answer")
    await shop.menu(*SETTLE)
    await shop.answer("pending-reversal")
    shop.link.intercept = lambda direction, data: data
    slip = await shop.settled()
    assert "已冲正 1\n000002 7.00" in slip and "冲正未决 0" in slip and "内卡 对账平" in slip
    assert shop.moved() == [("sale", -8_800), ("sale", -700), ("reversal", 700)]
