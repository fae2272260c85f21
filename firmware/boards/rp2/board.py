"""What every board of the RP2040 and RP2350 shares: a board file says the pins, this builds the devices."""

import os

import machine
from micropython import const

from boards.rp2.buses import I2C, Falling, Output, Uart
from boards.rp2.exchanges import Exchanges
from boards.rp2.flash import Partition
from boards.rp2.pio_uart import PioUart, Receiver
from boards.rp2.rest import Rest
from boards.rp2.secret import secret
from till.devices import Devices
from till.drivers.ccid import ContactReader
from till.drivers.clock import Clock
from till.drivers.escpos import EscPos
from till.drivers.lines import LinePort
from till.drivers.pn532 import PN532
from till.drivers.scanner import Scanner
from till.drivers.serial_link import SerialLink
from till.drivers.ssd1306 import SSD1306
from till.drivers.stripe import StripeHead
from till.drivers.tca8418 import TCA8418

KEYMAP = (
    ("1", "2", "3", "cancel"),
    ("4", "5", "6", "clear"),
    ("7", "8", "9", "menu"),
    ("00", "0", "up", "confirm"),
    ("down",),
)
_WATCHDOG_MS = const(8_000)
_I2C_HZ = const(400_000)
_RECEIVE_NFC, _RECEIVE_PRINTER = const(512), const(64)
_CONTACT_BAUD, _LINES_BAUD = const(115200), const(9600)
# state machines, and bytes of a ring as a power of two; the four receivers and transmitters of PIO 0 share two programs
_CONTACT_MACHINES, _CONTACT_RING_BITS = (0, 1), const(9)
_LINES_MACHINE, _LINES_RING_BITS = const(2), const(9)
_LINK_MACHINES, _LINK_RING_BITS = (3, 4), const(10)


class Rp2Board:
    """file: the board file, a module with NAME, PINS, PARTITIONS and, without a radio, LINK_BAUD (boards/pico.py)."""

    def __init__(self, file):
        self.name, self.partitions, pins = file.NAME, file.PARTITIONS, file.PINS
        self._exchanges = exchanges = Exchanges()
        i2c = I2C(0, pins["sda"], pins["scl"], _I2C_HZ)
        key = Falling(pins["keypad_int"])
        nfc = Uart(0, pins["nfc_tx"], pins["nfc_rx"], 115200, _RECEIVE_NFC, exchanges)
        printer = Uart(1, pins["printer_tx"], pins["printer_rx"], 115200, _RECEIVE_PRINTER, exchanges)
        contact = PioUart(
            _CONTACT_MACHINES, pins["contact_tx"], pins["contact_rx"], _CONTACT_BAUD, _CONTACT_RING_BITS, exchanges
        )
        lines = Receiver(_LINES_MACHINE, pins["lines_rx"], _LINES_BAUD, _LINES_RING_BITS)
        wire = PioUart(_LINK_MACHINES, pins["link_tx"], pins["link_rx"], file.LINK_BAUD, _LINK_RING_BITS, exchanges)
        watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        link = SerialLink(wire)
        rest = Rest((key, nfc, printer, contact, lines, link), watchdog.feed)
        link.pause = rest.pause
        clock = Clock(rest.now_ms, rest.sleep)
        port = LinePort(lines, clock)
        self.devices = Devices(
            clock=clock,
            entropy=os.urandom,
            secret=secret(self.flash("secret"), os.urandom),
            display=SSD1306(i2c),
            keypad=TCA8418(i2c, key.signal, KEYMAP),
            nfc=PN532(nfc, clock),
            contact=ContactReader(contact, clock),
            stripe=StripeHead(port),
            scanner=Scanner(port),
            printer=EscPos(printer, clock),
            link=link,
            flash=self.flash,
            exchange_over=exchanges.over,
            buzzer=Output(pins["buzzer"]),
            green=Output(pins["green"]),
            red=Output(pins["red"]),
            reset=machine.reset,
        )

    def flash(self, partition):
        first, count = self.partitions[partition]
        return Partition(first, count, self._exchanges)
