"""The PN532's host link on HSU: a command, its ACK, its answer. Source: NXP UM0701-02, section 6.2.2."""

from micropython import const

from till.drivers.pn532_frames import ACK, ACK_FRAME, BAD, DATA, ERROR, NACK_FRAME, Incoming, Outgoing
from till.drivers.reader_error import ReaderError
from till.drivers.serial_out import write_all

NAME = "PN532"
_ACK_MS = const(50)
_QUIET_MS = const(5)  # a line on which nothing arrived for so long carries no frame any more
_NACKS = const(3)
_NOISE_MOST = const(2048)


class HostLink:
    """One command at a time: begin(), ask(), look at payload.

    uart: write, any, readinto, received, baud.  clock: ticks_ms, sleep_ms, wait.
    late counts frames that answered a question no longer asked, bad those that arrived damaged.
    """

    def __init__(self, uart, clock):
        self.late = 0
        self._out = Outgoing()
        self._in = Incoming()
        self._uart = uart
        self._clock = clock
        self._noise = 0

    @property
    def bad(self):
        return self._in.bad

    @property
    def payload(self):
        """The answer after its code, good until the next command."""
        return self._in.payload

    def begin(self, code, data, more=b""):
        """Make a command of its code and two pieces of data. ValueError over 264 bytes."""
        self._out.begin(code)
        self._out.add(data)
        self._out.add(more)

    def wipe(self):
        """Forget every byte that went over the line."""
        self._out.wipe()
        self._in.wipe()

    async def ask(self, what, timeout_ms, cancel_signals=()):
        """Send the command and wait for its answer. Returns (True, None), or (False, the signal that fired
        or None after timeout_ms). An answer counts only after the command's ACK: what comes before it is late.
        """
        frames = self._in
        clock = self._clock
        self._drain()
        frame = self._out.frame()
        await self.write(frame)
        acknowledged = False
        nacks = 0
        self._noise = 0
        deadline = clock.ticks_ms() + _ACK_MS + len(frame) * 10000 // self._uart.baud
        while True:
            kind = frames.next()
            if kind is None:
                fired = await self._more(cancel_signals if acknowledged else (), deadline)
                if fired is self._uart.received:
                    if self._noise > _NOISE_MOST:
                        raise ReaderError(NAME, what, "noise on the line")
                    continue
                return False, fired
            if not acknowledged:
                if kind == DATA:
                    self.late += 1
                    continue
                if kind == ERROR:
                    raise ReaderError(NAME, what, "command refused")
                acknowledged = True  # a damaged ACK too: the chip did say something
                deadline = None if timeout_ms is None else clock.ticks_ms() + timeout_ms
            elif kind == DATA:
                if frames.code == self._out.code + 1:
                    return True, None
                self.late += 1
            elif kind == ERROR:
                raise ReaderError(NAME, what, "command refused")
            elif kind == BAD:
                nacks += 1
                if nacks > _NACKS:
                    raise ReaderError(NAME, what, "answer damaged %d times" % nacks)
                await self.quiet()  # the rest of the damaged frame may look like frames
                await self.write(NACK_FRAME)
            elif kind == ACK:
                self.late += 1

    async def _more(self, signals, deadline):
        """Take bytes off the line. Returns uart.received when some came, another of signals, or None at deadline."""
        uart = self._uart
        while True:
            uart.received.clear()
            count = self._in.fill(uart) if uart.any() else 0
            if count:
                self._noise += count
                return uart.received
            left = None
            if deadline is not None:
                left = deadline - self._clock.ticks_ms()
                if left <= 0:
                    return None
            fired = await self._clock.wait((uart.received,) + signals, left)
            if fired is not uart.received:
                return fired

    async def quiet(self):
        """Drop everything until the line has been silent for a moment."""
        for _ in range(_NOISE_MOST):
            self._uart.received.clear()
            if not self._drain():
                if await self._clock.wait((self._uart.received,), _QUIET_MS) is None:
                    return

    def _drain(self):
        """Drop what has arrived. Returns the count."""
        count = self._in.drop()
        for _ in range(16):
            if not self._uart.any() or not self._in.fill(self._uart):
                break
            count += self._in.drop()
        return count

    async def abort(self):
        """Stop the command under way and drop what it still sends (6.2.1.3: ACK from the host)."""
        await self.write(ACK_FRAME)
        await self.quiet()

    async def write(self, data):
        try:
            await write_all(self._uart, self._clock, data)
        except OSError:
            raise ReaderError(NAME, "write", "the line takes no bytes")
