"""Which board file belongs to the machine that we run on."""

import sys

BOARDS = {
    "linux": "unix",
    "darwin": "unix",
    "PICOTILL_PICO": "pico",
    "RPI_PICO": "pico",
}


def which():
    """The board's name, by what the image was built for. SystemExit where there is no board file for it."""
    build = getattr(sys.implementation, "_build", sys.platform)
    name = BOARDS.get(build) or BOARDS.get(sys.platform)
    if name is None:
        raise SystemExit("no board file for %s: add one in boards/ and name it in boards/which.py" % build)
    return name


def board():
    """The board file, as a module."""
    return getattr(__import__("boards." + which()), which())
