"""I2C, UART and pins as the drivers want them (till/devices.py), over MicroPython's machine module."""

import machine
from micropython import const

from till.drivers.clock import Signal

_TRANSMIT_BYTES = const(512)  # the longest thing sent in one piece: a reader's command, a printer's chunk


class I2C:
    def __init__(self, number, sda, scl, hz):
        self._bus = machine.I2C(number, sda=machine.Pin(sda), scl=machine.Pin(scl), freq=hz)

    def writeto(self, address, data):
        self._bus.writeto(address, data)

    def readfrom_into(self, address, into):
        self._bus.readfrom_into(address, into)

    def writeto_then_readfrom_into(self, address, data, into):
        self._bus.writeto(address, data, False)
        self._bus.readfrom_into(address, into)


class Uart:
    """A hardware UART, 8N1. begin() and end() bracket an exchange: no flash operation may come between.

    bus: (the chip's number,). receive_bytes: what the driver may leave unread; the interrupt empties the chip's FIFO
    of 32 bytes or more into it."""

    def __init__(self, bus, tx, rx, baud, receive_bytes, exchanges):
        self.baud, self.received = baud, Signal()
        self.begin, self.end = exchanges.begin, exchanges.end
        self._seen = 0
        self._uart = machine.UART(
            bus[0], baud, tx=machine.Pin(tx), rx=machine.Pin(rx), rxbuf=receive_bytes, txbuf=_TRANSMIT_BYTES, timeout=0
        )

    def write(self, data):
        return self._uart.write(data) or 0

    def any(self):
        return self._uart.any()

    def readinto(self, into):
        count = self._uart.readinto(into, min(len(into), self._uart.any())) or 0
        self._seen = max(0, self._seen - count)
        return count

    def poll(self):
        """Sets received where bytes came since the last look. True when it did."""
        count = self._uart.any()
        fresh = count > self._seen
        self._seen = count
        if fresh:
            self.received.set()
        return fresh


class Spi:
    """A bus on which nothing comes back: mode 0, most significant bit first."""

    def __init__(self, number, sck, mosi, hz):
        self._bus = machine.SPI(number, baudrate=hz, polarity=0, phase=0, sck=machine.Pin(sck), mosi=machine.Pin(mosi))

    def write(self, data):
        self._bus.write(data)


class Output:
    def __init__(self, number, level=0):
        self._pin = machine.Pin(number, machine.Pin.OUT, value=level)

    def drive(self, level):
        self._pin.value(level)


class Falling:
    """An input whose falling edges are a signal. hard: the port can run the handler within the interrupt."""

    def __init__(self, number, hard):
        self.signal = Signal()
        self._fallen = bytearray(1)  # written by the interrupt, which may allocate nothing
        self._pin = machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP)
        if hard:
            self._pin.irq(self._fell, machine.Pin.IRQ_FALLING, hard=True)
        else:
            self._pin.irq(self._fell, machine.Pin.IRQ_FALLING)

    def _fell(self, pin):
        self._fallen[0] = 1

    def poll(self):
        if not self._fallen[0]:
            return False
        self._fallen[0] = 0
        self.signal.set()
        return True


def held(number):
    """Whether an input with a pull-up is connected to ground."""
    return not machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP).value()


def restart():
    """As if the power had come."""
    machine.reset()
