"""What boards of the ESP32-S3 have beyond the machine module: their flash. Their three UARTs are all they have."""

from boards.esp32.flash import Partition  # noqa: F401  one of the parts

HARD = False  # interrupt handlers wait for the interpreter


def uart(bus, tx, rx, baud, receive_bytes, exchanges):
    raise OSError(19)  # ENODEV: no UART but those of the chip


def usb_up():
    """USB is up on this family before anything of ours runs."""


def lines(bus, rx):
    raise OSError(19)
