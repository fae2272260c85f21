"""The PIN: when it is asked for, that nobody sees it and nobody goes past it, and every way it ends."""

from tests.flows.shop import at_the_till

ASKED = "请输入密码"


@at_the_till()
async def test_a_thousand_yuan_is_free_of_it_and_one_fen_more_is_not(shop):
    await shop.open()
    card = shop.card()
    await shop.tap(100_000, card)
    await shop.done("approved")  # straight away: a screen in between would have waited for somebody
    await shop.tap(100_001, card)
    await shop.sees(ASKED, "1000.01元")
    await shop.type("246810")
    await shop.press("confirm")
    await shop.done("approved")
    assert shop.moved() == [("sale", -100_000), ("sale", -100_001)]
    without, signed = shop.slips[0].text(), shop.slips[2].text()
    assert "免密免签" in without and "密码已验证" not in without
    assert "密码已验证" in signed and "免密免签" not in signed and "持卡人签名" in signed


@at_the_till()
async def test_masked_and_no_way_past_it(shop):
    await shop.open()
    card = shop.card()
    await shop.tap(150_000, card)
    await shop.sees(ASKED)
    await shop.press("confirm")
    await shop.sees("密码位数不足")
    await shop.press("menu", "up", "down", "00")
    lines = await shop.sees(ASKED)
    assert "*" not in "".join(lines)  # two digits in one are no PIN key
    await shop.type("246")
    await shop.press("confirm")
    lines = await shop.sees("密码位数不足", "***")
    assert "****" not in "".join(lines)
    await shop.press("clear", "clear", "clear", "clear")

    pictures = []
    for digits in ("135790", "864208"):
        pictures.append([])
        for digit in digits:
            await shop.press(digit)
            await shop.sees(ASKED)
            pictures[-1].append(shop.counter.display.pixels())
        await shop.sees("******")
        assert not any(digit in line for line in shop.person.screen()[2:] for digit in "0123456789")
        await shop.press("7")  # a seventh is not taken
        assert (await shop.sees("******"))[2].strip() == "******"
        await shop.press(*["clear"] * 6)
    assert pictures[0] == pictures[1], "the screen tells one PIN from another"

    await shop.type("2468")
    await shop.press("clear")
    await shop.type("810")
    await shop.press("confirm")
    await shop.done("approved")
    assert shop.moved() == [("sale", -150_000)]


@at_the_till()
async def test_no_pin_no_money(shop):
    await shop.open()
    card = shop.card()
    await shop.tap(150_000, card)
    await shop.sees(ASKED)
    await shop.type("2468")
    await shop.person.pause(28)
    await shop.sees(ASKED, "****")
    await shop.answer("pin-timeout")
    await shop.idle()
    await shop.tap(150_000, card)
    await shop.sees(ASKED)
    await shop.press("cancel")
    await shop.answer("cancelled")
    await shop.idle()
    assert shop.moved() == [] and await shop.payments() == [] and shop.slips == []
    assert shop.link.sent_bytes and not shop.counter.field.cards


@at_the_till()
async def test_wrong_until_the_tries_are_over(shop):
    await shop.open()
    card, other = shop.card(pin="1234"), shop.card(pin="123456")

    async def pay(card, pin):
        await shop.tap(150_000, card)
        await shop.sees(ASKED)
        await shop.type(pin)
        await shop.press("confirm")

    await pay(card, "1235")
    await shop.answer("55")
    await pay(card, "1234")  # the right one gives the tries back
    await shop.done("approved")
    for code in ("55", "55", "75", "38"):
        await pay(card, "4321")
        await shop.answer(code)
    await pay(card, "1234")
    await shop.answer("38")
    await pay(other, "123456")
    await shop.done("approved")
    assert shop.moved() == [("sale", -150_000)] * 2 and len(shop.slips) == 4
