"""Void: under the manager's password, of a sale of this batch, once."""

from tests.flows.shop import VOID, at_the_till


@at_the_till()
async def test_a_void_gives_the_money_back_once(shop):
    await shop.open()
    card = shop.card()
    first = await shop.sale(5_100, card)
    second = await shop.sale(6_200, card)
    voided = await shop.void(first, 5_100)
    assert shop.moved() == [("sale", -5_100), ("sale", -6_200), ("void", 5_100)]
    slip = shop.slips[-1].text()
    assert "消费撤销" in slip and "金额 RMB -51.00" in slip and f"原凭证号 {first:06d}" in slip
    for trace, answer in ((first, "already-voided"), (voided, "not-found"), (999, "not-found")):
        await shop.manager(VOID, trace)
        await shop.answer(answer)
    await shop.manager(VOID, second)
    await shop.sees("凭证号", f"{second:06d}", "62.00元")
    await shop.press("cancel")
    await shop.answer("cancelled")
    await shop.idle()
    assert len(shop.moved()) == 3


@at_the_till()
async def test_what_cannot_be_voided(shop):
    await shop.open()
    card, poor = shop.card(), shop.card(100)
    await shop.tap(5_000, poor)
    await shop.answer("51")
    await shop.manager(VOID, 1)
    await shop.answer("not-voidable")
    refunded = await shop.sale(900, card)
    await shop.refund(refunded, 100)
    await shop.manager(VOID, refunded)
    await shop.answer("not-voidable")
    kept = await shop.sale(800, card)
    await shop.cut_line()
    await shop.manager(VOID, kept)
    await shop.sees("8.00元")
    await shop.press("confirm")
    await shop.answer("no-link")  # a void never waits offline
    shop.link.up = True
    await shop.sees("网络正常")
    await shop.settled()
    await shop.manager(VOID, kept)
    await shop.answer("other-batch")
    assert shop.moved() == [("sale", -900), ("refund", 100), ("sale", -800)]


@at_the_till()
async def test_the_password(shop):
    await shop.open()
    trace = await shop.sale(900, shop.card())
    await shop.menu(*VOID)
    await shop.sees("请输入主管密码")
    await shop.type("8686")
    lines = await shop.sees("****")
    assert "8" not in "".join(lines) and "6" not in "".join(lines)
    await shop.press("confirm")
    await shop.sees("位数不足", "****")
    await shop.press("cancel")
    await shop.answer("cancelled")
    for left in range(4, -1, -1):
        await shop.menu(*VOID)
        await shop.password("111111")
        await shop.answer("password-wrong" if left else "password-rest")
    await shop.menu(*VOID)
    await shop.password()
    await shop.answer("password-rest")  # the right one, too: nobody tries on
    await shop.person.pause(550)
    shop.counter.power_cut()  # that gives no tries back
    await shop.counter.power_on()
    await shop.idle()
    await shop.person.pause(550)
    await shop.menu(*VOID)
    await shop.password()
    await shop.answer("password-rest")
    await shop.person.pause(60)
    await shop.void(trace, 900)
    assert shop.moved() == [("sale", -900), ("void", 900)]
