"""What boards of the RP2040 and RP2350 have beyond the machine module: PIO, and their flash."""

import machine
from micropython import const

from boards.rp2.flash import Partition  # noqa: F401  one of the parts
from boards.rp2.pio_uart import PioUart, Receiver

HARD = True  # interrupt handlers run at once
_LINES_BAUD = const(9600)
_LINES_BYTES = const(512)


def uart(machines, tx, rx, baud, receive_bytes, exchanges):
    """A UART in PIO. machines: state machines of receiver and transmitter."""
    return PioUart(machines, tx, rx, baud, _bits(receive_bytes), exchanges)


def lines(bus, rx):
    return Receiver(bus[1], rx, _LINES_BAUD, _bits(_LINES_BYTES))


def usb_up():
    """Brings USB up while boot.py still runs; else the port does so only after it."""
    usb = machine.USBDevice()
    usb.builtin_driver = usb.BUILTIN_DEFAULT  # pyright: ignore[reportAttributeAccessIssue]
    usb.active(True)


def _bits(count):
    """A ring's size as a power of two."""
    bits = 0
    while 1 << bits < count:
        bits += 1
    return bits
