"""What the host knows of the merchant's money, asked at the till: takings, balance, a question about one payment."""

from sqlalchemy import select

from host_sim.settlement.modes import choose_mode
from host_sim.store.schema import Merchant, Payment, Question, Terminal
from tests.flows.shop import at_the_till, rows


async def questions(shop):
    rows = await shop.stage.host.store.read(lambda session: session.scalars(select(Question)).all())
    return [(row.reference.partition("/")[0], row.asked_on, row.state, row.text) for row in rows]


@at_the_till()
async def test_takings_and_a_question_within_four_keys(shop):
    await shop.open()
    card = shop.card()
    await shop.menu("menu", "7", "1")
    await shop.sees("今日营业额", "0.00")
    await shop.press("cancel")
    trace = await shop.sale(12_345, card)
    await shop.menu("menu", "7", "1")
    await shop.sees("今日 1", "123.45", "待结算", "122.83")
    await shop.press("cancel")

    for _ in range(2):  # asked again while it is open, it is the same question
        await shop.menu("menu", "7", "4")
        await shop.number(trace)
        await shop.sees("咨询号", "00000001")
        await shop.press("cancel")
    (asked,) = await questions(shop)
    assert asked[:3] == ("payment", "till", "open") and asked[3].startswith("90000001 ")

    await shop.menu("menu", "7", "4")
    await shop.number(999_999)
    await shop.answer("not-found")


async def back(shop):
    """Out of whatever is on the screen, to idle."""
    for _ in range(6):
        await shop.press("cancel")
        await shop.person.pause(1)
        if shop.words["type-amount"] in "".join(shop.person.screen()):
            return
    await shop.idle()


def most_keys(keys):
    assert keys[0] == "menu" and len(keys) <= 4, f"{keys}: more than four keys from idle"
    return keys


@at_the_till()
async def test_everything_about_settlement_is_four_keys_from_idle(shop):
    """Mode, start, slip of the last one, queries, takings, payouts and their slip, a question about a line."""
    await shop.open()
    card = shop.card()
    trace = await shop.sale(12_345, card)
    await shop.sale(20_000, card)
    for keys, *texts in (
        (("menu", "6", "8"), "结算方式"),
        (("menu", "7", "1"), "今日 2", "323.45"),
        (("menu", "7", "2"), "按凭证号查询"),
        (("menu", "7", "3"), "查询总计", "323.45"),
        (("menu", "7", "4"), "咨询交易"),
        (("menu", "7", "5"), "还没有结算款"),
        (("menu", "7", "8"), "查询末笔", "200.00", "凭证号", f"{trace + 1:06d}"),
    ):
        await shop.menu(*most_keys(keys))
        await shop.sees(*texts)
        await back(shop)
    await shop.menu(*most_keys(("menu", "6", "2")))
    await shop.sees("对账平", "新批次")
    await shop.person.slips(5)
    await shop.idle()
    await shop.menu(*most_keys(("menu", "5", "3")))
    await shop.person.slips(6)
    await shop.idle()
    slip = " ".join(shop.slips[5].text().split())
    assert "重打印" in slip and "结算单" in slip and "323.45" in slip


@at_the_till()
async def test_a_payout_is_started_seen_printed_and_asked_about(shop):
    await shop.open()
    card = shop.card()
    amounts = [1_000 * number for number in range(1, 11)]
    for amount_fen in amounts:
        await shop.sale(amount_fen, card)
    await shop.menu("menu", "7", "7")
    await shop.password()
    await shop.press("1")
    await shop.sees("转到结算账户")
    await shop.press("confirm")
    await shop.answer("nothing-due")  # nothing has matured

    def by_hand(session):
        merchant_id = session.scalars(select(Merchant.id)).one()
        choose_mode(session, merchant_id, "card", "manual", shop.world.now())

    await shop.stage.host.store.write(by_hand)
    await shop.settled()
    await shop.person.pause(24 * 3600)
    await shop.stage.host.settle()
    await shop.menu("menu", "7", "7")
    await shop.password()
    await shop.press("2")
    await shop.type("100000000")
    await shop.press("confirm")
    await shop.sees("转到结算账户")
    await shop.press("confirm")
    await shop.answer("nothing-due")
    await shop.menu("menu", "7", "7")
    await shop.password()
    await shop.press("1")
    await shop.sees("转到结算账户")
    await shop.press("confirm")
    lines = await shop.sees("最近结算款")
    assert rows(lines) == [["已提交", "547.25元"], ["11-24", "10", "笔"], ["按确认打印", "*0012"]]
    count = len(shop.slips)
    await shop.press("confirm")
    await shop.person.slips(count + 1)
    slip = " ".join(shop.slips[-1].text().split())
    told = ("结算出款单", "已提交银行", "交易笔数 10", "交易金额 550.00", "手续费 2.75", "付款金额 547.25", "*0012")
    assert [text for text in told if text not in slip] == [], slip
    await shop.stage.host.settle()
    await shop.person.pause(120)
    await shop.stage.host.settle()
    await shop.menu("menu", "7", "5")
    await shop.sees("已到账", "547.25")
    await shop.press("cancel")

    keys = most_keys(("menu", "7", "6"))
    await shop.menu(*keys)
    await shop.sees("结算款明细", "10.00", "20.00", "30.00")
    await shop.press("9")
    await shop.sees("结算款明细", "90.00", "100.00")
    await shop.press("2")
    lines = await shop.sees("咨询交易", "消费", "100.00", "00000001")
    assert len(most_keys((*keys, "2"))) == 4 and lines
    (asked,) = await questions(shop)
    assert asked[:3] == ("payment", "till", "open")


@at_the_till()
async def test_a_line_that_this_till_never_made_can_be_asked_about(shop):
    """The merchant's other till sold it; the payout lists it."""
    await shop.open()
    card = shop.card()
    await shop.sale(5_000, card)

    def elsewhere(session):
        payment = session.scalars(select(Payment)).one()
        other = Terminal(number="90000009", merchant_id=payment.merchant_id, batch_number=1)
        session.add(other)
        session.flush()
        payment.terminal_id, payment.trace = other.id, 777

    await shop.stage.host.store.write(elsewhere)
    await shop.stage.host.settle()  # from now on it is paid daily
    await shop.person.pause(24 * 3600)
    await shop.stage.host.settle()
    await shop.menu("menu", "7", "6")
    await shop.sees("结算款明细", "000777")
    await shop.press("1")
    await shop.sees("咨询交易", "50.00", "000777", "00000001")
    (asked,) = await questions(shop)
    assert asked[3].startswith("90000009 000777")
