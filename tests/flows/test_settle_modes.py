"""How a till settles, as the merchant chooses and the host confirms: by the clock, or each payment at once."""

from datetime import time

from sqlalchemy import select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.store.schema import AdvanceTerms, Merchant, Payment, SettlementMode
from tests.flows.shop import at_the_till

SETTLE_MODE = ("menu", "6", "8")


async def choose(shop, mode, *keys, time=""):
    await shop.menu(*SETTLE_MODE)
    await shop.password()
    await shop.sees("手工结算")
    await shop.press(*mode)
    for key in keys:
        await shop.sees("星期一")
        await shop.press(key)
    if time:
        await shop.sees("请输入时分")
        await shop.type(time)
        await shop.press("confirm")


async def on_the_host(shop):
    return await shop.stage.host.store.read(lambda session: session.scalar(select(SettlementMode.mode)))


async def until(shop, hour, minute, day=23):
    """Time passes to that minute."""
    here = shop.world.now().astimezone(shop.stage.start.tzinfo)
    await shop.person.pause((here.replace(day=day, hour=hour, minute=minute, second=0) - here).total_seconds())


async def off_until(shop, hour, minute, day):
    """Nobody is there, and the power is off."""
    shop.counter.power_cut()
    await until(shop, hour, minute, day)
    await shop.counter.power_on()
    await shop.idle()


@at_the_till()
async def test_every_day_with_a_warning_and_half_an_hour_more(shop):
    await shop.open()
    card = shop.card()
    await choose(shop, "2", time="2460")
    await shop.answer("wrong-time")
    await choose(shop, "2", time="2210")
    await shop.sees("每日自动", "主机已确认")
    assert await on_the_host(shop) == "D02210"
    await shop.press("cancel")
    await shop.sale(700, card)
    await until(shop, 21, 59)
    await shop.sees("2026-11-23 21:59")
    await shop.person.pause(61)
    await shop.sees("22:10自动结算")
    await until(shop, 22, 10)
    await shop.sees("自动结算", "取消推迟30分")
    await shop.press("cancel")
    await shop.idle()
    await shop.sale(100, card)
    shop.counter.power_cut()  # it forgets no more than the delay
    await shop.counter.power_on()
    await shop.sees("自动结算", "取消推迟30分")
    await shop.press("cancel")
    await shop.sees("2026-11-23 22:")
    await until(shop, 22, 40)
    await shop.sees("自动结算", "取消推迟30分")
    await shop.press("cancel")  # half an hour from now another business day has begun
    await shop.answer("no-postponing", acknowledge=False)
    await shop.sees("对账平", "新批次")
    await shop.idle()
    assert "借记 2 8.00" in " ".join(shop.slips[-1].text().split())
    shop.counter.power_cut()
    await shop.counter.power_on()
    await shop.idle()  # it knows that it has settled
    await off_until(shop, 22, 5, day=24)
    await until(shop, 22, 10, day=24)
    await shop.sees("自动结算")  # nobody is there, and nothing to settle
    await until(shop, 22, 15, day=24)
    await shop.sees("2026-11-24 22:15")


@at_the_till()
async def test_every_week_and_what_is_in_the_way(shop):
    await shop.open()
    card = shop.card()
    shop.link.up = False
    await shop.sees("网络断开")
    await choose(shop, "3", "2", time="0930")
    await shop.answer("no-link")
    shop.link.up = True
    await shop.idle()
    await choose(shop, "3", "2", time="0930")  # it is Monday, the 23rd: tomorrow
    await shop.sees("每周自动", "主机已确认")
    assert await on_the_host(shop) == "W20930"
    await shop.press("cancel")
    await shop.sale(700, card)
    await off_until(shop, 9, 25, day=24)
    shop.link.up = False
    await until(shop, 9, 30, day=24)
    await shop.sees("自动结算")
    await shop.press("confirm")
    await shop.answer("no-link")
    shop.link.up = True
    await until(shop, 10, 1, day=24)
    await shop.sees("自动结算")
    await shop.press("confirm")
    await shop.sees("对账平", "新批次")


def agree_terms(session):
    """D0: within the day, for nothing."""
    most = {"payout_most_fen": 10**6, "day_most_fen": 10**6, "exposure_most_fen": 10**6}
    merchant_id = session.scalars(select(Merchant.id)).one()
    session.add(AdvanceTerms(merchant_id=merchant_id, opens=time(0), closes=time(23, 59), basis_points=0, **most))


@at_the_till()
async def test_real_time_without_d0_terms_leaves_cards_at_t_plus_1(shop):
    await shop.open()
    card = shop.card()
    await choose(shop, "4")
    await shop.sees("实时结算", "主机已确认")
    await shop.press("cancel")
    await shop.sale(10_000, card)
    assert "入账日" not in shop.slips[-1].text()

    def standing(session):
        (paid,) = session.scalars(select(Payment))
        available = -balance_fen(session, Key("merchant_available", paid.merchant_id))
        return paid.matured_at, f"{paid.settlement_date:%m%d}", available

    assert await shop.stage.host.store.read(standing) == (None, "1124", 0)
    await shop.menu("menu", "7", "7")
    await shop.password()
    await shop.press("1", "confirm")
    await shop.answer("nothing-due")


@at_the_till()
async def test_each_payment_at_once(shop):
    await shop.open()
    await shop.stage.host.store.write(agree_terms)
    card = shop.card()
    await shop.sale(1_000, card)
    await choose(shop, "4")
    await shop.sees("实时结算", "主机已确认")
    await shop.press("cancel")
    await shop.tap(10_000, card)
    await shop.sees("交易成功", "已实时结算")
    trace = await shop.done("approved")
    assert "实时结算 已入账日 1123" in shop.slips[-1].text() and "入账日" not in shop.slips[0].text()

    def standing(session):
        paid = session.scalars(select(Payment).order_by(Payment.id)).all()
        available = -balance_fen(session, Key("merchant_available", paid[0].merchant_id))
        return [one.matured_at is not None for one in paid], available

    assert await shop.stage.host.store.read(standing) == ([False, True], 9_950)
    await shop.void(trace, 10_000)
    assert (await shop.stage.host.store.read(standing))[1] == 0
    await choose(shop, "1")
    await shop.sees("手工结算", "主机已确认")
    await shop.press("cancel")
    await shop.sale(300, card)
    assert "入账日" not in shop.slips[-1].text()
    assert (await shop.stage.host.store.read(standing))[1] == 0
    await shop.settled()
