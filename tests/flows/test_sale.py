"""A sale from the first digit to the slip, and every way it ends before money moves."""

from host_sim.rig.cards.faults import GARBAGE, GarbageCard, LeavingCard, MuteCard, NoApplicationCard
from tests.flows.shop import at_the_till


@at_the_till()
async def test_the_amount_grows_from_the_right_and_has_a_limit(shop):
    await shop.open()
    await shop.press("0", "00", "confirm", "clear", "cancel", "up", "down")  # none of them begins a sale
    await shop.idle()
    await shop.press("1")
    await shop.sees("消费", "请输入金额", "0.01元")
    await shop.press("00")
    await shop.sees("1.00元")
    await shop.press("2", "3")
    await shop.sees("100.23元")
    await shop.press("clear")
    await shop.sees("10.02元")
    await shop.press(*["clear"] * 5)
    await shop.sees("0.00元")
    await shop.press("confirm")
    await shop.answer("amount-zero")
    await shop.sees("请输入金额", "0.00元")
    await shop.type("5000000")
    await shop.sees("50000.00元")
    await shop.press("0")
    await shop.answer("over-limit")
    await shop.sees("50000.00元")  # the digit that was too much is not taken
    await shop.press("clear", "00")
    await shop.answer("over-limit")
    await shop.sees("5000.00元")
    await shop.press("cancel")
    await shop.answer("cancelled")
    await shop.idle()
    assert shop.moved() == [] and await shop.payments() == []


@at_the_till()
async def test_nobody_presses_a_key(shop):
    await shop.open()
    await shop.press("5")
    await shop.sees("0.05元")
    await shop.person.pause(58)
    await shop.sees("0.05元")
    await shop.answer("timed-out")
    await shop.idle()
    await shop.type("500")
    await shop.press("confirm")
    await shop.sees("请核对", "5.00元")
    await shop.person.pause(58)
    await shop.sees("请核对")
    await shop.answer("timed-out")
    await shop.amount(500)
    await shop.person.pause(55)
    await shop.sees("请贴近卡片", "5.00元")
    await shop.answer("no-card")
    await shop.idle()
    assert shop.moved() == [] and await shop.payments() == []


@at_the_till()
async def test_cancel_at_each_step(shop):
    await shop.open()
    card = shop.card()
    for steps in range(3):
        await shop.type("700")
        for _ in range(steps):
            await shop.press("confirm")
        await shop.sees("消费", "7.00元", ("请输入金额", "请核对", "请贴近卡片")[steps])
        await shop.press("cancel")
        await shop.answer("cancelled")
        await shop.idle()
    await shop.amount(700)
    await shop.press("5", "menu", "confirm", "clear")  # other keys do not disturb a customer with a card
    await shop.sees("请贴近卡片", "7.00元")
    await shop.hold(card)
    await shop.done("approved")
    assert shop.moved() == [("sale", -700)]


@at_the_till()
async def test_approved_with_both_copies(shop):
    await shop.open()
    card = shop.card(50_000)
    await shop.tap(8800, card)
    seen = await shop.sees("交易成功", "88.00元", "凭证号", "授权码")
    assert seen[2].split() == ["凭证号", "000001"]
    await shop.sees("正在打印", "商户存根")
    await shop.sees("请撕下签购单", "按确认打下一联")
    await shop.press("confirm")
    await shop.idle()
    merchant, customer = [slip.text() for slip in shop.slips]
    assert "商户存根" in merchant and "持卡人存根" in customer
    for text in (merchant, customer):
        assert "金额 RMB 88.00" in text and "凭证号 000001" in text and "重打印" not in text and "免密免签" in text
        assert shop.pan() not in text and shop.pan()[:6] + "*" * 9 + shop.pan()[-4:] in text
    assert shop.moved() == [("sale", -8800)] and shop.issuer.balance_fen(shop.pan()) == 41_200
    assert await shop.payments() == [("sale", "approved", 8800)]


@at_the_till()
async def test_the_customers_copy_comes_by_itself_or_not_at_all(shop):
    await shop.open()
    card = shop.card()
    await shop.tap(100, card)
    await shop.sees("请撕下签购单")
    await shop.person.slips(2)  # nobody pressed
    await shop.idle()
    await shop.tap(200, card)
    await shop.sees("请撕下签购单")
    await shop.press("cancel")
    await shop.idle()
    assert len(shop.slips) == 3


@at_the_till()
async def test_a_card_that_leaves_early_may_come_again(shop):
    await shop.open()
    card = shop.card()
    await shop.amount(1100)
    for apdus in (0, 1):
        await shop.hold(LeavingCard(card, apdus))
        await shop.sees("请再贴一次卡", "11.00元")
    await shop.hold(card)
    await shop.done("approved")
    await shop.amount(1200)
    for left in (2, 1, 0):
        await shop.hold(LeavingCard(card, 2))
        if left:
            await shop.sees("请再贴一次卡")
    await shop.answer("card-gone")
    await shop.idle()
    assert shop.moved() == [("sale", -1100)]


@at_the_till()
async def test_cards_that_cannot_pay(shop):
    await shop.open()
    card = shop.card()
    await shop.tap(1000, NoApplicationCard())
    await shop.answer("no-application")
    for kind in sorted(GARBAGE):
        await shop.amount(1000)
        for left in (2, 1, 0):
            await shop.hold(GarbageCard(card, kind, 2))
            if left:
                await shop.sees("请再贴一次卡")
        await shop.answer("bad-data")
        await shop.idle()
    await shop.amount(1000)
    for left in (2, 1, 0):
        await shop.hold(MuteCard(card, 1), 4_000_000)
        if left:
            await shop.sees("请再贴一次卡")
    await shop.answer("card-gone")
    await shop.sale(1000, card)
    assert shop.moved() == [("sale", -1000)]
