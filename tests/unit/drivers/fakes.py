"""A clock that jumps, and buses that remember: what the driver tests stand on. Runs on both runtimes."""


def run(coroutine):
    """Run a coroutine that waits only on the clock below. Returns its result."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("waited on something else than the clock")


class FakeSignal:
    def __init__(self):
        self.on = False

    def set(self):
        self.on = True

    def clear(self):
        self.on = False

    def is_set(self):
        return self.on


class FakeClock:
    """Virtual milliseconds; call_at(ms, function) is the world outside."""

    def __init__(self):
        self.now_ms = 0
        self.waits = 0
        self._due = []

    def ticks_ms(self):
        return self.now_ms

    def call_at(self, at_ms, function):
        place = len(self._due)
        while place and self._due[place - 1][0] > at_ms:
            place -= 1
        self._due.insert(place, (at_ms, function))

    async def sleep_ms(self, ms):
        await self.wait((), ms)

    async def wait(self, signals, timeout_ms=None):
        self.waits += 1
        assert self.waits < 20000, "waits without end"
        deadline = None if timeout_ms is None else self.now_ms + timeout_ms
        while True:
            for signal in signals:
                if signal.is_set():
                    return signal
            if self._due and (deadline is None or self._due[0][0] <= deadline):
                at_ms, function = self._due.pop(0)
                self.now_ms = max(self.now_ms, at_ms)
                function()
                continue
            assert deadline is not None, "waits for ever"
            self.now_ms = deadline
            return None


class RecordingI2C:
    """Notes every write as (address, bytes)."""

    def __init__(self):
        self.writes = []

    def writeto(self, address, buffer):
        self.writes.append((address, bytes(buffer)))


class ScriptedUart:
    """Expects writes and answers each with bytes that arrive later.

    script: list of (expected bytes, ((delay_ms, bytes), ...)). Wrong or surplus writes fail the test. A part of
    `room` bytes at most is taken by one write(); None takes all.
    """

    baud = 115200

    def __init__(self, clock, script=(), room=None):
        self.received = FakeSignal()
        self.script = list(script)
        self.written = []
        self.open = 0
        self.opened = 0
        self._clock = clock
        self._room = room
        self._expecting = b""
        self._in = bytearray()

    def begin(self):
        assert not self.open
        self.open += 1
        self.opened += 1

    def end(self):
        assert self.open
        self.open -= 1

    def arrive(self, data):
        self._in.extend(data)
        self.received.set()

    def write(self, buffer):
        data = bytes(buffer)
        if self._room is not None:
            data = data[: self._room]
        if data:
            self.written.append(data)
        self._expecting += data
        while self.script and len(self._expecting) >= len(self.script[0][0]):
            expected, answers = self.script.pop(0)
            got = self._expecting[: len(expected)]
            assert got == expected, "wrote %s, expected %s" % (got, expected)
            self._expecting = self._expecting[len(expected) :]
            for delay_ms, answer in answers:
                self._clock.call_at(self._clock.now_ms + delay_ms, lambda answer=answer: self.arrive(answer))
        return len(data)

    def any(self):
        return len(self._in)

    def readinto(self, view):
        count = min(len(view), len(self._in))
        view[:count] = self._in[:count]
        self._in = self._in[count:]
        return count

    def done(self):
        """True when the whole script has been written and nothing else."""
        return not self.script and not self._expecting


class BabblingUart(ScriptedUart):
    """Follows the script, then answers every write with the next of its babble."""

    babble = ()

    def write(self, buffer):
        if self.script:
            return super().write(buffer)
        for delay_ms, data in self.babble:
            self._clock.call_at(self._clock.now_ms + delay_ms, lambda data=data: self.arrive(data))
        self.babble = ()
        return len(buffer)
