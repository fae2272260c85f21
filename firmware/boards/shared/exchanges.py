"""Whether flash may be written: never while a UART exchange is open, which an erase of 45 ms would break."""

from till.drivers.clock import Signal


class Exchanges:
    """open: how many exchanges are under way. over: Signal, set while there is none."""

    def __init__(self):
        self.open = 0
        self.over = Signal()
        self.over.set()

    def begin(self):
        self.open += 1
        self.over.clear()

    def end(self):
        assert self.open, "more UART exchanges ended than began"
        self.open -= 1
        if not self.open:
            self.over.set()
