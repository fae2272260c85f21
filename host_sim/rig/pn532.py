"""PN532: a contactless reader on high-speed UART. Source: NXP UM0701-02 (firmware 1.6), sections 6.2, 7.2 and 7.3."""

from collections.abc import Callable

from host_sim.rig.contactless import OK, Contactless
from host_sim.rig.field import Field
from host_sim.rig.hsu import ACK, EDGES, EDGES_TO_WAKE, ERROR, START, Frames, frame
from host_sim.rig.uart import Line
from host_sim.rig.world import Timer, World

__all__ = ["PN532", "Field"]

ACK_US, COMMAND_US = 300, 500
BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)
HOST, CHIP = 0xD4, 0xD5
WAKE_BY_HSU = 0x10
RF_ITEMS = {0x01: 1, 0x02: 3, 0x04: 1, 0x05: 3, 0x0A: 11, 0x0B: 8, 0x0C: 3, 0x0D: 9}  # item: bytes that it takes
BARE_FRAMES, AUTOMATIC_RATS = 0x40, 0x10  # bits of SetParameters

Answer = bytes | None
"""What a command answers at once, or None when it answers later."""


class Refused(Exception):
    """A command that the chip cannot make sense of: it answers with an error frame."""


class PN532:
    """world: the clock. field: where people hold cards.

    commands, refused, aborted: counts of commands. rf.exchanges: APDUs that reached a card. faults: what was wrong on
    the line, by kind (lcs, dcs, length, noise, and bytes at another baud rate or sent while it slept). damage: called
    once with the next answer's frame, gives what goes over the line instead; a NACK gets the sound one.
    """

    line: Line

    def __init__(self, world: World, field: Field):
        self.world, self.field = world, field
        self.rf = Contactless(world, field)
        self.damage: Callable[[bytes], bytes] | None = None
        self.commands = self.refused = self.aborted = 0
        self._frames = Frames()
        self.faults = self._frames.faults
        self.faults.update(baud=0, asleep=0)
        self._timer: Timer | None = None
        self._line_baud = BAUDS[4]
        self._commands: dict[int, Callable[[bytes], Answer]] = {
            0x00: self._diagnose,
            0x02: lambda data: bytes.fromhex("32010607"),  # PN532, firmware 1.6, type A and B and ISO 18092
            0x04: self._general_status,
            0x06: self._read_register,
            0x08: self._write_register,
            0x10: self._set_baud_rate,
            0x12: self._set_parameters,
            0x14: self._sam_configuration,
            0x16: self._power_down,
            0x32: self._rf_configuration,
            0x40: self._data_exchange,
            0x44: lambda data: self._target_command(data, self.rf.deselect),
            0x4A: self._list_passive_target,
            0x52: lambda data: self._target_command(data, self.rf.release),
            0x54: lambda data: self._target_command(data, self.rf.select),
        }
        self.reset()

    def reset(self) -> None:
        """As after power-up: asleep in low battery mode, field off, everything at its default."""
        self._quiet()
        self._frames.clear()
        self.rf.off()
        self.rf.retries, self.rf.rats = 0xFF, True
        self.baud, self._next_baud = 115200, 0
        self.awake = self.sam = self._bare = self._busy = False
        self._wakes = WAKE_BY_HSU
        self._edges = 0
        self._sleepy = False
        self._last = b""
        self._registers: dict[int, int] = {}

    def _quiet(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    # ---- the line
    def opened(self, baud: int) -> None:
        """The till opened its UART. At another rate than the chip's nothing gets through."""
        self._line_baud = baud
        self._frames.clear()

    def receive(self, data: bytes) -> None:
        if self._line_baud != self.baud:
            self.faults["baud"] += len(data)
            return
        if not self.awake:
            data = self._wake(data)
        self._frames.feed(data)
        while (found := self._frames.next()) is not None:
            self._handle(*found)

    def _wake(self, data: bytes) -> bytes:
        """Five rising edges wake the chip (7.2.11); a frame that comes before them wakes it too, but is lost."""
        begin = data.find(START)
        before = data if begin < 0 else data[:begin]
        self._edges += sum(EDGES[byte] for byte in before)
        self.awake = bool(self._wakes & WAKE_BY_HSU) and (self._edges >= EDGES_TO_WAKE or begin >= 0)
        if self.awake and self._edges >= EDGES_TO_WAKE:
            self._edges = 0
            return b"" if begin < 0 else data[begin:]
        self.faults["asleep"] += len(data) - len(before)
        self._edges = 0 if self.awake else self._edges
        return b""

    def _handle(self, kind: str, data: bytes) -> None:
        if kind == "nack":
            if self._last and not self._busy:
                self.line.send(self._last, ACK_US)
        elif kind == "ack":
            self._host_acknowledges()
        else:
            if self._busy:
                self._abort()
            self._busy = True
            self._timer = self.world.call_after(ACK_US, self._acknowledge, data)

    def _host_acknowledges(self) -> None:
        """After an answer it is what it says; before one it takes the command back (6.2.1.3)."""
        if self._busy:
            self._abort()
        elif self._next_baud:
            self.baud, self._next_baud = self._next_baud, 0

    def _abort(self) -> None:
        self.aborted += 1
        self._busy = False
        self._quiet()
        self.rf.stop()

    def _acknowledge(self, data: bytes) -> None:
        self._timer = None
        self.line.send(ACK)
        self.commands += 1
        try:
            if len(data) < 2 or data[0] != HOST or data[1] not in self._commands:
                raise Refused
            self._code = data[1]
            answer = self._commands[data[1]](data[2:])
        except Refused:
            self.refused += 1
            self._timer = self.world.call_after(COMMAND_US, self._send, ERROR)
            return
        if answer is not None:
            self._timer = self.world.call_after(COMMAND_US, self._reply, answer)

    def _reply(self, answer: bytes) -> None:
        self._send(frame(bytes([CHIP, self._code + 1]) + answer, self._bare))

    def _send(self, data: bytes) -> None:
        self._busy, self._timer = False, None
        self._last = data
        if self.damage is not None:
            data, self.damage = self.damage(data), None
        self.line.send(data)
        if self._sleepy:
            self.awake = self._sleepy = False

    # ---- settings (7.2)
    def _diagnose(self, data: bytes) -> Answer:
        test = data[0] if data else -1
        if test == 0x00:
            return data[:262]  # the line: what came goes back
        if test in (0x01, 0x02, 0x07):
            return bytes([OK])  # ROM, RAM, antenna
        if test == 0x06:
            return bytes([self.rf.present()])
        raise Refused

    def _general_status(self, data: bytes) -> Answer:
        targets = b"".join(bytes([number, 0, 0, 0]) for number in range(1, len(self.rf.targets) + 1))
        return bytes([self.rf.error, 0, len(self.rf.targets)]) + targets + bytes([0])

    def _read_register(self, data: bytes) -> Answer:
        if not data or len(data) % 2:
            raise Refused
        return bytes(self._registers.get(data[at] << 8 | data[at + 1], 0) for at in range(0, len(data), 2))

    def _write_register(self, data: bytes) -> Answer:
        if not data or len(data) % 3:
            raise Refused
        for at in range(0, len(data), 3):
            self._registers[data[at] << 8 | data[at + 1]] = data[at + 2]
        return b""

    def _set_baud_rate(self, data: bytes) -> Answer:
        if len(data) != 1 or data[0] >= len(BAUDS):
            raise Refused
        self._next_baud = BAUDS[data[0]]  # in force once the host has acknowledged the answer (7.2.8)
        return b""

    def _set_parameters(self, data: bytes) -> Answer:
        if len(data) != 1:
            raise Refused
        self.rf.rats = bool(data[0] & AUTOMATIC_RATS)
        self._bare = bool(data[0] & BARE_FRAMES)
        return b""

    def _sam_configuration(self, data: bytes) -> Answer:
        if not data or not 1 <= data[0] <= 4 or len(data) > 3:
            raise Refused
        self.sam = True
        return b""

    def _power_down(self, data: bytes) -> Answer:
        if not 1 <= len(data) <= 2:
            raise Refused
        self._wakes = data[0]
        self._sleepy = True
        self.rf.off()
        return bytes([OK])

    def _rf_configuration(self, data: bytes) -> Answer:
        if not data or RF_ITEMS.get(data[0]) != len(data) - 1:
            raise Refused
        if data[0] == 0x01 and not data[1] & 1:
            self.rf.off()
        if data[0] == 0x05:
            self.rf.retries = data[3]
        return b""

    # ---- cards (7.3)
    def _ready(self, right: bool) -> None:
        if not right or not self.sam:  # low battery mode ends with SAMConfiguration
            raise Refused

    def _list_passive_target(self, data: bytes) -> Answer:
        self._ready(len(data) >= 2 and 1 <= data[0] <= 2 and data[1] <= 4)
        self.rf.look(data[0], data[1] == 0, data[2:] if data[1] == 0 else b"", self._reply)
        return None

    def _data_exchange(self, data: bytes) -> Answer:
        self._ready(len(data) >= 1)
        self.rf.exchange(data[0] & 0x3F, data[1:], bool(data[0] & 0x40), self._reply)
        return None

    def _target_command(self, data: bytes, command: Callable[[int], int]) -> Answer:
        self._ready(len(data) == 1)
        return bytes([command(data[0])])
