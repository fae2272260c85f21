"""An image without a journal partition: the till says so and takes nothing: no record would outlive the power."""

from pathlib import Path

from tests.flows.shop import at_the_till

FIRMWARE = Path(__file__).parents[2] / "firmware"
PROGRAM = f"""
import sys
sys.path.insert(0, {str(FIRMWARE)!r})
import asyncio
import main  # as the till starts: its memory settings
import boards.unix
from till.app import run

del boards.unix.PARTITIONS["journal"]
asyncio.run(run(boards.unix.Board(sys.argv[1])))
"""


@at_the_till()
async def test_it_says_so_and_takes_no_payment(shop):
    program = shop.stage.folder / "stock.py"
    program.write_text(PROGRAM)
    await shop.counter.power_on(str(program))
    for _ in range(2):
        await shop.answer("no-journal")
        await shop.press("5", "confirm")
    await shop.person.pause(600)
    await shop.answer("no-journal")
    assert shop.moved() == [] and not shop.slips
