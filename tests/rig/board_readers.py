"""A program for the unix board: what the contact reader, the stripe head and the scanner say, one line each."""

import asyncio
import sys

sys.path.append(".")

from boards.unix import Board


async def main(devices):
    idle = asyncio.create_task(devices.clock.run())
    atr, _ = await devices.contact.wait_card((), 30_000)
    print("atr", atr.hex())
    print("answer", (await devices.contact.exchange(b"\x00\xb2\x01\x0c\x00")).hex())
    await devices.contact.release()
    for name in ("stripe", "scanner"):
        device = getattr(devices, name)
        found = None
        while found is None:
            if await devices.clock.wait((device.activity,), 30_000) is None:
                print("no sign of the", name)
            found = device.read()
        print(name, found.tracks[1].decode() if name == "stripe" else found.text)
    idle.cancel()


asyncio.run(main(Board(sys.argv[1]).devices))
