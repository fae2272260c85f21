"""A power cut at every boundary of every financial message, and at the writes around them (states.md)."""

import pytest

from tests.flows.drill import ANSWERED, ARRIVED, BOUNDARIES, HOWS, LEFT, UNSENT, Drill

TRACE = 3
NEVER_THERE = (UNSENT, LEFT)


@pytest.mark.parametrize("when", BOUNDARIES)
async def test_sale(drill: Drill, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", when)
        await drill.pay(4200)
        await drill.dark()
        assert await drill.boot() == ["power-reversal"]
        await drill.answered("0410")
        assert drill.responses("0410") == (["25"] if when in NEVER_THERE else ["00"])
        assert await drill.tombstones() == (when in NEVER_THERE)
        assert await drill.payments() == ([] if when in NEVER_THERE else [(TRACE, "sale", "reversed", 4200)])
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


@pytest.mark.parametrize("when", BOUNDARIES)
async def test_void(drill: Drill, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at("0200", when)
        await drill.void(2)
        await drill.dark()
        assert await drill.boot() == ["power-reversal"]
        await drill.answered("0410")
        assert drill.responses("0410") == (["25"] if when in NEVER_THERE else ["00"])
        await drill.void(2)  # the sale stands again, so it can be voided now
        assert await drill.taken("撤销成功") == TRACE + 1
        await drill.close({TRACE + 1: -5100}, 已冲正=[TRACE], 已撤销=[2])

    await drill.stage.act(story())


@pytest.mark.parametrize("when", BOUNDARIES)
async def test_refund(drill: Drill, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at("0220", when)
        await drill.refund(1, 3000)
        await drill.dark()
        assert await drill.boot() == ["power-resend"]
        await drill.answered("0230", 2 if when == ARRIVED else 1)
        assert set(drill.responses("0230")) == {"00"}
        assert drill.asked("0220") == (1 if when == UNSENT else 2)
        assert await drill.payments() == [(TRACE, "refund", "approved", 3000)]
        await drill.print_last()
        await drill.close({TRACE: -3000})

    await drill.stage.act(story())


@pytest.mark.parametrize("when", BOUNDARIES)
async def test_reversal(drill: Drill, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        lost = drill.lose("0210")
        await drill.pay(4200)
        await drill.person.until(lambda: bool(lost), "the lost answer")
        drill.cut_at("0400", when)
        await drill.dark()
        assert await drill.boot() == []
        await drill.answered("0410", 2 if when == ARRIVED else 1)
        assert set(drill.responses("0410")) == {"00"}
        assert drill.asked("0400") == (1 if when == UNSENT else 2)
        assert await drill.payments() == [(TRACE, "sale", "reversed", 4200)]
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


@pytest.mark.parametrize("how", HOWS[1:])
@pytest.mark.parametrize("step", ["reversing", "reversed"])
async def test_writes_of_a_reversal(drill: Drill, step: str, how: str) -> None:
    async def story() -> None:
        await drill.boot()
        lost = drill.lose("0210")
        await drill.pay(4200)
        await drill.person.until(lambda: bool(lost), "the lost answer")
        drill.cut_at_write(1 if step == "reversing" else 2, how)
        await drill.dark()
        told = await drill.boot()
        if step == "reversed":
            assert told == []
        elif how == "torn":
            assert told in ([], ["power-reversal"])
        else:
            assert told == (["power-reversal"] if how == "before" else [])
        if step == "reversing" or how == "before":
            await drill.answered("0410", 1 if step == "reversing" else 2)
        else:
            await drill.person.pause(5)
        assert set(drill.responses("0410")) == {"00"}
        assert await drill.payments() == [(TRACE, "sale", "reversed", 4200)]
        await drill.close({}, 已冲正=[TRACE])

    await drill.stage.act(story())


@pytest.mark.parametrize("when", BOUNDARIES)
async def test_offline_advice(drill: Drill, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        await drill.offline_sale(4200)
        await drill.offline_sale(2500, "third")
        drill.cut_at("0220", when)
        drill.link.up = True
        await drill.dark()
        assert await drill.boot() == []
        await drill.answered("0230", 3 if when == ARRIVED else 2)
        assert set(drill.responses("0230")) == {"00"}
        assert drill.asked("0220") == (2 if when == UNSENT else 3)
        offline = [(TRACE, "offline", "approved", 4200), (TRACE + 1, "offline", "approved", 2500)]
        assert await drill.payments() == offline
        await drill.close({TRACE: 4200, TRACE + 1: 2500})

    await drill.stage.act(story())


@pytest.mark.parametrize("how", HOWS[1:])
@pytest.mark.parametrize("step", ["sent", "answer"])
async def test_writes_of_the_drain(drill: Drill, step: str, how: str) -> None:
    async def story() -> None:
        await drill.boot()
        await drill.offline_sale(4200)
        drill.cut_at_write(["sent", "answer"].index(step) + 1, how)
        drill.link.up = True
        await drill.dark()
        assert await drill.boot() == []
        await drill.person.until(lambda: not drill.person.reads("待传"), "an empty queue", 100_000_000)
        await drill.person.pause(5)
        assert await drill.payments() == [(TRACE, "offline", "approved", 4200)]
        again = (0, 1) if how == "torn" else (0,)  # a torn answer may be whole all the same
        assert drill.asked("0220") - 1 in (again if step == "answer" else (0,))
        await drill.close({TRACE: 4200})

    await drill.stage.act(story())


@pytest.mark.parametrize("how", HOWS[1:])
@pytest.mark.parametrize("step", ["created", "offline", "printed"])
async def test_writes_of_an_offline_sale(drill: Drill, step: str, how: str) -> None:
    at = ["created", "offline", "printed"].index(step)
    stands = (([], False), (["power-nothing"], False), (["slip-missing"], True), ([], True))
    possible = {"before": (at,), "torn": (at, at + 1), "after": (at + 1,)}[how]

    async def story() -> None:
        await drill.boot()
        drill.link.up = False
        await drill.sees("网络断开")
        drill.cut_at_write(at + 1, how)
        await drill.pay(4200)
        await drill.dark()
        drill.link.up = True
        told = await drill.boot()
        found = [stands[done] for done in possible if stands[done][0] == told]
        assert found, told
        if found[-1][1]:
            await drill.answered("0230")
            await drill.close({TRACE: 4200})
        else:
            await drill.close({}, **({"未完成": [TRACE]} if told else {}))

    await drill.stage.act(story())


@pytest.mark.parametrize("step", ["created", "sending", "reply", "approved", "printed"])
async def test_torn_writes_of_a_refund(drill: Drill, step: str) -> None:
    at = ["created", "sending", "reply", "approved", "printed"].index(step)
    stands = ([], ["power-nothing"], ["power-resend"], ["slip-missing"], ["slip-missing"], [])
    possible = (at, at + 1)

    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(at + 1, "torn")
        await drill.refund(1, 3000)
        await drill.dark()
        told = await drill.boot()
        done = [number for number in possible if stands[number] == told]
        assert done, told
        if told == ["power-resend"]:
            await drill.answered("0230", 2 if step == "reply" else 1)
            await drill.print_last()
        made = done[-1] >= 2
        await drill.close({TRACE: -3000} if made else {}, **({"未完成": [TRACE]} if told == ["power-nothing"] else {}))

    await drill.stage.act(story())


assert BOUNDARIES == (UNSENT, LEFT, ANSWERED, ARRIVED)
