"""What a line has sent and nobody has taken yet."""


class LineBuffer:
    """size: bytes it holds at most. Who reads frames out of it moves _start past them; _view of it stays good until the
    next fill()."""

    def __init__(self, size):
        self._buffer = bytearray(size)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0

    def fill(self, uart):
        """Take what the UART holds, as far as there is room. Returns the count."""
        if self._start:
            rest = self._end - self._start
            for index in range(rest):
                self._buffer[index] = self._buffer[self._start + index]
            self._start = 0
            self._end = rest
        count = uart.readinto(self._view[self._end :]) or 0
        self._end += count
        return count

    def begun(self):
        """True while a frame is there in part."""
        return self._end > self._start

    def drop(self):
        """Forget what has arrived. Returns the count."""
        count = self._end - self._start
        self._start = self._end = 0
        return count

    def wipe(self):
        """Card data has passed through here."""
        self.drop()
        for index in range(len(self._buffer)):
            self._buffer[index] = 0
