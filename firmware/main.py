"""Starts the till: picks the board, builds the till on it, runs it."""

import asyncio
import gc
import sys

from boards.which import board

GC_STEP = 16 * 1024  # collect that often, so that what stays lies together and the peak is what lives
gc.threshold(GC_STEP)  # before the first import: compiling leaves most of its memory behind


def board_class():
    return board().Board


def start(argument=None):
    """Builds the till on its board and runs it. Ends only with the power."""
    from till.app import run

    asyncio.run(run(board_class()(argument)))


def measure():
    """What the imported code takes of the heap: the base line of the memory budget."""
    import till.app

    gc.collect()
    print("heap_imported=%d" % gc.mem_alloc(), till.app.VERSION)


if __name__ == "__main__" and not sys.argv:  # a board whose boot.py has not started the till
    from gate import gate

    gate(board().service())
elif __name__ == "__main__":
    if "--measure" in sys.argv:
        measure()
    else:
        start(sys.argv[1] if len(sys.argv) > 1 else None)
