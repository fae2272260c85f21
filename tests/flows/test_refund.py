"""Refund: of a part or the whole, never more than the sale in all, in this batch or a later one, never offline."""

from sqlalchemy import update

from host_sim.store.schema import Payment
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
    await shop.sees("终端无此凭证", "按签购单输入")
    await shop.press("cancel")
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


@at_the_till()
async def test_of_a_sale_that_the_till_does_not_know_any_more(shop):
    await shop.open()
    card, other = shop.card(), shop.card()
    await shop.sale(5_000, card)
    facts = dict(line.split(" ", 1) for line in shop.slips[-1].text().splitlines() if " " in line)

    def new_page(session):
        session.execute(update(Payment).values(trace=900))  # the voucher stood in an older journal

    await shop.stage.host.store.write(new_page)

    async def by_hand(auth_code, amount_fen, with_card):
        await shop.manager(REFUND, 900)
        await shop.sees("终端无此凭证")
        await shop.press("confirm")
        typed = {"请输入原参考号": facts["参考号"], "原交易日期": "1123", "请输入授权码": auth_code}
        for prompt, digits in typed.items():
            await shop.sees(prompt)
            await shop.type(digits)
            await shop.press("confirm")
        await shop.sees("请输入金额")
        await shop.type(str(amount_fen))
        await shop.press("confirm")
        await shop.sees("请贴近卡片")
        await shop.hold(with_card)
        await shop.sees("退货", "凭证号 000900")
        await shop.press("confirm")

    await by_hand("999999", 100, card)
    await shop.answer("25")
    await by_hand(facts["授权码"], 100, other)
    await shop.answer("14")
    await by_hand(facts["授权码"], 5_001, card)
    await shop.answer("64")
    await by_hand(facts["授权码"], 4_000, card)
    await shop.done("refunded")
    assert "原参考号 " + facts["参考号"] in shop.slips[-1].text()
    assert shop.moved() == [("sale", -5_000), ("refund", 4_000)]
    await shop.settled()
