"""Modules in place of frozen ones: a set in the file system, which `make flash` leaves there.

/current names a folder. Its file SET has the base image that it was made for in its first line, then one line a module,
"sha256 name", each after those that it imports; the module is beside it, compiled, with "-" for the dots of its name.
All of a set is verified before anything of it is loaded, and all of it is loaded before the till starts: the till never
runs on a mixture. A set that is damaged, or made for another base image, is left alone: the frozen modules run.
"""

import os
from binascii import hexlify
from hashlib import sha256

from replace import MODULES_MOST, load

base_set = __import__("base_set")  # made with the image

CURRENT = "/current"
LIST = "/SET"
_CHUNK_BYTES = 512


def chosen():
    """The folder that /current names, or None."""
    try:
        with open(CURRENT) as file:
            folder = file.read(64).strip()
        os.stat(folder + LIST)
        return folder
    except OSError:
        return None


def verified(folder):
    """Names of the modules of a set, in the order of loading; None where the set is not whole, or not for this base."""
    names = []
    try:
        with open(folder + LIST) as listed:
            if listed.readline().strip() != base_set.ID:
                return None
            for line in listed:
                digest, name = line.split()
                if len(names) == MODULES_MOST or fingerprint(_path(folder, name)) != digest:
                    return None
                names.append(name)
    except (OSError, ValueError):
        return None
    return names


def _path(folder, name):
    return "%s/%s.mpy" % (folder, name.replace(".", "-"))


def fingerprint(path):
    """SHA-256 of a file, in hex."""
    total = sha256()
    chunk = bytearray(_CHUNK_BYTES)
    view = memoryview(chunk)
    with open(path, "rb") as file:
        while True:
            count = file.readinto(chunk)
            if not count:
                return hexlify(total.digest()).decode()
            total.update(view[:count])


def use():
    """Loads the chosen set, where there is one that is whole. Returns the number of its modules. What fails while it
    loads is raised, and the set is no longer chosen: the next start is a frozen one."""
    folder = chosen()
    names = verified(folder) if folder else None
    if not names:
        return 0
    try:
        load(folder, names, (__name__,))
    except BaseException:
        os.remove(CURRENT)
        raise
    return len(names)
