"""What a line has sent and nobody has taken yet."""

from micropython import const

_PIECE = const(32)
_ZEROS = b"\x00" * 32


def wipe(buffer):
    """Overwrites a bytearray with zeros; nothing is allocated but a view."""
    view = memoryview(buffer)
    end = len(buffer) // _PIECE * _PIECE
    for at in range(0, end, _PIECE):
        view[at : at + _PIECE] = _ZEROS
    for at in range(end, len(buffer)):
        buffer[at] = 0


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
        wipe(self._buffer)
