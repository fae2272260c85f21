"""A display, a keypad and a clock for the tests of the screens: what is pressed, and when, is a list."""


class FakeDisplay:
    """Keeps the pages sent. fails: how many of the next show() calls raise."""

    def __init__(self):
        self.buffer = bytearray(1024)
        self.sent = []
        self.fails = 0

    def show(self, first_page=0, last_page=7):
        if self.fails:
            self.fails -= 1
            raise OSError(19)
        self.sent.append((first_page, last_page))


class FakeSignal:
    def __init__(self):
        self.on = False

    def is_set(self):
        return self.on


class FakeCounter:
    """Keypad and clock in one. presses: (milliseconds since the last one, key name or None for a mere release)."""

    def __init__(self, presses=()):
        self.pressed = FakeSignal()
        self.presses = list(presses)
        self.now_ms = 0
        self.due_ms = self.presses[0][0] if self.presses else None
        self.other = FakeSignal()
        self.other_at_ms = None

    def read(self):
        name = None
        while name is None and self.presses and self.due_ms <= self.now_ms:
            name = self.presses.pop(0)[1]
            if self.presses:
                self.due_ms += self.presses[0][0]
            if name is None:
                break
        self.pressed.on = False
        return name

    def ticks_ms(self):
        return self.now_ms

    async def wait(self, signals, timeout_ms=None):
        for signal in signals:
            if signal.on:
                return signal
        events = []
        if self.presses and self.pressed in signals:
            events.append((max(self.due_ms, self.now_ms), self.pressed))
        if self.other_at_ms is not None and self.other in signals:
            events.append((max(self.other_at_ms, self.now_ms), self.other))
        if timeout_ms is not None:
            events.append((self.now_ms + timeout_ms, None))
        assert events, "the till would wait for ever"
        at_ms, signal = min(events, key=lambda event: event[0])
        self.now_ms = at_ms
        if signal:
            signal.on = True
        return signal


def keys(text):
    """Presses 100 ms apart: "1 2 confirm" -> [(100, "1"), ...]."""
    return [(100, name) for name in text.split(" ")]
