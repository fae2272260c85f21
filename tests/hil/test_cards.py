"""The other ways to pay: a card in the slot, whose data prove themselves, and a stripe."""

import pytest

from host_sim.rig.cards.emv.personas import make, persona
from host_sim.rig.stage import test_pan as pan_of
from tests.hil.day import Day, Days

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]


async def present(day: Day, digits: str) -> None:
    """As far as "present card"."""
    await day.drill.sees("请输入收款金额")
    await day.person.type(digits)
    await day.person.press("confirm")
    await day.drill.sees("请核对")
    await day.person.press("confirm")
    await day.drill.sees("请贴近卡片")


async def enter_pin(day: Day, pin: str) -> None:
    await day.drill.sees("请输入密码")
    await day.person.type(pin)
    await day.drill.sees("*" * len(pin))
    await day.person.press("confirm")


async def test_the_keys_for_inserted_cards_are_fetched(days: Days):
    async def story(day: Day) -> None:
        await day.person.press("menu", "6", "up", "up", "up", "confirm")
        await day.drill.sees("公钥")
        day.look("keys")
        await day.person.press("confirm")
        await day.drill.idle()

    await days.play("download", story)


async def test_contact_sale(days: Days):
    async def story(day: Day) -> None:
        await present(day, "12000")
        await day.person.insert(make("good", day.stage.host.issuer).contact)
        await enter_pin(day, persona("good")["pin"])
        await day.drill.sees("请取走卡片")
        day.look("remove")
        await day.person.pull()
        await day.drill.taken()
        assert (await day.books())[-1][1:] == ("sale", "approved", 12_000)
        assert "/I" in day.counter.printer.slips[-1].text()

    await days.play("contact", story)


async def test_stripe(days: Days):
    async def story(day: Day) -> None:
        day.stage.host.issuer.issue_card(pan_of(109), psn="01", expiry="3012", pin="246810", balance_fen=100_000)
        await present(day, "1300")
        await day.person.swipe({2: f"{pan_of(109)}=301212000000"})
        await enter_pin(day, "246810")
        await day.drill.taken()
        assert (await day.books())[-1][1:] == ("sale", "approved", 1_300)
        assert "/S" in day.counter.printer.slips[-1].text()

    await days.play("stripe", story)


async def test_a_chip_card_is_not_swiped(days: Days):
    async def story(day: Day) -> None:
        known = await day.books()
        await present(day, "1400")
        await day.person.swipe({2: f"{pan_of(109)}=301222000000"})
        await day.drill.sees("请插入芯片")
        day.look("insert")
        await day.person.press("cancel")
        await day.drill.sees("请输入收款金额")
        assert await day.books() == known

    await days.play("chip-not-swiped", story)
