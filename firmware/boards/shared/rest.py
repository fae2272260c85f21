"""Time and rest: the board's side of the clock device. Sleeps until an interrupt or a time, then looks at its ports."""

import io
import select
import time
from array import array

import micropython
from micropython import const

_POLL_REQUEST = const(3)  # MP_STREAM_POLL
_READABLE = const(1)  # MP_STREAM_POLL_RD
_QUANTUM_MS = const(10)  # the rings of PIO and DMA interrupt nobody: so often they are looked at


@micropython.viper
def _moved(places: ptr32, last: ptr32, count: int) -> int:
    """Whether a register differs from what it was last. places: addresses. last is brought up to date."""
    moved = 0
    at = 0
    while at < count:
        register = ptr32(places[at])
        value = register[0]
        if value != last[at]:
            last[at] = value
            moved = 1
        at += 1
    return moved


class _Ports(io.IOBase):
    """What select.poll() looks at after each interrupt, some hundred times a payment: whether any port has news. Those
    with a place are asked only when what stands there has moved."""

    def __init__(self, ports):
        self._rings = tuple([port for port in ports if getattr(port, "place", None)])
        self._ports = tuple([port for port in ports if port not in self._rings])
        self._places = array("I", [ring.place for ring in self._rings])
        self._last = array("I", [0] * len(self._rings))
        self.news = False

    def ioctl(self, request, argument):
        if request == _POLL_REQUEST:
            for port in self._ports:
                if port.poll():
                    self.news = True
            if _moved(self._places, self._last, len(self._places)):
                for port in self._rings:
                    if port.poll():
                        self.news = True
            return _READABLE if self.news else 0
        return 0


class Rest:
    """ports: each has poll() -> bool, which sets its signals, and where bytes come by DMA a place: the address of the
    register that moves. feed: called at every turn of the main loop."""

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
