"""Declines: cause, what to do next, code; no money moved, no slip, and the till is ready for the next customer."""

from tests.flows.shop import at_the_till


@at_the_till()
async def test_each_has_its_three_parts(shop):
    await shop.open()
    poor, old = shop.card(5_000), shop.card(expiry="2610")
    small = shop.card(limit_fen=10_000)
    lost, stolen, closed, odd = [shop.card() for _ in range(4)]
    for number, state in ((4, "lost"), (5, "stolen"), (6, "closed"), (7, "restricted")):
        shop.issuer.set_state(shop.pan(number), state)
    for card, amount_fen, code in (
        (poor, 5_001, "51"), (old, 100, "54"), (small, 10_001, "61"), (lost, 100, "41"), (stolen, 100, "43"),
        (closed, 100, "14"), (odd, 100, "62"),
    ):  # fmt: skip
        await shop.tap(amount_fen, card)
        await shop.answer(code)
        await shop.idle()
    assert shop.moved() == [] and shop.slips == []
    assert {state for _, state, _ in await shop.payments()} == {"declined"}
    await shop.sale(5_000, poor)
    await shop.sale(10_000, small)
    assert shop.moved() == [("sale", -5_000), ("sale", -10_000)]


@at_the_till()
async def test_nobody_acknowledges(shop):
    await shop.open()
    poor = shop.card(5_000)
    await shop.tap(9_900, poor)
    await shop.answer("51", acknowledge=False)
    assert shop.counter.pins.levels[3] == 1  # the red lamp
    await shop.person.pause(9)
    await shop.sees("余额不足")
    await shop.idle()
    assert shop.counter.pins.levels[3] == 0


@at_the_till(settings={"language": "en"})
async def test_in_english(shop):
    await shop.open()
    await shop.tap(9_900, shop.card(5_000))
    lines = await shop.answer("51")
    assert [line.strip() for line in lines] == ["Not enough funds", "Use another card", "or lower amount", "Code 51"]
