"""Without a link: taken within caps at the merchant's risk, kept in order, sent when the link is back."""

import pytest

from host_sim.rig.stage import SETTINGS
from tests.flows.shop import OFFLINE, QUEUE, SEND_NOW, at_the_till

COUNT = {**SETTINGS["offline"], "count": 2}


@at_the_till()
async def test_each_cap(shop):
    await shop.open()
    first, second, third = [shop.card() for _ in range(3)]
    await shop.cut_line()

    async def refused(amount_fen, card):
        await shop.tap(amount_fen, card)
        await shop.answer("offline-cap")

    await refused(OFFLINE["each_fen"] + 1, first)
    await shop.offline_sale(OFFLINE["each_fen"], first)
    await shop.sees("待传1", "网络断开")
    await refused(20_001, first)  # 500.00 a card
    await shop.offline_sale(20_000, first)
    await shop.offline_sale(30_000, second)
    await refused(20_001, third)  # 1,000.00 in all
    await shop.offline_sale(20_000, third)
    await refused(1, third)
    await shop.sees("待传4")
    assert shop.moved() == [] and len(shop.slips) == 8


@at_the_till(settings={"offline": COUNT})
async def test_the_count(shop):
    await shop.open()
    card = shop.card()
    await shop.cut_line()
    for _ in range(2):
        await shop.offline_sale(100, card)
    await shop.tap(100, card)
    await shop.answer("offline-cap")


@at_the_till()
async def test_never_with_a_pin_nor_with_an_expired_card(shop):
    await shop.open()
    card, old = shop.card(), shop.card(expiry="2610")
    await shop.cut_line()
    await shop.tap(100_001, card)
    await shop.sees("请输入密码")
    await shop.type("246810")
    await shop.press("confirm")
    await shop.answer("offline-never")
    await shop.tap(100, old)
    await shop.answer("expired")
    await shop.sees("已签到", "网络断开")
    assert shop.slips == [] and shop.moved() == []


@at_the_till(settings={"offline": {**OFFLINE, "on": False}})
async def test_switched_off(shop):
    await shop.open()
    await shop.cut_line()
    await shop.tap(100, shop.card())
    await shop.answer("no-link")
    await shop.sees("已签到", "网络断开")
    assert shop.slips == [] and await shop.payments() == []


@at_the_till()
async def test_it_waits_in_order_and_a_new_sale_does_not(shop):
    await shop.open()
    card, other = shop.card(), shop.card()
    await shop.cut_line()
    traces = [await shop.offline_sale(amount_fen, card) for amount_fen in (100, 200, 300)]
    for slip in shop.slips:
        assert "离线消费" in slip.text() and "待上送 尚未授权" in slip.text() and "授权码" not in slip.text()
    await shop.menu(*QUEUE)
    lines = await shop.sees("离线队列", "6.00")
    assert lines[2].split() == [f"{traces[0]:06d}", "1.00元"] and lines[3].split() == [f"{traces[1]:06d}", "2.00元"]
    await shop.press("cancel")
    shop.link.up = True
    await shop.sale(700, other)
    await shop.idle()
    moved = shop.moved()
    assert sorted(moved) == [("sale", -700), ("sale", -300), ("sale", -200), ("sale", -100)]
    assert moved.index(("sale", -700)) < 3, "the sale at the counter waited for the whole queue"
    assert [one for one in moved if one[1] != -700] == [("sale", -100), ("sale", -200), ("sale", -300)]
    assert sum(state == "approved" for _, state, _ in await shop.payments()) == 4


@at_the_till()
async def test_sent_by_hand(shop):
    await shop.open()
    card = shop.card()
    await shop.menu(*QUEUE)
    await shop.sees("无离线交易")
    await shop.press("cancel")
    await shop.cut_line()
    await shop.offline_sale(100, card)
    await shop.menu(*SEND_NOW)
    await shop.answer("no-link")
    await shop.sees("待传1")
    shop.link.up = True
    await shop.menu(*SEND_NOW)
    await shop.sees("离线已全部上送")
    await shop.idle()
    assert shop.moved() == [("sale", -100)]


@at_the_till()
async def test_refused_when_it_comes_to_the_host(shop):
    await shop.open()
    card, poor = shop.card(), shop.card(100)
    await shop.cut_line()
    trace = await shop.offline_sale(5_000, poor)
    await shop.offline_sale(200, card)
    shop.link.up = True
    lines = await shop.sees("离线单被拒")
    assert [line.strip() for line in lines] == [f"凭证号 {trace:06d}", "离线单被拒", "请联系持卡人", "代码 51"]
    await shop.person.pause(3_600)  # it stays until somebody has seen it
    await shop.sees("离线单被拒")
    await shop.press("confirm")
    await shop.idle()
    slip = await shop.settled()
    assert f"主机拒绝 1\n{trace:06d} 50.00" in slip
    assert shop.moved() == [("sale", -200)]


@pytest.mark.parametrize("sent", [False, True], ids=["cancelled in place", "sent meanwhile"])
@at_the_till()
async def test_void_of_one_that_waits(shop, sent):
    await shop.open()
    card = shop.card()
    await shop.cut_line()
    trace = await shop.offline_sale(5_000, card)
    await shop.manager(("menu", "2"), trace)
    await shop.sees("凭证号", "50.00")
    if sent:
        shop.link.up = True
        await shop.person.until(lambda: bool(shop.moved()), "the advice", 100_000_000)
        await shop.press("confirm")
        await shop.done("voided")
        assert shop.moved() == [("sale", -5_000), ("void", 5_000)]
        return
    await shop.press("confirm")
    await shop.answer("offline-cancelled")
    await shop.sees("已签到", "网络断开")
    await shop.manager(("menu", "2"), trace)
    await shop.answer("not-voidable")
    shop.link.up = True
    await shop.sees("网络正常")
    await shop.sale(100, card)
    slip = await shop.settled()
    assert f"离线取消 1\n{trace:06d} 50.00" in slip
    assert shop.moved() == [("sale", -100)]
