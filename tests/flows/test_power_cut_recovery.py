"""The power goes again while the till recovers, and stays away over the cut-off."""

import pytest

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.handlers import HANDLERS
from host_sim.acquirer.request import Reply, Request
from host_sim.acquirer.till_left import decide, left
from tests.flows.drill import ARRIVED, BOUNDARIES, LEFT, Drill, vouchers

TRACE = 3
HOURS_US = 3_600_000_000


async def writes_of_a_boot(drill: Drill) -> int:
    """How many flash operations the boot takes until the till tells what became of the payment; a dry run."""
    image = bytes(drill.counter.nor.image)
    operations = drill.counter.nor.operations = []
    await drill.counter.power_on()
    await drill.person.until(
        lambda: drill.person.reads("断电") or drill.person.reads("签购单未打印"), "what became of it"
    )
    drill.counter.power_cut()
    drill.counter.nor.operations = None
    drill.counter.nor.image[:] = image
    return len(operations)


@pytest.mark.parametrize("how", ["before", "torn"])
async def test_cuts_at_every_write_of_the_recovery_of_a_sale(drill: Drill, how: str) -> None:
    """Without an answer: it is reversed once, however often the recovery is cut."""

    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", ARRIVED)
        await drill.pay(4200)
        await drill.dark()
        count = await writes_of_a_boot(drill)
        assert count >= 2
        for number in range(1, count + 1):
            drill.cut_at_write(number, how)
            assert await drill.boot("dark") == []
            drill.counter.nor.cut(0, how)
            await drill.dark()
        told = await drill.boot()
        assert told == ["power-reversal"] or how == "torn" and told == []
        await drill.answered("0410")
        assert drill.responses("0410") == ["00"]
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


@pytest.mark.parametrize("how", ["before", "torn"])
async def test_cuts_at_every_write_of_the_recovery_of_an_answered_sale(drill: Drill, how: str) -> None:
    """The answer is on the flash: it is approved, however often the recovery is cut."""

    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(3, "after")
        await drill.pay(4200)
        await drill.dark()
        for number in range(1, await writes_of_a_boot(drill) + 1):
            drill.cut_at_write(number, how)
            assert await drill.boot("dark") == []
            await drill.dark()
        assert await drill.boot() == ["slip-missing"]
        assert drill.asked("0400") == 0
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


@pytest.mark.parametrize("when", BOUNDARIES)
async def test_cut_in_the_sign_on_of_the_boot(drill: Drill, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", ARRIVED)
        await drill.pay(4200)
        await drill.dark()
        drill.cut_at("0800", when)
        assert await drill.boot("dark") == ["power-reversal"]
        await drill.dark()
        assert await drill.boot() == []
        await drill.answered("0410")
        assert drill.responses("0410") == ["00"]
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


async def test_cut_while_the_missing_slip_is_printed(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(4, "after")
        await drill.pay(4200)
        await drill.dark()
        await drill.counter.power_on()
        await drill.sees("签购单未打印")
        drill.cut_at_print(4)
        await drill.person.press("confirm")
        await drill.dark()
        assert await drill.boot() == ["slip-missing"]
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def test_a_declined_slip_is_offered_again(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(4, "after")
        await drill.pay(4200)
        await drill.dark()
        await drill.counter.power_on()
        await drill.sees("签购单未打印")
        await drill.person.press("cancel")
        await drill.idle()
        drill.counter.power_cut()
        await drill.dark()
        assert await drill.boot() == ["slip-missing"]
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


async def test_no_link_at_the_boot(drill: Drill) -> None:
    """What is to be reversed waits for the line; nothing is forgotten."""

    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", ARRIVED)
        await drill.pay(4200)
        await drill.dark()
        drill.link.up = False
        assert await drill.boot("no line") == ["power-reversal"]
        await drill.person.pause(60)
        drill.counter.power_cut()
        await drill.dark()
        drill.link.up = True
        assert await drill.boot() == []
        await drill.answered("0410")
        assert drill.responses("0410") == ["00"]
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


@pytest.mark.parametrize("when", [LEFT, ARRIVED])
async def test_no_power_until_past_the_cut_off(drill: Drill, when: str) -> None:
    """What the host then takes is right; nothing was given up on the word of a clock alone."""

    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", when)
        await drill.pay(4200)
        await drill.dark()
        await drill.world.sleep(16 * HOURS_US)
        assert await drill.boot() == ["power-reversal"]
        await drill.answered("0410")
        assert drill.responses("0410") == (["25"] if when == LEFT else ["00"])
        assert await drill.payments() == ([] if when == LEFT else [(TRACE, "sale", "reversed", 4200)])
        assert vouchers(await drill.settle())["已冲正"] == [TRACE]
        drill.healthy()

    await drill.stage.act(story())


async def test_a_reversal_that_the_host_cannot_take_is_given_up_past_the_cut_off(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands on the settlement slip, and the host knows what the till has not."""

    async def fault(request: Request, desk: Desk) -> Reply:
        return Reply("96")

    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", ARRIVED)
        await drill.pay(4200)
        await drill.dark()
        monkeypatch.setitem(HANDLERS, "reversal", fault)
        assert await drill.boot() == ["power-reversal"]
        await drill.answered("0410", 2)
        assert set(drill.responses("0410")) == {"96"}
        drill.counter.power_cut()
        await drill.dark()
        await drill.world.sleep(16 * HOURS_US)
        assert await drill.boot() == []
        await drill.person.pause(60)
        asked = drill.asked("0400")
        await drill.person.pause(120)
        assert drill.asked("0400") == asked
        assert vouchers(await drill.settle("对账不平"))["冲正未决"] == [TRACE]
        assert await drill.findings() == [(1, "matched"), (2, "matched"), (3, "not_uploaded")]
        waits = (await drill.store.read(left))["given_up"]  # asked for as soon as it was given up
        assert [(one["trace"], one["fen"]) for one in waits] == [(TRACE, 4200)]
        await drill.store.write(lambda session: decide(session, waits[0]["id"], True, drill.world.now()))
        drill.counter.power_cut()
        await drill.dark()
        await drill.counter.power_on()
        await drill.sees("凭证号 000003", "已核对 交易成立", "T78")
        drill.counter.power_cut()  # nobody has seen it: it is told again
        await drill.dark()
        await drill.counter.power_on()
        await drill.sees("凭证号 000003", "已核对 交易成立", "T78")
        await drill.person.press("confirm")
        await drill.idle()
        asked = len(drill.responses("0810"))
        await drill.person.pause(2 * 3_600)
        assert len(drill.responses("0810")) == asked, "nothing is asked any more"
        drill.healthy()

    await drill.stage.act(story())


@pytest.mark.parametrize("is_out", [True, False])
async def test_the_menu_prints_a_second_original_only_where_the_first_is_not_out(drill: Drill, is_out: bool) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(4, "after")
        await drill.pay(4200)
        await drill.dark()
        await drill.counter.power_on()
        await drill.sees("签购单未打印")
        await drill.person.press("cancel")
        await drill.idle()
        printed = len(drill.counter.printer.slips)
        await drill.person.press("menu", "5", "1")
        await drill.sees("原单已完整打出")
        await drill.person.press("confirm" if is_out else "cancel")
        await drill.copies()
        await drill.print_last()  # by now there is one
        texts = [slip.text() for slip in drill.counter.printer.slips[printed:]]
        assert ["重打印" in text for text in texts] == [is_out, is_out, True, True]
        drill.counter.power_cut()
        await drill.dark()
        assert await drill.boot() == []

    await drill.stage.act(story())
