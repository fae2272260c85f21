"""A contact reader on a serial line that speaks CCID and exchanges TPDUs, like the GemPC Twin (dwFeatures 00010230).

Source: USB CCID 1.1, sections 6.1 (commands), 6.2 (answers, errors in table 6.2-2)."""

from collections.abc import Callable

from host_sim.rig.cards.contact import Mute, Pulled
from host_sim.rig.contacts import Contacts
from host_sim.rig.serial_ccid import INSERTED, NAK, REMOVED, Frames, Message, frame
from host_sim.rig.slot import Slot
from host_sim.rig.uart import Line
from host_sim.rig.world import Timer, World

BAUD = 115200
COMMAND_US = 500
EXTEND_US = 1_000_000  # so often it says that the card is not done
GAP_US = 50_000  # a frame that stops half way is over
ACTIVE, INACTIVE, ABSENT = range(3)
FAILED, MORE_TIME = 0x40, 0x80
MUTE, BUSY, ABORTED, HARDWARE, NOT_SUPPORTED = 0xFE, 0xE0, 0xFF, 0xFB, 0x00
BAD_LENGTH, BAD_SLOT, BAD_PROTOCOL = 1, 5, 7
DATA_BLOCK, SLOT_STATUS, PARAMETERS, ESCAPE = 0x80, 0x81, 0x82, 0x83
FIRMWARE = b"GemTwRC2-V2.10-GL04"  # what a GemPC Twin answers to the escape 02
DEFAULTS = {0: bytes.fromhex("1100000A00"), 1: bytes.fromhex("1110004D002000")}


class CcidReader:
    """world: the clock. slot: where a person puts cards. contacts: between the two.

    plugged: False while its cable is out. echo: sends back what it receives, as a GemPC Twin does. damage: called once
    with the next answer's frame, gives what goes over the line instead; asked to say it again it sends the sound one.
    commands, naks, aborted, extensions: counts. faults: what was wrong on the line, by kind.
    """

    line: Line

    def __init__(self, world: World, slot: Slot, timed: bool = True):
        self.world, self.slot = world, slot
        self.contacts = Contacts(slot, timed)
        self.plugged, self.echo = True, False
        self.damage: Callable[[bytes], bytes] | None = None
        self.commands = self.naks = self.aborted = self.extensions = 0
        self._frames = Frames()
        self.faults = self._frames.faults
        self.faults.update(baud=0, unplugged=0, short=0)
        self._baud = 0
        self._gap: Timer | None = None
        self._timer: Timer | None = None
        self._running: Message | None = None
        self._last = b""
        self._commands: dict[int, tuple[int, Callable[[Message], None]]] = {
            0x61: (PARAMETERS, self._set_parameters),
            0x62: (DATA_BLOCK, self._power_on),
            0x63: (SLOT_STATUS, self._power_off),
            0x65: (SLOT_STATUS, lambda message: self._done()),
            0x6B: (ESCAPE, lambda message: self._done(FIRMWARE if message.data[:1] == b"\x02" else b"")),
            0x6C: (PARAMETERS, lambda message: self._done(self.parameters)),
            0x6D: (PARAMETERS, self._reset_parameters),
            0x6E: (SLOT_STATUS, self._clock),
            0x6F: (DATA_BLOCK, self._transfer),
            0x72: (SLOT_STATUS, lambda message: self._done()),
        }
        slot.watchers.append(self._slot_changed)
        self.reset()

    def reset(self) -> None:
        """As after power-up."""
        self._stop()
        self._frames.clear()
        self.contacts.power_off()
        self.protocol, self.parameters = 0, DEFAULTS[0]
        self._last = b""

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._running = None

    # ---- the line
    def opened(self, baud: int) -> None:
        self._baud = baud
        self._frames.clear()

    def receive(self, data: bytes) -> None:
        if not self.plugged or self._baud != BAUD:
            self.faults["baud" if self.plugged else "unplugged"] += len(data)
            return
        if self.echo:
            self._send(data)
        if self._gap is not None:
            self._gap.cancel()
        self._gap = None
        self._frames.feed(data)
        while (found := self._frames.next()) is not None:
            kind, message = found
            if kind == "bad":
                self._nak()
            elif kind == "nak":
                self._send(self._last)
            elif message is not None:
                self._command(message)
        if self._frames.begun:
            self._gap = self.world.call_after(GAP_US, self._cut_short)

    def _cut_short(self) -> None:
        self.faults["short"] += 1
        self._frames.clear()
        self._nak()

    def _nak(self) -> None:
        self.naks += 1
        self._send(NAK)

    def _send(self, data: bytes) -> None:
        if self.plugged and data:
            self.line.send(data)

    def _slot_changed(self) -> None:
        if self.slot.card is None:
            self.contacts.off()
        self._send(INSERTED if self.slot.card is not None else REMOVED)
        if self._running is not None and self._running.kind in (0x62, 0x6F) and self.slot.card is None:
            self._fail(MUTE)

    # ---- commands and answers
    def _command(self, message: Message) -> None:
        if self._running is not None and message.kind != 0x72:
            self._answer(message, bytes([FAILED | self._icc(), BUSY, 0]))
            return
        if self._running is not None:
            self.aborted += 1
            self._stop()
        self.commands += 1
        self._running = message
        self._timer = self.world.call_after(COMMAND_US, self._run, message)

    def _run(self, message: Message) -> None:
        if message.slot:
            self._fail(BAD_SLOT)
        elif message.kind not in self._commands:
            self._fail(NOT_SUPPORTED)
        else:
            self._commands[message.kind][1](message)

    def _icc(self) -> int:
        if self.slot.card is None:
            return ABSENT
        return ACTIVE if self.contacts.powered else INACTIVE

    def _answer(self, message: Message, specific: bytes, data: bytes = b"") -> None:
        kind = self._commands[message.kind][0] if message.kind in self._commands else SLOT_STATUS
        sent = frame(Message(kind, message.slot, message.seq, specific, data))
        if specific[0] & 0xC0 != MORE_TIME:
            self._last = sent
        if self.damage is not None:
            sent, self.damage = self.damage(sent), None
        self._send(sent)

    def _done(self, data: bytes = b"") -> None:
        message = self._running
        assert message is not None
        third = self.protocol if message.kind in (0x61, 0x6C, 0x6D) else 0
        if self._commands[message.kind][0] == SLOT_STATUS and not self.contacts.clock:
            third = 1  # stopped low
        self._stop()
        self._answer(message, bytes([self._icc(), 0, third]), data)

    def _fail(self, error: int) -> None:
        message = self._running
        assert message is not None
        self._stop()
        self._answer(message, bytes([FAILED | self._icc(), error, 0]))

    def _after(self, delay_us: int, call: Callable[..., None], *args: object) -> None:
        """What comes of a command later, with a word every now and then that it is not there yet."""
        if delay_us <= EXTEND_US:
            self._timer = self.world.call_after(delay_us, call, *args)
        else:
            self._timer = self.world.call_after(EXTEND_US, self._extend, delay_us - EXTEND_US, call, *args)

    def _extend(self, delay_us: int, call: Callable[..., None], *args: object) -> None:
        assert self._running is not None
        self.extensions += 1
        self._answer(self._running, bytes([MORE_TIME | self._icc(), 1, 0]))
        self._after(delay_us, call, *args)

    # ---- power and settings
    def _power_on(self, message: Message) -> None:
        self.protocol, self.parameters = 0, DEFAULTS[0]
        self._with_card(lambda: self.contacts.reset(message.specific[0]))

    def _power_off(self, message: Message) -> None:
        self.contacts.power_off()
        self._done()

    def _set_parameters(self, message: Message) -> None:
        protocol = message.specific[0]
        if protocol not in DEFAULTS:
            self._fail(BAD_PROTOCOL)
        elif len(message.data) != len(DEFAULTS[protocol]):
            self._fail(BAD_LENGTH)
        else:
            self.protocol, self.parameters = protocol, message.data
            self._done(message.data)

    def _reset_parameters(self, message: Message) -> None:
        self.protocol, self.parameters = 0, DEFAULTS[0]
        self._done(self.parameters)

    def _clock(self, message: Message) -> None:
        self.contacts.clock = message.specific[0] == 0
        self._done()

    # ---- the card
    def _transfer(self, message: Message) -> None:
        data, times = message.data, message.specific[0]
        contacts = self.contacts
        if not contacts.powered:
            self._fail(MUTE if self.slot.card is None else HARDWARE)
        elif contacts.fresh and data[:1] == b"\xff":
            self._with_card(lambda: contacts.pps(data))
        elif self.protocol != contacts.protocol or self.parameters[0] != contacts.speed:
            self._after(contacts.wwt_us(10), self._fail, MUTE)  # at another speed neither side hears the other
        elif self.protocol:
            self._with_card(lambda: contacts.block(data, self.parameters[3] >> 4, times))
        elif len(data) < 4:
            self._fail(BAD_LENGTH)
        else:
            self._with_card(lambda: contacts.tpdu(data, self.parameters[3]))

    def _with_card(self, step: Callable[[], bytes]) -> None:
        if self.slot.card is None:
            self._fail(MUTE)
            return
        try:
            data = step()
        except Mute:
            self._after(self.contacts.elapsed_us, self._fail, MUTE)
        except Pulled:
            self._after(self.contacts.elapsed_us, self.slot.pull)
        else:
            self._after(self.contacts.elapsed_us, self._done, data)
