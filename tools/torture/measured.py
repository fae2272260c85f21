"""Under MicroPython: one way of keeping a sale's five durable steps on flash, measured on the model. Prints JSON.

    micropython tools/torture/measured.py ring|append|files PAYMENTS

The steps are the same everywhere: created (a page of what a reversal needs), sending, the answer, approved, printed.
append: littlefs, one file, each step a line of its own (256 bytes for the two that carry data, 16 for a mark), synced.
files: littlefs, a file a payment, written anew at each step. Both forget a batch of 50 when it is settled.
"""

import json
import os
import sys

sys.path.extend((".", "firmware"))

from host_sim.rig.nor import Nor
from tools.torture.chance import Chance
from tools.torture.partition import Partition

SECTORS = 128
BATCH = 50
PROGRAM_MS, ERASE_MS, READ_BYTES_A_MS = 0.4, 45, 1000
PAGE = 256
RECORD, MARK = b"\x5a" * 256, b"\xa5" * 16


class Blocks(Partition):
    """littlefs hands over whole caches: they are programmed page by page."""

    def writeblocks(self, block, data, offset=0):
        for at in range(0, len(data), PAGE):
            self.nor.program(block * 4096 + offset + at, bytes(data[at : at + PAGE]))


def _from_here(nor):
    """Making the partition what it is was done once, when the board was new."""
    nor.programs = nor.erases = nor.bytes_programmed = nor.bytes_read = 0


def ring(nor, payments):
    from tools.torture.shop import Card, Shop
    from tools.torture.world import World

    shop = Shop(nor, World())
    shop.book.open_batch(1)
    _from_here(nor)
    for number in range(payments):
        shop.pay(100, Card(number % 1000))
        shop.idle(1)
        if number % BATCH == BATCH - 1:
            shop.settle()
            shop.idle(100)


def ring_again(nor):
    from tools.torture.shop import Shop
    from tools.torture.world import World

    Shop(nor, World())


def _mounted(nor, make):
    device = Blocks(nor)
    if make:
        os.VfsLfs2.mkfs(device, readsize=32, progsize=PAGE, lookahead=32)
    disk = os.VfsLfs2(device, readsize=32, progsize=PAGE, lookahead=32)
    os.mount(disk, "/j")


def append(nor, payments):
    _mounted(nor, True)
    _from_here(nor)
    for number in range(payments):
        for part in (RECORD, MARK, RECORD, MARK, MARK):
            with open("/j/journal", "ab") as file:
                file.write(part)
        if number % BATCH == BATCH - 1:
            os.remove("/j/journal")


def append_again(nor):
    os.umount("/j")
    _mounted(nor, False)
    with open("/j/journal", "rb") as file:
        while file.read(256):
            pass


def files(nor, payments):
    _mounted(nor, True)
    _from_here(nor)
    for number in range(payments):
        whole = b""
        for part in (RECORD, MARK, RECORD, MARK, MARK):
            whole += part
            with open("/j/%d" % (number % BATCH), "wb") as file:
                file.write(whole)
        if number % BATCH == BATCH - 1:
            for other in range(BATCH):
                os.remove("/j/%d" % other)


def files_again(nor):
    os.umount("/j")
    _mounted(nor, False)
    for name in os.listdir("/j"):
        with open("/j/" + name, "rb") as file:
            while file.read(256):
                pass


WAYS = {
    "ring": ("our ring", ring, ring_again),
    "append": ("littlefs, append and sync", append, append_again),
    "files": ("littlefs, a file a payment", files, files_again),
}


def milliseconds(nor, since):
    """Flash time since those counts (programs, erases, bytes read)."""
    programs, erases, count = nor.programs - since[0], nor.erases - since[1], nor.bytes_read - since[2]
    return programs * PROGRAM_MS + erases * ERASE_MS + count / READ_BYTES_A_MS


def main(way, payments):
    nor = Nor(SECTORS * 4096, Chance(1))
    name, play, again = WAYS[way]
    settled = payments // BATCH * BATCH
    play(nor, settled)
    used = [count for count in nor.sector_erases if count]
    row = {
        "name": name, "bytes": nor.bytes_programmed / settled, "programs": nor.programs / settled,
        "erases": nor.erases / settled, "ms": milliseconds(nor, (0, 0, 0)) / settled,
        "wear": max(nor.sector_erases) * len(used) / sum(used) if used else 1,
    }  # fmt: skip
    if way != "ring":
        os.umount("/j")
    open_nor = Nor(SECTORS * 4096, Chance(1))
    play(open_nor, BATCH - 1)  # a batch that is open, to be read again
    since = open_nor.programs, open_nor.erases, open_nor.bytes_read
    again(open_nor)
    row["recovery_ms"] = milliseconds(open_nor, since)
    print(json.dumps(row))


main(sys.argv[1], int(sys.argv[2]))
