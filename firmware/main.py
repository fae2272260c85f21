"""Starts the till: picks the board, builds the till on it, runs it."""

import gc
import sys

GC_STEP = 16 * 1024  # collect that often, so that what stays lies together and the peak is what lives
gc.threshold(GC_STEP)  # before the first import: compiling leaves most of its memory behind

BOARDS = {"linux": "unix", "darwin": "unix"}


def board_class():
    name = BOARDS.get(sys.platform)
    if name is None:
        raise SystemExit("no board file for %s: add one in boards/ and name it in main.py" % sys.platform)
    return getattr(__import__("boards." + name), name).Board


def measure():
    """What the imported code takes of the heap: the base line of the memory budget."""
    import till.app

    gc.collect()
    print("heap_imported=%d" % gc.mem_alloc(), till.app.VERSION)


if __name__ == "__main__":
    import asyncio

    Board = board_class()
    if "--measure" in sys.argv:
        measure()
    else:
        from till.app import run

        asyncio.run(run(Board(sys.argv[1] if len(sys.argv) > 1 else None)))
