"""Time and rest: the board's side of the clock device. Sleeps until an interrupt or a time, then looks at its ports."""

import io
import select
import time

from micropython import const

_POLL_REQUEST = const(3)  # MP_STREAM_POLL
_READABLE = const(1)  # MP_STREAM_POLL_RD
_QUANTUM_MS = const(10)  # the rings of PIO and DMA interrupt nobody: so often they are looked at


class _Ports(io.IOBase):
    """What select.poll() looks at after each interrupt: whether any port has news."""

    def __init__(self, ports):
        self._ports = ports
        self.news = False

    def ioctl(self, request, argument):
        if request == _POLL_REQUEST:
            for port in self._ports:
                if port.poll():
                    self.news = True
            return _READABLE if self.news else 0
        return 0


class Rest:
    """ports: each has poll() -> bool, which sets its signals. feed: called at every turn of the main loop."""

    def __init__(self, ports, feed):
        self._ports = _Ports(ports)
        self._poll = select.poll()
        self._poll.register(self._ports, select.POLLIN)
        self._feed = feed
        self._ticks = time.ticks_ms()
        self._now_ms = 0

    def now_ms(self):
        """Milliseconds since the start; never wraps."""
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def sleep(self, until_ms):
        """Returns when until_ms (None: never) has come or a port has news."""
        ports = self._ports
        ports.news = False
        while True:
            self._feed()
            now_ms = self.now_ms()
            left_ms = _QUANTUM_MS if until_ms is None else min(until_ms - now_ms, _QUANTUM_MS)
            for _ in self._poll.ipoll(max(left_ms, 0)):
                pass
            if ports.news or (until_ms is not None and self.now_ms() >= until_ms):
                return

    def pause(self, ms):
        """For a driver that must wait on the spot: a moment in which everything stands but the interrupts."""
        time.sleep_ms(ms)
