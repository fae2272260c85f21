"""A power cut at every write of a contactless sale to the journal, and while its slip is printed (states.md)."""

import pytest

from tests.flows.drill import HOWS, Drill

AMOUNT_FEN = 4200
TRACE = 3
WRITES = ("created", "sending", "reply", "approved", "printed")
# what the till tells at boot when that many of the writes are on the flash, and whether the sale stands
STANDS = (
    ([], False),
    (["power-nothing"], False),
    (["power-reversal"], False),
    (["slip-missing"], True),
    (["slip-missing"], True),
    ([], True),
)


async def test_a_sale_writes_these_and_no_more(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        operations = drill.counter.nor.operations = []
        await drill.sale(AMOUNT_FEN)
        assert [kind for kind, _, _ in operations] == ["program"] * len(WRITES)
        await drill.close({TRACE: AMOUNT_FEN})

    await drill.stage.act(story())


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("step", WRITES)
async def test_cut_at_write(drill: Drill, step: str, how: str) -> None:
    at = WRITES.index(step)
    possible = {"before": (at,), "torn": (at, at + 1), "after": (at + 1,)}[how]

    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(at + 1, how)
        await drill.pay(AMOUNT_FEN)
        await drill.dark()
        told = await drill.boot()
        found = [STANDS[done] for done in possible if STANDS[done][0] == told]
        assert found, told
        stands = found[-1][1]
        if told == ["power-reversal"]:
            await drill.answered("0410")
            assert drill.responses("0410") == (["25"] if step == "sending" else ["00"])
        else:
            assert drill.asked("0400") == 0
        before = {"power-nothing": {"未完成": [TRACE]}, "power-reversal": {"已冲正": [TRACE]}}
        lists = before.get(told[0], {}) if told else {}
        await drill.close({TRACE: AMOUNT_FEN} if stands else {}, **lists)

    await drill.stage.act(story())


@pytest.mark.parametrize(("piece", "told"), [(2, ["slip-missing"]), (6, ["slip-missing"])])
async def test_cut_while_the_merchants_copy_prints(drill: Drill, piece: int, told: list[str]) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at_print(piece)
        await drill.pay(AMOUNT_FEN)
        await drill.dark()
        assert await drill.boot() == told
        await drill.close({TRACE: AMOUNT_FEN})

    await drill.stage.act(story())


async def test_cut_while_the_customers_copy_prints(drill: Drill) -> None:
    async def story() -> None:
        await drill.boot()
        await drill.pay(AMOUNT_FEN)
        await drill.sees("请撕下签购单")
        drill.cut_at_print(3)
        await drill.dark()
        assert await drill.boot() == []
        await drill.close({TRACE: AMOUNT_FEN})

    await drill.stage.act(story())
