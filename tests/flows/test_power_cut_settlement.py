"""A power cut at every message boundary and every write of a settlement: it goes on, and nothing is done twice."""

import pytest
from sqlalchemy import update

from host_sim.store.schema import Payment
from tests.flows.drill import ARRIVED, BOUNDARIES, HOWS, MORNING, Drill

WRITES = ("totals", "host's totals", "next batch")
SETTLING = ["power-settling"]


async def next_batch_works(drill: Drill) -> None:
    """A sale of batch 2 gets the next voucher number and is the only one there."""
    await drill.sale(700)
    slip = drill.slips()[-1]
    assert "000002" in slip, slip
    assert [(kind, state, fen) for _, kind, state, fen in await drill.payments()] == [("sale", "approved", 700)]


@pytest.mark.parametrize("when", BOUNDARIES)
@pytest.mark.parametrize("mti", ["0500", "0320", "0800"])
async def test_matched(drill: Drill, mti: str, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at(mti, when)
        await drill.begin_settlement()
        await drill.dark()
        assert await drill.boot() == SETTLING
        await drill.close({})
        if when == ARRIVED:
            await next_batch_works(drill)

    await drill.stage.act(story())


@pytest.mark.parametrize("how", HOWS[1:])
@pytest.mark.parametrize("step", WRITES)
async def test_matched_writes(drill: Drill, step: str, how: str) -> None:
    async def story() -> None:
        await drill.boot()
        drill.cut_at_write(WRITES.index(step) + 1, how)
        await drill.begin_settlement()
        await drill.dark()
        told = await drill.boot()
        undone, done = ([], SETTLING) if step == "totals" else (SETTLING, [] if step == "next batch" else SETTLING)
        assert told in {"before": [undone], "torn": [undone, done], "after": [done]}[how]
        if step == "next batch" and not told:
            await drill.person.press("menu", "5", "3")  # its slip was not printed any more
            await drill.person.slips(1)
            await drill.idle()
            await drill.balanced(drill.slips()[-1], {})
        else:
            await drill.close({})

    await drill.stage.act(story())


async def misfile(drill: Drill) -> None:
    """At the host one payment is taken out of its batch, so that the totals differ."""
    await drill.store.write(
        lambda session: session.execute(update(Payment).where(Payment.trace == 1).values(filed_batch=None))
    )


async def repaired(drill: Drill) -> None:
    await drill.balanced(await drill.settle("对账不平"), {}, matched=False)
    assert await drill.findings() == [(1, "repaired"), (2, "matched")]


@pytest.mark.parametrize("when", BOUNDARIES)
@pytest.mark.parametrize("mti", ["0320"])
async def test_first_item(drill: Drill, mti: str, when: str) -> None:
    async def story() -> None:
        await drill.boot()
        await misfile(drill)
        drill.cut_at(mti, when)
        await drill.begin_settlement()
        await drill.dark()
        assert await drill.boot() == SETTLING
        await repaired(drill)

    await drill.stage.act(story())


@pytest.mark.parametrize("how", HOWS[1:])
@pytest.mark.parametrize("number", range(len(MORNING)))
async def test_mark_of_an_item(drill: Drill, number: int, how: str) -> None:
    async def story() -> None:
        await drill.boot()
        await misfile(drill)
        drill.cut_at_write(3 + number, how)  # behind both totals
        await drill.begin_settlement()
        await drill.dark()
        assert await drill.boot() == SETTLING
        await repaired(drill)

    await drill.stage.act(story())
