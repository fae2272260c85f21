"""Contact card reader: a serial CCID reader that exchanges TPDUs, like the GemPC Twin. Source: USB CCID 1.1, 6."""

import gc

from micropython import const

from till.drivers.ccid_slot import NAME, Slot
from till.drivers.reader_error import CardGone, CardMute, ReaderError
from till.drivers.t0 import T0, T0Error
from till.drivers.t1 import T1, T1Error

_APDU_MS = const(40000)  # one command, whatever the card and the reader ask for
_LOOK_MS = const(1000)  # a notice may be lost: so often the reader is asked
_CARDS_MOST = const(100)
_ANSWER_MOST = const(512)


class ContactReader:
    """uart: write, any, readinto, received, begin, end.  clock: ticks_ms, sleep_ms, wait.

    Each command stands between uart.begin() and uart.end(). Between them the reader says nothing but a notice of two
    bytes when a card comes or goes: activity is the signal that is set then, and look() says whether a card is in.
    late, bad: counts of answers that nobody waited for any more, and of damaged ones.
    """

    CardGone = CardGone  # a card room that may not import drivers catches them by these names
    CardMute = CardMute
    ReaderError = ReaderError

    def __init__(self, uart, clock):
        self.activity = uart.received
        self._uart = uart
        self._clock = clock
        self._slot = Slot(uart, clock)
        self._link = self._slot.link
        self._answer = bytearray(_ANSWER_MOST)
        self._protocol = None
        self._clock_stopped = False

    @property
    def present(self):
        """Whether a card is in the slot, as the reader last said; None before it has said anything."""
        return self._link.present

    @property
    def atr(self):
        """What the card in the slot said about itself (drivers/atr.py), None while it has no power."""
        return self._slot.atr

    @property
    def late(self):
        return self._link.late

    @property
    def bad(self):
        return self._link.bad

    async def start(self):
        """See that the reader is there. ReaderError when it does not answer."""
        await self._slot.ask()

    def look(self):
        """Take what the reader has said by itself. Returns present. Writes nothing and takes no time."""
        self._link.listen()
        return self._link.present

    async def wait_card(self, cancel_signals=(), timeout_ms=None):
        """Wait until a card is in the slot and has answered to reset. Returns (ATR as bytes, None); (None, signal) when
        one of cancel_signals was set first, and it stays set; (None, None) after timeout_ms.

        A card that has power already is reset. CardMute: what is in the slot is no card that we can talk to, or lies
        the wrong way round; it has no power any more. ReaderError: the reader fails.
        """
        await self.release()
        gc.collect()
        deadline = None if timeout_ms is None else self._clock.ticks_ms() + timeout_ms
        for _ in range(_CARDS_MOST):
            fired = await self._until(True, cancel_signals, deadline)
            if fired is not None or not self.present:
                return None, fired
            try:
                return await self._begin(), None
            except CardGone:
                await self.release()  # pulled again at once
            except ReaderError:
                await self.release()
                raise
        raise ReaderError(NAME, "power on", "cards come and go without end")

    async def wait_removed(self, cancel_signals=(), timeout_ms=None):
        """Wait until the slot is empty. Returns (True, None), (False, signal) or (False, None) after timeout_ms."""
        await self.release()
        deadline = None if timeout_ms is None else self._clock.ticks_ms() + timeout_ms
        fired = await self._until(False, cancel_signals, deadline)
        return not self.present, fired

    async def exchange(self, apdu):
        """Send a command APDU (short form) to the card. Returns its data and SW1 SW2. CardGone, CardMute, ReaderError.

        A command that may have reached the card is never sent twice: it would count another transaction.
        """
        if self._protocol is None or not self._slot.held():
            raise CardGone(NAME, "exchange", "no card in the slot")
        if self._clock_stopped:
            self._clock_stopped = False
            await self._slot.set_clock(False)
        return await self._run("exchange", self._protocol.transmit(apdu))

    async def pause(self):
        """Stop the card's clock until the next command, where the card allows it: while a person or a host is slow."""
        if self._protocol is not None and self.atr.clock_stop and not self._clock_stopped:
            await self._slot.set_clock(True)
            self._clock_stopped = True

    async def release(self):
        """Take the power from the card and forget what it said. Never raises for a silent reader."""
        if self._slot.atr is None:
            return
        self._protocol = None
        self._clock_stopped = False
        try:
            await self._slot.power_off()
        except ReaderError:
            pass
        self._link.wipe()
        for index in range(_ANSWER_MOST):
            self._answer[index] = 0

    async def _begin(self):
        raw = await self._slot.power_up()
        if self._slot.protocol:
            protocol = T1(self.atr.ifsc, self._answer)
            await self._run("power on", protocol.start())
        else:
            protocol = T0(self._answer)
        self._protocol = protocol
        return raw

    async def _until(self, present, cancel_signals, deadline):
        """Until the slot is as wanted, or deadline; the signal that fired, or None."""
        clock = self._clock
        signals = (self._uart.received,) + tuple(cancel_signals)
        asked_ms = None
        while True:
            self.look()
            if asked_ms is None or clock.ticks_ms() - asked_ms >= _LOOK_MS:
                await self._slot.ask()
                asked_ms = clock.ticks_ms()
            if self.present is present:
                return None
            until_ms = asked_ms + _LOOK_MS
            if deadline is not None:
                if clock.ticks_ms() >= deadline:
                    return None
                until_ms = min(until_ms, deadline)
            fired = await clock.wait(signals, max(0, until_ms - clock.ticks_ms()))
            if fired is not None and fired is not self._uart.received:
                return fired

    async def _run(self, what, steps):
        """Carry a protocol's blocks to the card and back. Returns the generator's result."""
        until_ms = self._clock.ticks_ms() + _APDU_MS
        reply = None
        self._uart.begin()
        try:
            while True:
                try:
                    data, waiting = steps.send(reply)
                except StopIteration as end:
                    return end.value
                reply = await self._slot.transfer(what, data, waiting, until_ms)
        except T0Error as error:
            raise ReaderError(NAME, what, error.args[0])
        except T1Error as error:
            raise (CardMute if error.mute else ReaderError)(NAME, what, error.args[0])
        finally:
            self._uart.end()
