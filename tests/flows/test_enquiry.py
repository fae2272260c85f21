"""What the host knows of the merchant's money, asked at the till: takings, balance, a question about one payment."""

from sqlalchemy import select

from host_sim.store.schema import Question
from tests.flows.shop import at_the_till


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
