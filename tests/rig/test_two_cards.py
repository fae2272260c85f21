"""Two cards in the field of the rig's PN532, and the firmware's driver in front of it."""

from datetime import UTC, datetime

import pytest

from host_sim.rig.cards.faults import NoApplicationCard
from host_sim.rig.field import Field
from host_sim.rig.pn532 import PN532 as Chip
from host_sim.rig.world import World
from tests.rig.firmware_driver import RigClock, RigUart
from till.drivers.pn532 import PN532
from till.drivers.reader_error import TwoCards

SELECT = bytes.fromhex("00A404000E325041592E5359532E444446303100")


async def test_neither_of_two_cards_is_asked_and_one_alone_is():
    world, field = World(datetime(2026, 11, 23, 1, tzinfo=UTC)), Field()
    chip = Chip(world, field)
    nfc = PN532(RigUart(world, chip), RigClock(world))
    one, other = NoApplicationCard(bytes.fromhex("04A1B2C3")), NoApplicationCard(bytes.fromhex("08A1B2C3"))
    world.open()
    world.begin()
    field.present(one)
    field.present(other)
    with pytest.raises(TwoCards):
        await nfc.wait_card((), 5000)
    assert chip.rf.exchanges == 0 and not chip.rf.targets
    field.remove(other)
    target, fired = await nfc.wait_card((), 5000)
    assert target.uid == one.uid and fired is None
    assert await nfc.exchange(SELECT) == b"\x6a\x82"
    await nfc.release()
    world.end()
    await world.close()
