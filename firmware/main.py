"""Starts the till: picks the board, takes an update where there is one, builds the till on its board, runs it.

What leaves the till as a fault is written down (crash.py), and the board restarts. After a few of them in a row, with
no steady run between, the till stands still and says so.
"""

import asyncio
import gc
import sys

from boards.which import board, which

GC_STEP = 16 * 1024  # collect that often, so that what stays lies together and the peak is what lives
gc.threshold(GC_STEP)  # before the first import: compiling leaves most of its memory behind


def board_class():
    return board().Board


def start(argument=None, updated=True):
    """Ends only with the power, or with a restart. updated: whether an update may be taken; not over other modules
    that somebody has put in place of the base image's."""
    file = board()
    devices, finish = file.early(argument)
    log = _crash_log(devices)
    try:
        from update import slots_of, use

        running = use(devices, file.base) if updated and log.row() < log.MOST else None
        built = finish()
        slots = slots_of(built.devices)
        built.devices.add(crashes=log, running=running, slots=slots, board=which(), base=file.base)
        asyncio.get_event_loop().set_exception_handler(_passed_on)
        from till.app import run, stand_still

        asyncio.run(stand_still(built) if log.row() >= log.MOST else run(built))
    except Exception as error:
        text = log.crashed(error)
        if devices.note:
            devices.note("crash", text)
    devices.reset()


def _crash_log(devices):
    from crash import PARTITION, CrashLog

    return CrashLog(devices.flash(PARTITION))


def _passed_on(loop, context):
    """A fault in any task is the till's."""
    raise context["exception"]


def measure():
    """What the imported code takes of the heap: the base line of the memory budget."""
    import crash  # noqa: F401
    import till.app
    import update  # noqa: F401

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
