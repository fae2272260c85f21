"""The idle screen tells how things stand: link, queue, sign-on, time."""

from tests.flows.shop import SIGN_ON, at_the_till


@at_the_till()
async def test_link_queue_and_time(shop):
    await shop.open()
    lines = await shop.sees("示范便利店", "已签到", "网络正常", "2026-11-23 09:00", "请输入收款金额")
    assert len(lines) == 4
    await shop.person.pause(60)
    await shop.sees("2026-11-23 09:01")
    card = shop.card()
    await shop.cut_line()
    await shop.sees("已签到", "网络断开")
    await shop.offline_sale(100, card)
    await shop.sees("待传1", "网络断开")
    await shop.offline_sale(100, card)
    await shop.sees("待传2", "网络断开")
    shop.link.up = True
    await shop.sees("网络正常")
    await shop.sees("已签到", "网络正常")


@at_the_till()
async def test_a_start_without_a_link_knows_no_time(shop):
    await shop.open()
    card = shop.card()
    await shop.sale(100, card)
    shop.counter.power_cut()
    shop.link.up = False
    await shop.counter.power_on()
    await shop.sees("未签到", "网络断开", "时间未设置", "请按菜单签到")
    await shop.press("5")
    await shop.answer("clock-unset")
    await shop.sees("时间未设置", "请按菜单签到")
    await shop.press(*SIGN_ON)
    await shop.answer("no-link")
    shop.link.up = True
    await shop.idle()  # by itself
    await shop.sees("2026-11-23 09:")
    await shop.sale(200, card)
    assert shop.moved() == [("sale", -100), ("sale", -200)]


@at_the_till(settings={"language": "en"})
async def test_in_english(shop):
    await shop.open()
    await shop.sees("Ready", "Link ok", "2026-11-23 09:00", "Type an amount")
    await shop.cut_line()
    await shop.sees("Ready", "No link")
