"""What a till does, on every rig: the stories of one day, in order. Each of them can be played alone."""

import pytest

from host_sim.console.phones import camera
from host_sim.rig.stage import PIN
from host_sim.settlement.calendar import business_day
from tests.flows.drill import ANSWERED
from tests.hil.day import Day, Days
from tools.demo.balance import compare, gather
from tools.demo.slips import read_slips

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]


async def test_boot_and_sign_on(days: Days):
    async def story(day: Day) -> None:
        await day.counter.power_on()
        await day.drill.sees("签到", "请稍候")
        day.look("sign-on")
        await day.drill.idle()
        day.look("idle")
        assert day.drill.responses("0810")[-1] == "00"

    await days.play("boot", story, powered=False)


async def test_contactless_sale(days: Days):
    async def story(day: Day) -> int:
        drill, person = day.drill, day.person
        await person.type("8800")
        await drill.sees("请输入金额", "88.00")
        day.look("amount")
        await person.press("confirm")
        await drill.sees("请核对", "88.00")
        day.look("check")
        await person.press("confirm")
        await drill.sees("请贴近卡片")
        day.look("present")
        await person.hold(day.stage.cards["rich"])
        await drill.sees("交易成功", "凭证号")
        day.look("approved")
        trace = await drill.taken()
        assert (await day.books())[-1] == (trace, "sale", "approved", 8800)
        return trace

    await days.play("contactless", story)


async def test_power_cut_in_the_middle_of_a_write(days: Days):
    async def story(day: Day) -> None:
        """Of the second, SENDING: whatever of it is on the flash, no byte of the message has left."""
        drill = day.drill
        sent = drill.asked("0200")
        drill.cut_at_write(2, "torn")
        await drill.pay(3900)
        await drill.dark()
        assert drill.asked("0200") == sent
        told = await drill.boot()
        assert told in (["power-nothing"], ["power-reversal"])
        await drill.person.pause(12)  # until a reversal is through
        assert ("sale", "approved", 3900) not in [row[1:] for row in await day.books()]

    await days.play("cut-write", story)


async def test_sale_with_a_pin(days: Days):
    async def story(day: Day) -> None:
        drill = day.drill
        await drill.pay(150_000)
        await drill.sees("请输入密码")
        await day.person.type(PIN)
        await drill.sees("*" * len(PIN))
        day.look("pin")
        await day.person.press("confirm")
        await drill.taken()
        assert "密码已验证" in day.counter.printer.slips[-1].text()

    await days.play("pin", story)


async def test_decline(days: Days):
    async def story(day: Day) -> None:
        printed = len(day.counter.printer.slips)
        await day.drill.pay(5_100, "poor")
        await day.drill.sees("余额不足", "51")
        day.look("declined")
        await day.person.press("confirm")
        await day.drill.idle()
        assert len(day.counter.printer.slips) == printed
        assert (await day.books())[-1][1:] == ("sale", "declined", 5_100)

    await days.play("decline", story)


async def test_reversal(days: Days):
    async def story(day: Day) -> None:
        drill = day.drill
        reversed_before = drill.asked("0400")
        drill.lose("0210")
        await drill.pay(4200)
        await drill.sees("交易已冲正", "T24")
        day.look("reversed")
        await day.person.press("confirm")
        await drill.idle()
        assert drill.asked("0400") == reversed_before + 1
        assert drill.responses("0410")[-1] == "00"
        assert (await day.books())[-1][1:] == ("sale", "reversed", 4200)

    await days.play("reversal", story)


async def test_offline_and_drain(days: Days):
    async def story(day: Day) -> None:
        drill = day.drill
        drained = len(drill.responses("0230"))
        trace = await drill.offline_sale(2300)
        assert trace not in [one for one, *_ in await day.books()]
        day.counter.link.up = True
        await drill.answered("0230", drained + 1)
        await drill.idle()
        assert (trace, "offline", "approved", 2300) in await day.books()

    await days.play("offline", story)


async def test_power_cut_while_the_host_is_asked(days: Days):
    async def story(day: Day) -> None:
        drill = day.drill
        drill.cut_at("0200", ANSWERED)
        await drill.pay(3700)
        await drill.dark()
        answered = len(drill.responses("0410"))
        assert await drill.boot() == ["power-reversal"]
        await drill.answered("0410", answered + 1)
        assert (await day.books())[-1][1:] == ("sale", "reversed", 3700)

    await days.play("cut-asked", story)


async def test_reprint(days: Days):
    async def story(day: Day) -> None:
        await day.drill.sale(1900)
        before = day.counter.printer.slips[-2].text()
        await day.drill.print_last()
        again = day.counter.printer.slips[-2].text()
        assert "重打印" in again and "重打印" not in before
        assert read_slips([before])[0].amount_fen == 1900 and "RMB 19.00" in again

    await days.play("reprint", story)


async def test_settlement(days: Days):
    async def story(day: Day) -> None:
        drill = day.drill
        await drill.sale(6400)
        batch = max(slip.batch for slip in read_slips(drill.slips()))
        await drill.settle()
        slips = read_slips(drill.slips())
        books = await gather(day.stage, slips, drill.tap.totals, batch, business_day(day.stage.world.now()))
        assert compare(books) == []
        assert 6400 in books.slip.values()

    await days.play("settlement", story)


async def test_qr(days: Days):
    async def story(day: Day) -> None:
        """A code shown and paid, one scanned that needs a password, one that the clerk gives up. After the
        settlement: the books of that are compared with the cards' issuer."""
        drill, person, wallets = day.drill, day.person, day.stage.host.wallets
        purse = wallets.open_purse("003", "phone", 100_000, password_over_fen=0)
        await person.press("menu", "8", "2")
        await person.type("3100")
        await person.press("confirm", "confirm")
        await drill.sees("请扫码", "31.00")
        shown = camera(day.counter.display.pixels())
        assert wallets.pay_shown(purse, shown) == "00"
        await drill.taken()
        await person.press("menu", "8", "1")
        await person.type("2200")
        await person.press("confirm", "confirm")
        await drill.sees("请扫付款码")
        day.look("scan")
        await person.scan(wallets.show_code(purse))
        await drill.sees("等待顾客付款")
        day.look("waits")
        assert wallets.answer(purse)
        await drill.taken()
        assert "支付宝" in day.counter.printer.slips[-1].text()
        await person.press("menu", "8", "2")
        await person.type("900")
        await person.press("confirm", "confirm")
        await drill.sees("请扫码")
        await person.press("cancel")
        await drill.sees("订单已关闭", "T92")
        day.look("closed")
        await person.press("confirm")
        assert [row[1:] for row in (await day.books())[-3:]] == [
            ("sale", "approved", 3_100), ("sale", "approved", 2_200), ("sale", "reversed", 900),
        ]  # fmt: skip
        assert [one.amount_fen for one in wallets.movements()] == [-3_100, -2_200]

    await days.play("qr", story)
