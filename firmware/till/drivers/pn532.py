"""PN532 NFC controller on high-speed UART. Source: NXP UM0701-02, sections 6.2 (host link) and 7 (commands)."""

import gc

from micropython import const

from till.drivers.line_buffer import wipe
from till.drivers.pn532_link import NAME, HostLink
from till.drivers.reader_error import CardGone, ReaderError, TwoCards

_GET_FIRMWARE_VERSION = const(0x02)
_SAM_CONFIGURATION = const(0x14)
_RF_CONFIGURATION = const(0x32)
_IN_DATA_EXCHANGE = const(0x40)
_IN_LIST_PASSIVE_TARGET = const(0x4A)
_IN_RELEASE = const(0x52)

_IC_PN532 = const(0x32)
_MORE = const(0x40)  # MI: the APDU goes on in the next exchange
_STATUS = const(0x3F)
# Status codes (7.1) that mean the card no longer answers as it should: time-out, CRC, parity, bit count, framing,
# collision, RF protocol, data format, no such target, released, another card in its place, disappeared.
_GONE = b"\x01\x02\x03\x04\x05\x06\x0b\x13\x27\x29\x2a\x2b"

_WAKE = b"\x55\x55" + b"\x00" * 14  # five rising edges wake the chip, then its oscillator needs time (7.2.11)
_MAX_RETRIES = b"\x05\xff\x01\xff"  # item 5: look for a card until it comes or the host stops it (7.3.1)
_FIELD_OFF = b"\x01\x00"  # item 1
_TARGET = b"\x01"
_MORE_OF_TARGET = b"\x41"
_COMMAND_MS = const(300)
_EXCHANGE_MS = const(5000)  # a card may stretch its waiting time again and again: here it ends
_LIST_AGAIN_MS = const(20)
_TRIES = const(3)
_PART = const(262)  # bytes of an APDU in one exchange (7.3.8)
_ANSWER_MOST = const(512)
_ROUNDS_MOST = const(8)


class Target:
    """A card in the field. uid: 4, 7 or 10 bytes. ats: from its length byte TL on, b"" when it has no ISO 14443-4."""

    def __init__(self, uid, ats):
        self.uid = uid
        self.ats = ats


class PN532:
    """Contactless reader, cards of type A at 106 kbit/s.

    uart: write, any, readinto, received, begin, end.  clock: ticks_ms, sleep_ms, wait.
    From wait_card() to release() the RF field is on and stands between uart.begin() and uart.end().
    late counts frames that answered a question no longer asked, bad frames that arrived damaged.
    """

    CardGone = CardGone  # a card room that may not import drivers catches them by these names
    ReaderError = ReaderError
    TwoCards = TwoCards

    def __init__(self, uart, clock):
        self.version = None
        self._uart = uart
        self._clock = clock
        self._link = HostLink(uart, clock)
        self._answer = bytearray(_ANSWER_MOST)
        self._listening = False
        self._awake = False
        self._target = None

    @property
    def late(self):
        return self._link.late

    @property
    def bad(self):
        return self._link.bad

    async def start(self):
        """Wake the chip and set it up. ReaderError when it does not answer or is no PN532."""
        self._open()
        try:
            await self._start()
        finally:
            self._close()

    async def wait_card(self, cancel_signals=(), timeout_ms=None):
        """Wait until a card is in the field. Returns (Target, None); (None, signal) when one of cancel_signals was set
        first, and it stays set; (None, None) after timeout_ms. TwoCards when there are two, ReaderError when the reader
        fails.

        With a Target the RF field stays on until release(); otherwise it is off again.
        """
        if self._target is not None:
            await self.release()
        gc.collect()  # now: not while a card waits for its answer
        self._open()
        try:
            if not self._awake:
                await self._start()
            fired = await self._list(tuple(cancel_signals), timeout_ms)
            if self._target is None:
                await self._command("field off", _RF_CONFIGURATION, _FIELD_OFF)
            return self._target, fired
        except TwoCards:
            await self._let_go("release", _IN_RELEASE, b"\x00", 1)
            await self._let_go("field off", _RF_CONFIGURATION, _FIELD_OFF, _TRIES)
            raise
        except ReaderError:
            self._awake = False
            raise
        finally:
            if self._target is None:
                self._close()

    async def exchange(self, apdu):
        """Send a command APDU to the card. Returns its data and SW1 SW2. CardGone, ReaderError.

        A command is never sent twice: a card that got it the first time would count another transaction.
        """
        if self._target is None:
            raise CardGone(NAME, "exchange", "no card in the field")
        view = memoryview(apdu)
        sent = 0
        while len(view) - sent > _PART:
            await self._data_exchange(view[sent : sent + _PART], True)
            sent += _PART
        status = await self._data_exchange(view[sent:])
        length = self._take(0)
        for _ in range(_ROUNDS_MOST):
            if not status & _MORE:
                if length < 2:
                    raise ReaderError(NAME, "exchange", "answer without status word")
                return bytes(memoryview(self._answer)[:length])
            status = await self._data_exchange(b"")
            length = self._take(length)
        raise ReaderError(NAME, "exchange", "answer in more than %d parts" % _ROUNDS_MOST)

    async def release(self):
        """Let the card go, switch the field off and forget what it said. Never raises for a silent reader."""
        if not self._listening:
            return
        self._target = None
        try:
            await self._let_go("release", _IN_RELEASE, b"\x00", 1)  # all targets
            await self._let_go("field off", _RF_CONFIGURATION, _FIELD_OFF, _TRIES)
        finally:
            self._link.wipe()
            wipe(self._answer)
            self._close()

    async def _let_go(self, what, code, data, tries):
        try:
            await self._command(what, code, data, tries)
        except ReaderError:
            self._awake = False  # woken and set up again before the next card

    # ---- commands

    async def _start(self):
        self._awake = False
        for attempt in range(_TRIES):
            try:
                await self._link.write(_WAKE)
                # normal mode: no SAM; the chip takes no other command before this one
                await self._command("start", _SAM_CONFIGURATION, b"\x01\x00\x01", 1)
                break
            except ReaderError:
                if attempt == _TRIES - 1:
                    raise
        await self._command("start", _GET_FIRMWARE_VERSION, b"")
        answer = self._link.payload
        if len(answer) < 4 or answer[0] != _IC_PN532:
            raise ReaderError(NAME, "start", "the chip is no PN532")
        self.version = (answer[1], answer[2])
        await self._command("start", _RF_CONFIGURATION, _MAX_RETRIES)
        self._awake = True

    async def _list(self, cancel_signals, timeout_ms):
        """Sets _target, or returns the signal that fired or None."""
        clock = self._clock
        deadline = None if timeout_ms is None else clock.ticks_ms() + timeout_ms
        while True:
            self._link.begin(_IN_LIST_PASSIVE_TARGET, b"\x02\x00")  # type A; two, to see that there is only one
            left = None if deadline is None else max(0, deadline - clock.ticks_ms())
            answered, fired = await self._link.ask("listing", left, cancel_signals)
            if not answered:
                await self._link.abort()
                return fired
            self._target = self._listed()
            if self._target is not None:
                return None
            # The chip gave up by itself; not again at once, or a confused chip keeps the line busy.
            fired = await clock.wait(cancel_signals, _LIST_AGAIN_MS)
            if fired is not None or (deadline is not None and clock.ticks_ms() >= deadline):
                return fired

    def _listed(self):
        """The Target of an answer to InListPassiveTarget (7.3.5), or None when it names no card."""
        answer = self._link.payload
        if not answer or answer[0] == 0:
            return None
        if answer[0] != 1:
            raise TwoCards(NAME, "listing", "more than one card")
        # Tg, SENS_RES (2), SEL_RES, NFCIDLength, NFCID1, then ATSLength and ATS where the card has ISO 14443-4
        if len(answer) < 6 or answer[1] != 1 or len(answer) < 6 + answer[5]:
            raise ReaderError(NAME, "listing", "answer cut short")
        uid = bytes(answer[6 : 6 + answer[5]])
        ats = bytes(answer[6 + len(uid) :])
        if not answer[4] & 0x20 or (ats and ats[0] != len(ats)):
            ats = b""
        return Target(uid, ats)

    async def _data_exchange(self, data, more=False):
        """One InDataExchange (7.3.8). Its data is in the link's payload after the status byte, which is returned."""
        self._link.begin(_IN_DATA_EXCHANGE, _MORE_OF_TARGET if more else _TARGET, data)
        answered, _ = await self._link.ask("exchange", _EXCHANGE_MS)
        if not answered:
            await self._link.abort()
            raise ReaderError(NAME, "exchange", "no answer in %d ms" % _EXCHANGE_MS)
        if not self._link.payload:
            raise ReaderError(NAME, "exchange", "answer without status")
        status = self._link.payload[0]
        code = status & _STATUS
        if code:
            kind = CardGone if code in _GONE else ReaderError
            raise kind(NAME, "exchange", "status %02X" % code)
        return status

    def _take(self, length):
        """Append the answer's data to what length bytes of it are already there. Returns the new length."""
        part = self._link.payload[1:]
        end = length + len(part)
        if end > _ANSWER_MOST:
            raise ReaderError(NAME, "exchange", "answer over %d bytes" % _ANSWER_MOST)
        memoryview(self._answer)[length:end] = part
        return end

    async def _command(self, what, code, data, tries=_TRIES):
        """A command to the chip itself, sent again where nothing came: a damaged frame gets no answer from it."""
        for _ in range(tries):
            self._link.begin(code, data)
            answered, _ = await self._link.ask(what, _COMMAND_MS)
            if answered:
                return
            await self._link.abort()
        raise ReaderError(NAME, what, "no answer")

    def _open(self):
        if not self._listening:
            self._listening = True
            self._uart.begin()

    def _close(self):
        if self._listening:
            self._listening = False
            self._uart.end()
