"""Wi-Fi and the stream to the host over it, on any port that has network.WLAN.

The host is named by its IPv4 address: looking a name up could take longer than the watchdog waits.
"""

import errno
import select
import socket
import time

import network
from micropython import const

from till.drivers.clock import Signal

OFF, JOINING, JOINED, WRONG_PASSWORD, NOT_FOUND, FAILED = "off", "joining", "joined", "password", "not-found", "failed"
NETWORKS_MOST = const(16)
_AGAIN_MS = const(15_000)
_CONNECT_S = const(5)
_KEPT_BYTES = const(512)


class Radio:
    """A station. status() -> one of OFF, JOINING, JOINED, WRONG_PASSWORD, NOT_FOUND, FAILED."""

    def __init__(self, wlan=None):
        self._wlan = wlan if wlan is not None else network.WLAN(network.STA_IF)
        self._joining = None  # name and password
        self._tried_ms = 0

    def scan(self):
        """((name, strength in dBm, whether it wants a password), ...), the strongest first, each name once. Blocks for
        some seconds. Raises OSError where the radio is stuck."""
        self._wlan.active(True)
        found = {}
        for raw, _, _, dbm, security, _ in self._wlan.scan():
            try:
                name = bytes(raw).decode()
            except UnicodeError:
                continue  # nobody could choose it from a screen
            if name and (name not in found or found[name][0] < dbm):
                found[name] = (dbm, security != 0)
        listed = [(name, found[name][0], found[name][1]) for name in found]
        listed.sort(key=lambda one: -one[1])
        return tuple(listed[:NETWORKS_MOST])

    def join(self, name, password):
        """Begins to join, and goes on trying whenever the network is lost. password: "" for an open one."""
        self._joining = (name, password)
        self._wlan.active(True)
        try:
            self._wlan.disconnect()
        except OSError:
            pass  # there was nothing to leave
        self._try()

    def _try(self):
        name, password = self._joining or ("", "")
        self._tried_ms = time.ticks_ms()
        try:
            self._wlan.connect(name, password or None)
        except OSError:
            pass  # under way already; the next look tells

    def status(self):
        if self._joining is None:
            return OFF
        if self._wlan.isconnected():
            return JOINED
        told = self._wlan.status()
        if time.ticks_diff(time.ticks_ms(), self._tried_ms) > _AGAIN_MS:
            self._try()
        for status, meaning in (
            ("STAT_WRONG_PASSWORD", WRONG_PASSWORD), ("STAT_NO_AP_FOUND", NOT_FOUND), ("STAT_CONNECT_FAIL", FAILED),
        ):  # fmt: skip
            if told == getattr(network, status, None):
                return meaning
        return JOINING

    def strength(self):
        """dBm of the network joined; None where there is none."""
        return self._wlan.status("rssi") if self._wlan.isconnected() else None

    def set_time(self, year, month, day, hour, minute, second):
        """Tells the port's clock, by which TLS judges certificates. UTC."""
        import machine

        machine.RTC().datetime((year, month, day, 0, hour, minute, second, 0))


class RadioLink:
    """The stream to the host over TCP. radio: joined, or about to. aim() says where the host is. pause(ms): set by the
    board; blocks."""

    def __init__(self, radio, pause=None):
        self.received, self.closed = Signal(), Signal()
        self.pause = pause
        self._radio = radio
        self._address = None
        self._socket = None
        self._poll = select.poll()
        self._buffer = bytearray(_KEPT_BYTES)
        self._view = memoryview(self._buffer)
        self._kept = self._taken = 0

    def aim(self, address, port):
        """address: IPv4, as four numbers with dots."""
        self._address = (address, port)

    def open(self):
        """Blocks for 5 s at most. False where there is no network, or nobody answers."""
        self.close()
        self.received.clear()
        self.closed.clear()
        if self._address is None or self._radio.status() != JOINED:
            return False
        stream = socket.socket()
        try:
            stream.settimeout(_CONNECT_S)
            stream.connect(socket.getaddrinfo(self._address[0], self._address[1])[0][-1])
            stream.setblocking(False)
        except OSError:
            stream.close()
            return False
        self._socket = stream
        self._poll.register(stream, select.POLLIN)
        return True

    def is_open(self):
        return self._socket is not None

    def close(self):
        self._kept = self._taken = 0
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def write(self, data):
        """Bytes taken, maybe fewer than there are; 0 when nothing can leave."""
        view = memoryview(data)
        sent = 0
        begun_ms = time.ticks_ms()
        while self._socket is not None and sent < len(data):
            try:
                sent += self._socket.write(view[sent:]) or 0
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    self._lost()
            if sent < len(data):
                if time.ticks_diff(time.ticks_ms(), begun_ms) > _CONNECT_S * 1000:
                    break  # the other side takes nothing
                self.pause(2)
        return sent

    def any(self):
        """Bytes that can be read at once. Notices the end of the connection."""
        if self._kept or self._socket is None:
            return self._kept
        for _ in self._poll.ipoll(0):  # readable, ended or broken: reading tells which
            try:
                count = self._socket.readinto(self._buffer)
            except OSError as error:
                count = None if error.errno == errno.EAGAIN else 0
            if count == 0:
                self._lost()
            self._kept = count or 0
            self._taken = 0
        return self._kept

    def readinto(self, into):
        count = min(len(into), self.any())
        into[:count] = self._view[self._taken : self._taken + count]
        self._taken += count
        self._kept -= count
        return count

    def poll(self):
        """The board's look at the line. True when something came that somebody may wait for."""
        self._radio.status()  # a lost network is looked for again
        if self.received.is_set() or self._socket is None:
            return False
        if self.any():
            self.received.set()
        return self.received.is_set()

    def _lost(self):
        self.close()
        self.received.set()
        self.closed.set()
