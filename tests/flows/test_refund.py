"""Refund: of a part or the whole, never more than the sale in all, in this batch or a later one, never offline."""

from tests.flows.shop import REFUND, at_the_till


@at_the_till()
async def test_in_parts_up_to_the_sale(shop):
    await shop.open()
    card = shop.card()
    sale = await shop.sale(5_000, card)
    await shop.refund(sale, 1_800)
    slip = shop.slips[-1].text()
    assert "退货" in slip and "金额 RMB -18.00" in slip and f"原凭证号 {sale:06d}" in slip and "原参考号" in slip
    await shop.manager(REFUND, sale)
    await shop.sees("退货", "请输入金额")
    await shop.type("3201")
    await shop.answer("refund-over")
    await shop.sees("3.20元")
    await shop.press("cancel")
    await shop.answer("cancelled")
    await shop.settled()
    await shop.refund(sale, 3_200)  # of an earlier batch
    await shop.manager(REFUND, sale)
    await shop.answer("already-refunded")
    assert shop.moved() == [("sale", -5_000), ("refund", 1_800), ("refund", 3_200)]
    assert shop.issuer.balance_fen(shop.pan()) == 10_000_000


@at_the_till()
async def test_what_cannot_be_refunded(shop):
    await shop.open()
    card, poor = shop.card(), shop.card(100)
    voided = await shop.sale(900, card)
    await shop.void(voided, 900)
    await shop.manager(REFUND, voided)
    await shop.answer("already-voided")
    await shop.manager(REFUND, 777)
    await shop.answer("not-found")
    await shop.tap(5_000, poor)
    await shop.answer("51")
    await shop.manager(REFUND, 3)
    await shop.answer("not-refundable")
    kept = await shop.sale(800, card)
    await shop.cut_line()
    await shop.manager(REFUND, kept)
    await shop.type("100")
    await shop.press("confirm")
    await shop.sees("1.00元", f"{kept:06d}")
    await shop.press("confirm")
    await shop.answer("no-link")
    queued = await shop.offline_sale(700, card)
    await shop.manager(REFUND, queued)
    await shop.answer("not-refundable")  # a refund never goes before its sale
    shop.link.up = True
    await shop.idle()
    await shop.refund(queued, 700)
    assert shop.moved() == [("sale", -900), ("void", 900), ("sale", -800), ("sale", -700), ("refund", 700)]


@at_the_till()
async def test_the_password(shop):
    await shop.open()
    await shop.sale(900, shop.card())
    await shop.menu(*REFUND)
    await shop.password("000000")
    await shop.answer("password-wrong")
    await shop.menu(*REFUND)
    await shop.sees("请输入主管密码")
    await shop.person.pause(58)
    await shop.answer("timed-out")
    await shop.idle()
    assert shop.moved() == [("sale", -900)]
