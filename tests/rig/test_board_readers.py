"""The readers on the real bus: the unix board's own program against the counter."""

from datetime import UTC, datetime
from pathlib import Path

from host_sim.rig.counter import Counter
from host_sim.rig.person import Person
from host_sim.rig.world import World
from tests.rig.chips import EchoChip

PROGRAM = Path(__file__).with_name("board_readers.py")


async def test_a_card_a_swipe_and_a_code_reach_the_board():
    world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
    world.open()
    counter = Counter(world, ("127.0.0.1", 9))
    person = Person(counter)
    await counter.open(2_000_000)
    chip = EchoChip((1,), answers={0xB2: b"\x70\x00\x90\x00"})

    async def script():
        await counter.power_on(str(PROGRAM))
        await person.pause(2)
        await person.insert(chip)
        await person.pause(2)
        await person.swipe({2: "12=3"})
        await person.pause(1)
        await person.scan("284512345678901234")
        assert await world.until(lambda: not counter.powered, 60_000_000)

    try:
        await world.act(script())
        assert counter.supply is not None
        assert not counter.deaths
        lines = counter.supply.output.decode().splitlines()
        assert lines == [f"atr {chip.atr.hex()}", "answer 70009000", "stripe ;12=3?9", "scanner 284512345678901234"]
        assert not chip.got[1:] and counter.contact.faults["lrc"] == 0
    finally:
        await counter.close()
        await world.close()
