"""Which board file belongs to the machine that we run on."""

import sys

BOARDS = {
    "linux": "unix",
    "darwin": "unix",
    "PICOTILL_PICO": "pico",
    "RPI_PICO": "pico",
    "PICOTILL_PICO2_W": "pico2_w",
    "RPI_PICO2_W": "pico2_w",
    "PICOTILL_S3": "esp32s3",
    "ESP32_GENERIC_S3": "esp32s3",
}


def which():
    """The board's name, by what the image was built for. SystemExit where there is no board file for it."""
    build = getattr(sys.implementation, "_build", sys.platform)
    name = BOARDS.get(build) or BOARDS.get(sys.platform)
    if name is None:
        raise SystemExit("no board file for %s: add one in boards/ and name it in boards/which.py" % build)
    return name


def board():
    """What starts this machine: PARTITIONS, Board(argument), and on a real board developer(), prepare(), restart() and
    service(); boards/shared/machine.py says what they do. The laptop's file is all that itself."""
    file = getattr(__import__("boards." + which()), which())
    if not hasattr(file, "FAMILY"):
        return file
    from boards.shared.machine import Machine

    return Machine(file)
