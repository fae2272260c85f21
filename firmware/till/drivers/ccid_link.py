"""The host link of a serial CCID reader: a command and its answer. Source: USB CCID 1.1, 6; GemPC Twin's framing."""

from micropython import const

from till.drivers.ccid_frames import BAD, INSERTED, MESSAGE, NAK, NAK_FRAME, REMOVED, Incoming, Outgoing
from till.drivers.reader_error import ReaderError
from till.drivers.serial_out import write_all

_NAME = "contact reader"
_SLOT_STATUS, _DATA_BLOCK, _PARAMETERS = const(0x81), const(0x80), const(0x82)
_TIME_EXTENSION = const(2)  # bmCommandStatus, the upper two bits of bStatus
_GAP_MS = const(100)  # a frame's bytes follow one another: after so long its rest is lost
_QUIET_MS = const(5)
_AGAIN_MOST = const(3)
_NOISE_MOST = const(2048)


def _answer_to(code):
    """bMessageType of the answer to a command: 62 and 6F data blocks, 61, 6C and 6D parameters, others slot status."""
    if code in (0x62, 0x6F):
        return _DATA_BLOCK
    return _PARAMETERS if code in (0x61, 0x6C, 0x6D) else _SLOT_STATUS


class CcidLink:
    """One command at a time. uart: write, any, readinto, received, baud.  clock: ticks_ms, wait, sleep_ms.

    present: whether a card is in the slot as the reader last said, None before it has said anything.
    pulls counts cards that were taken out, late answers to a question no longer asked, bad those that arrived damaged,
    naks commands sent again.
    status, error, data: of the last answer; data is good until the next command.
    """

    def __init__(self, uart, clock):
        self.present = None
        self.pulls = 0
        self.late = self.naks = 0
        self.status = self.error = 0
        self.data = None
        self._out = Outgoing()
        self._in = Incoming()
        self._uart = uart
        self._clock = clock
        self._seq = 0
        self._noise = 0
        self._echoes = False

    @property
    def bad(self):
        return self._in.bad

    def wipe(self):
        """Forget every byte that went over the line."""
        self.data = None
        self._out.wipe()
        self._in.wipe()

    def listen(self):
        """Take notices that came by themselves off the line."""
        self._uart.received.clear()
        for _ in range(16):
            while True:
                kind = self._in.next()
                if kind is None:
                    break
                self._noticed(kind)
            if not self._uart.any() or not self._in.fill(self._uart):
                return

    def _noticed(self, kind):
        if kind == INSERTED:
            self.present = True
        elif kind == REMOVED:
            self.present = False
            self.pulls += 1
        elif kind == MESSAGE:
            self.late += 1

    async def ask(self, what, code, timeout_ms, data=b"", first=0, second=0, third=0, until_ms=None):
        """Send a command and wait for its answer. True when it came: see status, error, data. False after timeout_ms
        without a sign of life, or at until_ms on the clock whatever the reader says. ReaderError when the line fails.

        A command is sent again only where the reader says that it has not understood it.
        """
        clock = self._clock
        self.listen()
        self._in.drop()
        self._seq = self._seq + 1 & 0xFF
        self._out.begin(code, self._seq, first, second, third)
        self._out.add(data)
        frame = self._out.frame()
        wire_ms = len(frame) * 10000 // self._uart.baud + 1
        await self.write(frame)
        deadline = clock.ticks_ms() + timeout_ms + wire_ms
        again = 0
        echoed = False
        self._noise = 0
        while True:
            kind = self._in.next()
            if kind is None:
                last = deadline if until_ms is None else min(deadline, until_ms)
                kind = await self._more(last)
                if kind is None:
                    return False
                if self._noise > _NOISE_MOST:
                    raise ReaderError(_NAME, what, "noise on the line")
                if kind is not BAD:
                    continue
            if kind == MESSAGE:
                frames = self._in
                if frames.seq == self._seq and frames.code == code:
                    self._echoes = True  # some readers send back what they hear
                elif frames.seq != self._seq or frames.code != _answer_to(code):
                    self.late += 1
                elif frames.status >> 6 == _TIME_EXTENSION:
                    deadline = clock.ticks_ms() + timeout_ms
                else:
                    self.status, self.error, self.data = frames.status, frames.error, frames.data
                    self.present = frames.status & 3 != 2
                    return True
            elif kind == NAK and echoed:
                echoed = False
            elif kind == NAK or kind == BAD:
                again += 1
                if again > _AGAIN_MOST:
                    raise ReaderError(_NAME, what, "damaged %d times on the line" % again)
                if kind == NAK:
                    self.naks += 1
                    await self.write(frame)
                else:
                    await self._quiet()  # the rest of the damaged frame may look like frames
                    await self.write(NAK_FRAME)
                    echoed = self._echoes  # our own refusal comes back, and is not the reader's
                deadline = clock.ticks_ms() + timeout_ms + wire_ms
            else:
                self._noticed(kind)

    async def _more(self, deadline):
        """Take bytes off the line. 0 when some came, BAD when a frame stays in part, None at deadline."""
        uart = self._uart
        while True:
            uart.received.clear()
            count = self._in.fill(uart) if uart.any() else 0
            if count:
                self._noise += count
                return 0
            left = deadline - self._clock.ticks_ms()
            if left <= 0:
                return None
            begun = self._in.begun()
            if await self._clock.wait((uart.received,), min(left, _GAP_MS) if begun else left) is None and begun:
                self._in.cut_short()
                return BAD

    async def _quiet(self):
        """Drop everything until the line has been silent for a moment."""
        for _ in range(_NOISE_MOST):
            self._uart.received.clear()
            self._in.drop()
            if not self._uart.any() or not self._in.fill(self._uart):
                if await self._clock.wait((self._uart.received,), _QUIET_MS) is None:
                    return

    async def write(self, data):
        try:
            await write_all(self._uart, self._clock, data)
        except OSError:
            raise ReaderError(_NAME, "write", "the line takes no bytes")
