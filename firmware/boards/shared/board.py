"""Builds the devices of a board: its file says pins, buses and what it has, its family has the parts."""

import gc
import os

import machine
from micropython import const

from boards.shared.buses import I2C, Falling, Output, Uart
from boards.shared.display import display
from boards.shared.exchanges import Exchanges
from boards.shared.rest import Rest
from boards.shared.secret import secret
from till.devices import Devices
from till.drivers.clock import Clock
from till.drivers.escpos import EscPos
from till.drivers.tca8418 import TCA8418

KEYMAP = (
    ("1", "2", "3", "cancel"),
    ("4", "5", "6", "clear"),
    ("7", "8", "9", "menu"),
    ("00", "0", "up", "confirm"),
    ("down",),
)
_WATCHDOG_MS = const(8_000)
_GC_STEP = const(30 * 1024)  # from now on: a collection walks the whole heap, 20 ms on an RP2040
_I2C_HZ = const(400_000)
_BAUD = const(115200)
_RECEIVE_NFC, _RECEIVE_CONTACT, _RECEIVE_PRINTER = const(512), const(512), const(64)


class Board:
    """file: the board file. parts: of its family: Partition, uart(bus, tx, rx, baud, receive_bytes, exchanges) for what
    the machine module has not, lines(bus, rx) for the line of stripe head and scanner, HARD for interrupt handlers."""

    def __init__(self, file, parts):
        self.name, self.partitions = file.NAME, file.PARTITIONS
        self._file, self._parts = file, parts
        self._exchanges = exchanges = Exchanges()
        pins = file.PINS
        i2c = I2C(file.BUSES["i2c"][1], pins["sda"], pins["scl"], _I2C_HZ)
        key = Falling(pins["keypad_int"], parts.HARD)
        printer = self._uart("printer", _RECEIVE_PRINTER)
        nfc = self._uart("nfc", _RECEIVE_NFC) if "nfc" in file.HAS else None
        contact = self._uart("contact", _RECEIVE_CONTACT) if "contact" in file.HAS else None
        lines = parts.lines(file.BUSES["lines"], pins["lines_rx"]) if "lines" in file.BUSES else None
        watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        link, wifi = self._line()
        ports = [port for port in (key, nfc, printer, contact, lines, link) if port is not None]
        rest = Rest(ports, watchdog.feed)
        link.pause = rest.pause
        clock = Clock(rest.now_ms, rest.sleep)
        self.devices = Devices(
            clock=clock,
            entropy=os.urandom,
            secret=secret(self.flash("secret"), os.urandom),
            display=display(file, i2c, rest.pause),
            keypad=TCA8418(i2c, key.signal, KEYMAP),
            printer=EscPos(printer, clock),
            link=link,
            wifi=wifi,
            date=wifi.set_time if wifi is not None else None,
            has=file.HAS,
            flash=self.flash,
            exchange_over=exchanges.over,
            buzzer=Output(pins["buzzer"]),
            green=Output(pins["green"]),
            red=Output(pins["red"]),
            reset=machine.reset,
            **self._readers(nfc, contact, lines, clock)
        )  # fmt: skip
        gc.threshold(_GC_STEP)

    def _uart(self, name, receive_bytes):
        pins, bus = self._file.PINS, self._file.BUSES[name]
        make = self._parts.uart if bus[0] != "uart" else Uart
        return make(bus[1:], pins[name + "_tx"], pins[name + "_rx"], _BAUD, receive_bytes, self._exchanges)

    def _line(self):
        """(the stream to the host, the radio or None)"""
        if self._file.BUSES["link"][0] == "wifi":
            from boards.shared.radio import Radio, RadioLink

            wifi = Radio()
            return RadioLink(wifi), wifi
        from till.drivers.serial_link import SerialLink

        if self._file.BUSES["link"][0] == "usb":
            from boards.shared.usb_line import UsbLine

            line = UsbLine()  # no Ctrl-C any more, before USB is up
            self._parts.usb_up()
            return SerialLink(line), None
        return SerialLink(self._uart("link", 1024)), None

    def _readers(self, nfc, contact, lines, clock):
        """What is not there is None, and its code is not loaded."""
        found = {"nfc": None, "contact": None, "stripe": None, "scanner": None}
        has = self._file.HAS
        if nfc is not None:
            from till.drivers.pn532 import PN532

            found["nfc"] = PN532(nfc, clock)
        if contact is not None:
            from till.drivers.ccid import ContactReader

            found["contact"] = ContactReader(contact, clock)
        if lines is not None:
            from till.drivers.lines import LinePort

            port = LinePort(lines, clock)
            if "stripe" in has:
                from till.drivers.stripe import StripeHead

                found["stripe"] = StripeHead(port)
            if "scanner" in has:
                from till.drivers.scanner import Scanner

                found["scanner"] = Scanner(port)
        return found

    def flash(self, partition):
        """None where this board has not got that one."""
        if partition not in self.partitions:
            return None
        first, count = self.partitions[partition]
        return self._parts.Partition(first, count, self._exchanges)
