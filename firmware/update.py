"""Starts the till with an update, where one has been taken in: modules out of a slot, mounted where they lie.

Before anything else of the till is loaded. The base image has what is needed for that, and what an update must not
change: the board, drivers, journal. An update that does not come up in three starts is left, and the one before it, or
the base image, runs.
"""

import vfs

from replace import MODULES_MOST, load
from till.update.choice import PARTITIONS, chosen, key_of
from till.update.slot import Slot

FOLDER = "/update"
LIST = "/SET"
STAYS = ("boards", "till.devices", "till.drivers")  # of the board, which is built already where it reads its own flash


def slots_of(devices):
    """The two Slots; none on a board without partitions for them, or whose MicroPython cannot mount them."""
    devices_of = [devices.flash(name) for name in PARTITIONS] if hasattr(vfs, "VfsRom") else (None,)
    return [] if None in devices_of else [Slot(device) for device in devices_of]


def use(devices, base, stays=STAYS):
    """Loads what is chosen. base: function that says the base image's identity. Returns the slot's index, or None.
    Whatever fails while it loads is raised, and it is not tried again."""
    slots = slots_of(devices)
    number = chosen(slots, key_of(devices.secret), base)
    if number is None:
        return None
    slot = slots[number]
    if not slot.is_good():
        slot.try_once()
    try:
        vfs.mount(vfs.VfsRom(slot.body()), FOLDER)
        with open(FOLDER + LIST) as listed:
            names = listed.read().split()
        if len(names) > MODULES_MOST:
            raise ValueError("%d modules" % len(names))
        load(FOLDER, names, stays)
    except Exception:
        slot.found_bad()
        raise
    return number
