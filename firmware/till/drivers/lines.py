"""Lines of text from devices that only talk: a stripe head and a barcode scanner on one receiving UART."""

from micropython import const

LINE_MOST = const(400)  # three tracks are 79 + 40 + 107 characters and what stands around them
_GAP_MS = const(300)  # a line's bytes follow one another; after so long what was begun never ends
_FILL = const(64)
_WAITING_MOST = const(4)


class LineSplitter:
    """Bytes in, whole lines out. A line ends with CR, LF or ETX; an STX before it and empty lines are nothing.

    bad counts lines that were too long, or held bytes that are no text.
    """

    def __init__(self):
        self.bad = 0
        self._buffer = bytearray(LINE_MOST)
        self._length = 0
        self._spoiled = False

    def begun(self):
        return self._length > 0 or self._spoiled

    def feed(self, data, found):
        """Appends to the list found every line that data completes, as bytes without its end."""
        for byte in data:
            if byte in (0x0D, 0x0A, 0x03):
                if self._spoiled:
                    self.bad += 1
                elif self._length:
                    found.append(bytes(memoryview(self._buffer)[: self._length]))
                self.drop()
            elif byte == 0x02 and not self._length:
                continue
            elif self._spoiled:
                continue
            elif 0x20 <= byte < 0x7F and self._length < LINE_MOST:
                self._buffer[self._length] = byte
                self._length += 1
            else:
                self._spoiled = True

    def drop(self):
        """Forget what has begun, to the last byte: it may be a track."""
        for index in range(self._length):
            self._buffer[index] = 0
        self._length = 0
        self._spoiled = False


class LinePort:
    """uart: any, readinto, received. clock: ticks_ms. The board makes one and hands it to the drivers of its devices.

    activity is set when bytes have come. Each driver takes the lines that are its own: take(own) gives the oldest one
    for which own(line) is true, or None. bad counts lines that were cut short, damaged, or wanted by nobody in time.
    """

    def __init__(self, uart, clock):
        self.activity = uart.received
        self.bad = 0
        self._uart = uart
        self._clock = clock
        self._splitter = LineSplitter()
        self._chunk = bytearray(_FILL)
        self._waiting = []
        self._last_ms = 0

    def take(self, own):
        self._fill()
        for index in range(len(self._waiting)):
            if own(self._waiting[index]):
                return self._waiting.pop(index)
        return None

    def clear(self):
        """Forget everything that has come: it was meant for something that is over."""
        self._fill()
        self._splitter.drop()
        self._waiting = []

    def _fill(self):
        uart = self._uart
        splitter = self._splitter
        now_ms = self._clock.ticks_ms()
        uart.received.clear()
        for _ in range(LINE_MOST):
            if not uart.any():
                break
            if splitter.begun() and now_ms - self._last_ms > _GAP_MS:
                self.bad += 1
                splitter.drop()
            count = uart.readinto(memoryview(self._chunk))
            if not count:
                break
            self._last_ms = now_ms
            before = splitter.bad
            splitter.feed(memoryview(self._chunk)[:count], self._waiting)
            self.bad += splitter.bad - before
            for index in range(_FILL):
                self._chunk[index] = 0
            while len(self._waiting) > _WAITING_MOST:
                self._waiting.pop(0)
                self.bad += 1
