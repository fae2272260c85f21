"""Without a link: taken within caps at the merchant's risk, kept in order, sent when the link is back."""

import pytest

from host_sim.acquirer.till_left import left
from tests.flows.shop import OFFLINE, QUEUE, SEND_NOW, at_the_till

OFFLINE_VOICE, OVERDUE, REFUSED, CAPS_MENU = [("menu", "4", key) for key in "3456"]
DEFERRED = OFFLINE["deferred"]


def no_advice_answered(direction, data):
    return None if direction == "answer" and data[13:15].hex() == "0230" else data


def deferred(**caps):
    """Settings with other caps for deferred payments."""
    return {"offline": {**OFFLINE, "deferred": {**DEFERRED, **caps}}}


@at_the_till()
async def test_each_cap(shop):
    await shop.open()
    first, second, third = [shop.card() for _ in range(3)]
    await shop.cut_line()

    async def refused(amount_fen, card):
        await shop.tap(amount_fen, card)
        await shop.answer("offline-cap")

    await refused(DEFERRED["each_fen"] + 1, first)
    await shop.offline_sale(DEFERRED["each_fen"], first)
    await shop.sees("待传1", "网络断开")
    await refused(20_001, first)  # 500.00 a card
    await shop.offline_sale(20_000, first)
    await shop.offline_sale(30_000, second)
    await refused(20_001, third)  # 1,000.00 in all
    await shop.offline_sale(20_000, third)
    await refused(1, third)
    await shop.sees("待传4")
    assert shop.moved() == [] and len(shop.slips) == 8


@at_the_till(settings=deferred(count=3, day_fen=1_000))
async def test_the_count_the_day_and_how_near_they_are(shop):
    await shop.open()
    card = shop.card()
    await shop.cut_line()
    await shop.offline_sale(400, card)
    await shop.sees("待传1", "2026-11-23 09:")
    await shop.offline_sale(100, card)
    await shop.sees("待传2", "离线笔数已用50%")  # two of three, and half of the day's money
    await shop.tap(501, card)
    await shop.answer("offline-cap")
    await shop.offline_sale(490, card)
    await shop.sees("待传3", "离线笔数已用95%")
    await shop.tap(1, card)
    await shop.answer("offline-cap")
    shop.counter.power_cut()
    await shop.counter.power_on()
    await shop.sees("未签到", "时间未设置")
    shop.link.up = True
    await shop.idle()
    await shop.cut_line()
    await shop.tap(11, card)  # sent meanwhile, and still of this day
    await shop.answer("offline-cap")
    await shop.offline_sale(10, card)
    await shop.sees("离线当日已用95%")


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


@at_the_till(settings=deferred(on=False))
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
    card, poor, poorer = shop.card(), shop.card(100), shop.card(100)
    await shop.cut_line()
    again = await shop.offline_sale(5_000, poor)
    debt = await shop.offline_sale(6_000, poorer)
    await shop.offline_sale(200, card)
    shop.link.up = True
    lines = await shop.sees("离线单被拒")
    assert [line.strip() for line in lines] == [f"凭证号 {again:06d}", "离线单被拒", "请联系持卡人", "代码 51"]
    await shop.person.pause(3_600)  # it stays until somebody has seen it
    await shop.sees("离线单被拒")
    shop.counter.power_cut()
    await shop.counter.power_on()
    await shop.sees(f"凭证号 {again:06d}", "离线单被拒")
    await shop.press("confirm")
    await shop.sees("重新上送", "记为坏账")
    shop.issuer.credit(shop.pan(2), 5_000)
    await shop.press("1")
    await shop.sees(f"凭证号 {debt:06d}", "离线单被拒")
    await shop.press("confirm")
    await shop.sees("重新上送", "记为坏账")
    await shop.press("3")  # later
    await shop.idle()
    await shop.person.until(lambda: ("sale", -5_000) in shop.moved(), "the second try", 100_000_000)
    await shop.menu(*REFUSED)
    await shop.sees(f"凭证号 {debt:06d}", "代码 51")
    await shop.press("confirm")
    await shop.sees("记为坏账")
    await shop.press("2")
    await shop.person.slips(7)
    assert "离线坏账单" in shop.slips[-1].text() and f"000001/{debt:06d} 60.00 51" in shop.slips[-1].text()
    await shop.menu(*REFUSED)
    await shop.sees("无待处理拒绝")
    await shop.press("cancel")
    store = shop.stage.host.store
    await shop.person.pause(20)
    (told,) = (await store.read(left))["debts"]  # the refused one that is tried again is none
    assert (told["batch"], told["trace"], told["fen"], told["response"]) == (1, debt, 6_000, "51")
    slip = await shop.settled()
    assert f"坏账 1\n{debt:06d} 60.00 51" in slip and f"已重新上送 1\n{again:06d} 50.00 51" in slip
    assert sorted(shop.moved()) == [("sale", -5_000), ("sale", -200)]
    assert "离线消费 2 52.00" in " ".join(slip.split())


@at_the_till()
async def test_approved_by_voice(shop):
    await shop.open()
    card = shop.card(3_000)
    code = shop.issuer.by_telephone(shop.pan(1), 2_900)
    assert shop.issuer.by_telephone(shop.pan(1), 200) is None, "promised already"
    await shop.cut_line()

    async def by_voice(said):
        await shop.menu(*OFFLINE_VOICE)
        await shop.sees("请输入金额")
        await shop.type("2900")
        await shop.press("confirm")
        await shop.sees("请核对")
        await shop.press("confirm")
        await shop.sees("请贴近卡片")
        await shop.hold(card)
        await shop.sees("请致电发卡行", "29.00")
        await shop.press("confirm")
        await shop.sees("请输入授权码")
        await shop.type(said)
        await shop.press("confirm")
        return await shop.done("approved-offline")

    first = await by_voice(code)
    slip = shop.slips[0].text()
    assert "电话授权" in slip and f"授权码 {code}" in slip and "尚未授权" not in slip
    second = await by_voice(code)  # the same code again
    shop.link.up = True
    await shop.sees(f"凭证号 {second:06d}", "离线单被拒", "代码 05")
    await shop.press("confirm")
    await shop.press("2")
    assert shop.moved() == [("sale", -2_900)]
    await shop.refund(first, 900)
    assert shop.moved()[-1] == ("refund", 900)


@at_the_till(settings=deferred(age_h=2))
async def test_too_old_needs_a_decision(shop):
    await shop.open()
    card = shop.card()
    await shop.menu(*OVERDUE)
    await shop.sees("无超期交易")
    await shop.press("cancel")
    await shop.cut_line()
    trace = await shop.offline_sale(5_000, card)
    await shop.person.pause(3_700)
    await shop.sees("离线时限已用50%")
    await shop.person.pause(3_700)
    await shop.sees("离线超期 请处理")
    await shop.tap(100, card)
    await shop.answer("offline-overdue")

    async def decide(choice):
        printed = len(shop.slips)
        await shop.menu(*OVERDUE)
        await shop.password()
        await shop.person.slips(printed + 1)
        assert "离线超期单" in shop.slips[-1].text() and f"000001/{trace:06d} 50.00" in shop.slips[-1].text()
        await shop.sees("再等一期")
        await shop.press(choice)

    await decide("3")
    await shop.sees("已延长等待时间")
    await shop.press("cancel")
    await shop.sees("待传1", "2026-11-23 11:")
    shop.counter.power_cut()
    shop.link.up = True
    shop.link.intercept = lambda direction, data: (
        None if direction == "answer" and data[13:15].hex() == "0230" else data
    )
    await shop.counter.power_on()
    await shop.sees("待传1", "网络正常")
    await shop.person.pause(10)
    shop.link.up = False
    await shop.person.pause(7_300)
    await shop.sees("离线超期 请处理")
    await decide("down")
    await shop.press("down", "down", "confirm")
    await shop.answer("nothing-given-up")  # a byte of it has left
    shop.link.intercept = lambda direction, data: data
    shop.link.up = True
    await decide("1")
    await shop.sees("离线已全部上送")
    assert shop.moved() == [("sale", -5_000)]


@at_the_till(settings=deferred(age_h=1))
async def test_given_up_by_the_manager(shop):
    await shop.open()
    card = shop.card()
    await shop.sale(300, card)
    await shop.cut_line()
    trace = await shop.offline_sale(5_000, card)
    await shop.person.pause(3_700)
    await shop.menu(*OVERDUE)
    await shop.password()
    await shop.sees("再等一期")
    await shop.press("down", "down", "down", "confirm")
    await shop.sees("全部记为坏账", "50.00")
    await shop.press("confirm")
    await shop.sees("已签到", "网络断开")
    assert "离线坏账单" in shop.slips[-1].text() and f"/{trace:06d} 50.00" in shop.slips[-1].text()
    shop.link.up = True
    slip = await shop.settled()
    assert f"坏账或移交 1\n{trace:06d} 50.00" in slip and shop.moved() == [("sale", -300)]


@at_the_till()
async def test_the_manager_sets_lower_caps_and_none_higher(shop):
    await shop.open()
    card = shop.card()

    async def choose(kind, *cap):
        await shop.menu(*CAPS_MENU)
        await shop.password()
        await shop.sees("卡片脱机批准")
        await shop.press(kind)
        await shop.sees("开关")
        await shop.press(*cap)

    await choose("3", "2")
    await shop.sees("单笔限额")
    await shop.type("30001")
    await shop.press("confirm")
    await shop.answer("cap-over")
    await choose("3", "2")
    await shop.type("500")
    await shop.press("confirm")
    await shop.sees("已保存")
    await shop.press("cancel")
    await choose("2", "1")
    await shop.sees("已关闭")
    await shop.press("cancel")
    shop.counter.power_cut()
    await shop.counter.power_on()
    await shop.idle()
    await shop.menu(*OFFLINE_VOICE)
    await shop.answer("offline-off")
    await shop.cut_line()
    await shop.tap(501, card)
    await shop.answer("offline-cap")
    await shop.offline_sale(500, card)


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


@pytest.mark.parametrize("how", ["before", "torn", "after"])
@at_the_till(settings=deferred(count=1))
async def test_a_cut_never_lets_more_wait_than_the_caps(shop, how):
    """The power goes at the write that makes the payment OFFLINE: it counts, or it is gone."""
    await shop.open()
    card = shop.card()
    await shop.sale(100, card)  # the sector is in use
    await shop.cut_line()
    await shop.amount(200)
    shop.counter.nor.cut(2, how)  # after the record itself
    await shop.hold(card)
    await shop.person.until(lambda: not shop.counter.powered, "the power cut")
    shop.link.up = True
    shop.link.intercept = no_advice_answered
    await shop.counter.power_on()
    told = await shop.person.world.until(lambda: shop.person.reads("断电未扣款"), 20_000_000)
    await shop.press("confirm")
    if shop.person.reads("签购单未打印"):
        await shop.press("cancel")
    await shop.standing()
    await shop.cut_line()
    await shop.tap(300, card)
    if told:
        await shop.done("accepted-offline")
    else:
        await shop.answer("offline-cap")
    assert how == "torn" or told == (how == "before")
    await shop.tap(400, card)
    await shop.answer("offline-cap")
