"""The rig's serial reader before a judge: pcscd's own driver for the GemPC Twin, on a pty."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from host_sim.rig.ccid_reader import BAUD, CcidReader
from host_sim.rig.slot import Slot
from host_sim.rig.world import World
from tests.rig.chips import EchoChip
from tests.tools.pcsc_daemon import TWIN, Daemon, lacking
from tools.pcsc.tty import TtyLine

WHY_NOT = lacking() or (None if TWIN.exists() else "no driver for serial CCID readers: apt-get install libccid")
SELECT = bytes.fromhex("00A404000E315041592E5359532E444446303100")
ASK = """
from smartcard.scard import *
context = SCardEstablishContext(SCARD_SCOPE_SYSTEM)[1]
name = SCardListReaders(context, [])[1][0]
result, card, protocol = SCardConnect(context, name, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
print(name, "%08X" % (result & 0xFFFFFFFF), protocol)
print(bytes(SCardStatus(card)[4]).hex())
pci = SCARD_PCI_T0 if protocol == 1 else SCARD_PCI_T1
for command in {commands}:
    result, answer = SCardTransmit(card, pci, list(bytes.fromhex(command)))
    print("%08X" % (result & 0xFFFFFFFF), bytes(byte & 255 for byte in answer).hex())
"""


@pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")
@pytest.mark.parametrize("protocol", [0, 1])
async def test_the_driver_of_pcscd_finds_a_reader_and_a_card(protocol):
    world = World(datetime.now(UTC), pace=1.0)
    slot, line = Slot(), TtyLine(None)
    reader = CcidReader(world, slot)
    reader.line, reader.echo = line, True
    reader.opened(BAUD)
    chip = EchoChip((protocol,))
    world.open()
    loop = asyncio.get_running_loop()
    line.watch(loop, lambda data: world.poke(lambda: reader.receive(data)))
    slot.insert(chip)
    long = bytes([0x80, 0xAE, 0x80, 0, 200]) + bytes(200)
    commands = [SELECT, long] if protocol else [SELECT[:-1], bytes.fromhex("00C0000013")]
    try:
        daemon = await asyncio.to_thread(Daemon, (), ("Twin", line.path))
        try:
            done = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-c", ASK.format(commands=[one.hex() for one in commands])],
                env={**os.environ, **daemon.environment}, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert done.stdout, daemon.said()[-3000:]
            said = done.stdout.splitlines()
            assert said[0] == f"Twin 00 00 00000000 {protocol + 1}", (done, daemon.said()[-3000:])
            assert said[1] == chip.atr.hex()
            if protocol:
                assert said[2:] == [f"00000000 {one.hex()}9000" for one in commands]
            else:
                whole = SELECT[:-1] + b"\x00"
                assert said[2:] == [f"00000000 61{len(whole):02x}", f"00000000 {whole[:19].hex()}6101"]
            assert not any(reader.faults.values()) and reader.naks == 0
        finally:
            await asyncio.to_thread(daemon.stop)
    finally:
        slot.pull()
        line.close(loop)
        await world.close()
