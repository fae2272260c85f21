"""How cards come to the till, learned by looking: a way is there once the firmware itself uses the device for it.

So the rack shows no card that the firmware cannot read yet, and nothing here has to be told when it learns to.
"""

from collections.abc import Callable

from host_sim.rig import bus

WAYS = ("tap", "insert", "swipe", "scan")
USES = {(bus.UART0, bus.SEND): "tap", (bus.UART2, bus.SEND): "insert", (bus.UART3, bus.RECEIVE): "swipe"}
"""What a firmware does to a device that it reads with: it commands a reader, it polls a line. Opening is no sign."""
SHARED = {"swipe": ("刷卡", "Swipe", "swipe")}
"""The scanner is on the stripe head's line: the till's screen must have named the stripe, too."""
NAMED = {"scan": ("扫码", "扫付款码", "出示收款码", "QRcodes", "Scanacode", "Showacode")}
"""A phone is of use to a till that scans, and to one that only shows a code: the screen must have named either."""


class Ways:
    """found: the ways known so far. changed(): called when there is one more."""

    def __init__(self, changed: Callable[[], None]):
        self.found: set[str] = set()
        self._changed = changed
        self._used: set[str] = set()
        self._named: set[str] = set()

    def bus(self, message: bus.Message) -> None:
        way = USES.get((message.device, message.op))
        if way is not None and way not in self._used:
            self._used.add(way)
            self._look()

    def screen(self, text: str) -> None:
        for way, words in (SHARED | NAMED).items():
            if way not in self._named and any(word in text for word in words):
                self._named.add(way)
                self._look()

    def _look(self) -> None:
        found = {way for way in self._used if way not in SHARED or way in self._named} | self._named & set(NAMED)
        if found != self.found:
            self.found = found
            self._changed()
