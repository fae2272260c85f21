import asyncio
from datetime import UTC, datetime

import pytest

from host_sim.rig.world import StandStill, World

START = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
async def world():
    world = World(START)
    world.open()
    yield world
    await world.close()


async def test_a_day_of_waits_takes_no_time(world):
    async def script():
        for _ in range(24):
            await world.sleep(3600 * 1_000_000)
        return world.now()

    wall = asyncio.get_running_loop().time()
    assert (await world.act(script())).isoformat() == "2026-11-24T01:00:00+00:00"
    assert asyncio.get_running_loop().time() - wall < 1


async def test_timers_of_one_instant_run_in_the_order_they_were_set(world):
    seen = []

    async def script():
        for n in range(5):
            world.call_after(10, seen.append, n)
        world.call_after(5, seen.append, "first")
        world.call_after(7, seen.append, "never").cancel()
        await world.sleep(20)

    await world.act(script())
    assert seen == ["first", 0, 1, 2, 3, 4]


async def test_a_condition_ends_a_wait_at_the_instant_it_comes_true(world):
    box = []

    def fill():
        box.append(1)
        world.changed()

    async def script():
        world.call_after(500, fill)
        first = await world.until(lambda: bool(box), 1000)
        at_us = world.now_us
        second = await world.until(lambda: len(box) > 1, 1000)
        return first, at_us, second, world.now_us

    assert await world.act(script()) == (True, 500, False, 1500)


async def test_the_clock_stands_while_a_host_is_busy(world):
    busy = True
    world.quiet.append(lambda: not busy)
    seen = []
    world.call_after(1000, lambda: seen.append(world.now_us))
    await asyncio.sleep(0.05)
    assert seen == [] and world.now_us == 0
    busy = False
    world.changed()
    await asyncio.sleep(0.05)
    assert seen == [1000]


async def test_the_clock_stands_while_an_actor_runs(world):
    async def script():
        await asyncio.sleep(0.05)  # the wall's time, not the world's
        assert world.now_us == 0
        await world.sleep(5)

    world.call_after(3, lambda: None)
    await world.act(script())
    assert world.now_us == 5


async def test_a_script_that_fails_hands_its_error_on_and_the_world_goes_on(world):
    async def bad():
        await world.sleep(1)
        raise ValueError("seen")

    with pytest.raises(ValueError, match="seen"):
        await world.act(bad())
    await world.act(world.sleep(10))
    assert world.now_us == 11 and world.running == 0


async def test_a_wait_that_nothing_can_end_is_an_error_and_not_a_hang():
    world = World(START)
    world.open()

    with pytest.raises(StandStill):
        await asyncio.wait_for(world.act(world.until(lambda: False, None)), 5)
    await world.close()


async def test_a_paced_world_keeps_to_the_wall():
    world = World(START, pace=10)
    world.open()
    wall = asyncio.get_running_loop().time()
    await world.act(world.sleep(1_000_000))
    assert 0.08 < asyncio.get_running_loop().time() - wall < 1
    await world.close()
