"""One exchange with the host: a frame out, the frame that answers it in."""

from micropython import const

from till.link.errors import NoAnswer, NotSent
from till.wire.errors import WireError
from till.wire.frame import Unframer, frame

ANSWER_TIMEOUT_MS = const(30_000)
_READ_BYTES = const(256)


class Line:
    """The stream to the host and who may use it. A person at the till goes before the background."""

    def __init__(self, stream, clock, urgent):
        self._stream, self._clock = stream, clock
        self._urgent = urgent  # Signal: somebody waits at the till, so the background gives up its wait
        self._buffer = bytearray(_READ_BYTES)
        self.garbage = 0

    def is_open(self):
        return self._stream.is_open()

    async def open(self, background=False):
        """Raises NotSent where the host cannot be reached, NotSecured where TLS does not come about."""
        stream = self._stream
        if stream.is_open():
            return
        if not stream.open():
            raise NotSent()
        shake = getattr(stream, "shake", None)
        if shake is not None:
            await shake((self._urgent,) if background else ())

    async def exchange(self, tpdu, header, body, belongs, background=False):
        """Sends body in a frame; belongs(body) says whether a received body answers it. Returns that frame as
        (header, body). Frames that answer something else are counted and dropped."""
        await self.open(background)
        self._drop_what_is_late()
        data = frame(tpdu, header, body)
        sent = self._stream.write(data)
        if not sent:
            self._stream.close()
            raise NotSent()
        while sent < len(data):
            more = self._stream.write(data[sent:])
            if not more:
                self._stream.close()
                raise NoAnswer()
            sent += more
        return await self._answer(belongs, background)

    def _drop_what_is_late(self):
        self._stream.received.clear()
        while self._stream.any():
            self.garbage += 1
            self._stream.readinto(self._buffer)

    async def _answer(self, belongs, background):
        unframer = Unframer()
        received = self._stream.received
        signals = (received, self._urgent) if background else (received,)
        deadline_ms = self._clock.ticks_ms() + ANSWER_TIMEOUT_MS
        while True:
            left_ms = deadline_ms - self._clock.ticks_ms()
            signal = await self._clock.wait(signals, left_ms) if left_ms > 0 else None
            if signal is not received:
                self._stream.close()  # a late answer must not meet the next question
                raise NoAnswer()
            received.clear()
            try:
                while self._stream.any():
                    count = self._stream.readinto(self._buffer)
                    unframer.feed(memoryview(self._buffer)[:count])
                found = unframer.next()
                while found:
                    if belongs(found[2]):
                        return found[1], found[2]
                    self.garbage += 1
                    found = unframer.next()
            except WireError:
                self.garbage += 1
                self._stream.close()
                raise NoAnswer()
            if not self._stream.is_open():
                raise NoAnswer()
