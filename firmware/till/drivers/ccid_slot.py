"""The card in a CCID reader's slot: power, speed and protocol, blocks. Source: USB CCID 1.1, section 6; ISO/IEC
7816-3:2006, sections 6 to 9.
"""

from micropython import const

from till.drivers.atr import AtrError, D, F, parse
from till.drivers.ccid_link import CcidLink
from till.drivers.reader_error import CardGone, CardMute, ReaderError

NAME = "contact reader"
_SET_PARAMETERS, _POWER_ON, _POWER_OFF = const(0x61), const(0x62), const(0x63)
_SLOT_STATUS, _ICC_CLOCK, _TRANSFER, _ABORT = const(0x65), const(0x6E), const(0x6F), const(0x72)
_ICC_MUTE, _PARITY_ERROR = const(0xFE), const(0xFD)  # bError, CCID table 6.2-2
_ABSENT = const(2)  # bmICCStatus
_VOLTAGES = ((3, 4), (2, 2), (1, 1))  # bPowerSelect and class of operation, the lowest first (ISO/IEC 7816-3, 6.2.1)

_COMMAND_MS = const(500)
_POWER_MS = const(3000)
_EXCHANGE_MS = const(6000)  # without a sign of life from the reader
_TRIES = const(3)


class Slot:
    """uart, clock as ContactReader's. atr: of the card with power, else None. protocol: T that it speaks."""

    def __init__(self, uart, clock):
        self.atr = None
        self.protocol = 0
        self.link = CcidLink(uart, clock)
        self._uart = uart
        self._pulls = 0

    async def ask(self):
        """Has the reader say whether a card is in. ReaderError when it does not answer."""
        await self._command("slot", _SLOT_STATUS)

    def held(self):
        """Whether the card that was powered up is still in its place."""
        self.link.listen()
        return self.atr is not None and self.link.pulls == self._pulls

    # ---- power
    async def power_up(self):
        """Reset the card and agree on protocol and speed. Returns the ATR. CardGone, CardMute, ReaderError."""
        self._pulls = self.link.pulls
        raw = await self._reset()
        atr = self.atr
        use = atr.protocols[0] if atr.specific is None else atr.specific
        if use > 1 or use and atr.crc:
            raise CardMute(NAME, "power on", "the card speaks neither T=0 nor T=1 with LRC")
        speed = atr.ta1
        if atr.negotiable:
            speed = 0x11
            faster = D[atr.ta1 & 15] * F[1] > F[atr.ta1 >> 4]
            if faster and await self._negotiate(use, atr.ta1):
                speed = atr.ta1
        await self._set_parameters(use, speed)
        self.protocol = use
        return raw

    async def power_off(self):
        """ReaderError."""
        self.atr = None
        await self._command("power off", _POWER_OFF)

    async def _reset(self):
        """Power at the lowest voltage that the card takes. Returns the ATR and sets atr."""
        named = 0  # classes of operation that the card has told
        fault = "no answer to reset"
        for select, operates in _VOLTAGES:
            if named and not named & operates:
                continue
            await self._command("power on", _POWER_ON, b"", select, _POWER_MS)
            if self._failed():
                self._gone("power on")
                continue  # a card that does not work at this voltage says nothing
            raw = bytes(self.link.data)
            try:
                atr = parse(raw)
            except AtrError as error:
                fault = "answer to reset, %s at %d" % (error.args[1], error.args[0])
                await self.power_off()
                continue
            if not atr.classes or atr.classes & operates or named:
                self.atr = atr
                return raw
            named = atr.classes
            await self.power_off()
        raise CardMute(NAME, "power on", fault)

    async def _negotiate(self, protocol, ta1):
        """PPS (ISO/IEC 7816-3, section 9). True when the card takes the speed; otherwise it stands at the first one."""
        request = bytes((0xFF, 0x10 | protocol, ta1, 0xFF ^ 0x10 ^ protocol ^ ta1))
        await self._command("speed", _TRANSFER, request, 0, _EXCHANGE_MS, 1)
        if not self._failed():
            answer = bytes(self.link.data)
            if answer == request:
                return True
            if answer == bytes((0xFF, protocol, 0xFF ^ protocol)):
                return False  # all but the speed
        self._gone("speed")
        await self._reset()  # a PPS that failed: from the beginning, without one (9.1)
        return False

    async def _set_parameters(self, protocol, speed):
        """The reader's own half of what was agreed (CCID 6.1.7)."""
        atr = self.atr
        inverse = 2 if atr.inverse else 0
        if protocol:
            data = bytes((speed, 0x10 | inverse, atr.guard, atr.bwi_cwi, atr.clock_stop, atr.ifsc, 0))
        else:
            data = bytes((speed, inverse, atr.guard, atr.wi, atr.clock_stop))
        await self._command("parameters", _SET_PARAMETERS, data, protocol)
        self._accepted("parameters")

    async def set_clock(self, stop):
        """Stop the card's clock, or let it run again (CCID 6.1.9)."""
        await self._command("clock", _ICC_CLOCK, b"", 1 if stop else 0)
        self._accepted("clock")

    # ---- blocks
    async def transfer(self, what, data, waiting, until_ms):
        """One TPDU or block to the card (CCID 6.1.4) and what it says; waiting: multiplier of the block waiting time.
        In T=1 b"" stands for a damaged block and None for silence. CardGone, CardMute, ReaderError.
        """
        link = self.link
        if not await link.ask(what, _TRANSFER, _EXCHANGE_MS, data, waiting, until_ms=until_ms):
            await self._abort()
            if not link.present:
                raise CardGone(NAME, what, "the card was taken away")
            raise ReaderError(NAME, what, "no answer in time")
        if not self._failed():
            return bytes(link.data)
        if link.status & 3:  # empty, or another card lies there that has no power yet
            link.pulls += 1
            raise CardGone(NAME, what, "the card was taken away")
        if link.error == _ICC_MUTE:
            if self.protocol:
                return None
            raise CardMute(NAME, what, "the card does not answer")
        if link.error == _PARITY_ERROR and self.protocol:
            return b""
        raise ReaderError(NAME, what, "error %02X" % link.error)

    async def _abort(self):
        """End the command under way in the reader (CCID 6.1.13); what it still says to that is late."""
        try:
            await self.link.ask("abort", _ABORT, _COMMAND_MS)
        except ReaderError:
            pass

    # ---- commands to the reader
    def _failed(self):
        return self.link.status >> 6 == 1

    def _gone(self, what):
        if self.link.status & 3 == _ABSENT:
            raise CardGone(NAME, what, "the card was taken away")

    def _accepted(self, what):
        if self._failed():
            self._gone(what)
            raise ReaderError(NAME, what, "refused, error %02X" % self.link.error)

    async def _command(self, what, code, data=b"", first=0, timeout_ms=_COMMAND_MS, tries=_TRIES):
        """A command that may be given twice; again where nothing came."""
        self._uart.begin()
        try:
            for _ in range(tries):
                if await self.link.ask(what, code, timeout_ms, data, first):
                    return
        finally:
            self._uart.end()
        raise ReaderError(NAME, what, "no answer: see that it is connected")
