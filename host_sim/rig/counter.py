"""The counter: one till with everything that is wired to it, in front of one clock.

person -> keypad, field, slot    display, printer -> person
till <-> bus <-> models                 link <-> host (real TCP)
"""

import asyncio
import random
import struct
from collections.abc import Callable

from host_sim.rig import bus
from host_sim.rig.ccid_reader import CcidReader
from host_sim.rig.field import Field
from host_sim.rig.lines import Talkers
from host_sim.rig.link import Link, Progress
from host_sim.rig.nor import Nor, PowerCut
from host_sim.rig.pico.emulator import find
from host_sim.rig.pico.image import Image
from host_sim.rig.pico.supply import PicoSupply
from host_sim.rig.pn532 import PN532
from host_sim.rig.printer import EscPosPrinter
from host_sim.rig.serial_port import SerialPort
from host_sim.rig.slot import Slot
from host_sim.rig.ssd1306 import SSD1306
from host_sim.rig.supply import Supply
from host_sim.rig.tca8418 import TCA8418
from host_sim.rig.uart import Line
from host_sim.rig.wiring import Console, FlashPort, I2cPort, Pins, UartPort
from host_sim.rig.world import Timer, World

FLASH_BYTES = 2 * 1024 * 1024
CRASH = "crash"  # a note of the till's: what left it as a fault
FUSE_BYTES = 32
PACED_US = 20_000
LINK_OPENED, LINK_REFUSED = 2, 3  # what WAIT and ADVANCE say of the link beside 0 (bytes) and 1 (closed)
UNDER_WAY = 2
CONSOLE = 1  # and of the board itself: its console has bytes


class Counter:
    """world: the clock. host: (name, port) of the acquirer. progress: its account of a connection when it runs in
    this process. seed: of every random thing here. trace: a digest of the bus. nor: a flash from an earlier run.
    fuses: the board's one-time-programmable secret. contact_port: a serial port with a contact reader on it, instead of
    the model; OSError when it cannot be opened."""

    def __init__(
        self,
        world: World,
        host: tuple[str, int],
        progress: Progress | None = None,
        seed: int = 1,
        nor: Nor | None = None,
        trace: bus.Trace | None = None,
        fuses: bytes | None = None,
        contact_port: str | None = None,
    ):
        self.world = world
        self.random = random.Random(seed)
        self.fuses = fuses or self.random.randbytes(FUSE_BYTES)
        self.trace = trace or bus.Trace()
        self.notes: dict[str, str] = {}
        self.deaths: list[str] = []
        self.boots = 0
        self.bus_operations = 0
        self.before: Callable[[bus.Message], None] | None = None  # sees each question first; may raise PowerCut

        self.display = SSD1306()
        self.keypad = TCA8418()
        self.field = Field()
        self.nfc = PN532(world, self.field)
        self.slot = Slot()
        self.contact = SerialPort(world, contact_port) if contact_port else CcidReader(world, self.slot)
        self.talkers = Talkers()
        self.printer = EscPosPrinter(world)
        self.nor = nor or Nor(FLASH_BYTES, random.Random(seed + 1))
        self.link = Link(world, host, progress, lambda detail: self._raise(bus.LINK, detail))
        self.lines = {
            bus.UART0: Line(world, self.nfc, lambda: self._raise(bus.UART0, 0)),
            bus.UART1: Line(world, self.printer, lambda: self._raise(bus.UART1, 0)),
            bus.UART2: Line(world, self.contact, lambda: self._raise(bus.UART2, 0)),
            bus.UART3: Line(world, self.talkers, lambda: self._raise(bus.UART3, 0)),
        }
        self.pins = Pins(lambda pin: self._raise(bus.GPIO, pin), self._pin_driven)
        self.keypad.irq = self.pins.drive_keypad
        self._i2c = I2cPort({self.display.address: self.display, self.keypad.address: self.keypad})
        self._flash = FlashPort(self.nor)
        self.console = Console(lambda: self._raise(bus.BOARD, CONSOLE))
        self._uarts = {device: UartPort(line) for device, line in self.lines.items()}
        self.display.changed = world.changed
        self.printer.cut = self._slip_cut
        self.on_slip: Callable[[object], None] = lambda slip: None
        self.on_power: Callable[[bool], None] = lambda on: None
        self.pins_changed: Callable[[], None] = lambda: None

        self.supply: Supply | PicoSupply | None = None
        self._server: asyncio.Server | None = None
        self._connection: bus.Connection | None = None
        self._raised: list[tuple[int, int]] = []
        self._restarting: asyncio.Future[None] | None = None
        self._asleep = False  # the till waits, until _waiting is due or for ever
        self._waiting: Timer | None = None
        self._acting = False
        self._ending = False
        self._own_clock = False  # the board says how late it is, and is told what comes due (docs/bus.md, ADVANCE)
        self.cycles = 0  # in which such a board's core has not slept, since its power came

    # ---- opening hours
    async def open(self, heap_bytes: int, board: Image | None = None) -> None:
        """heap_bytes: of the unix port. board: an emulated Pico with that image instead, in the flash already."""
        loop = asyncio.get_running_loop()
        if isinstance(self.contact, SerialPort):
            self.contact.open()
        self._server = await loop.create_server(self._connect, "127.0.0.1", 0)
        address = self._server.sockets[0].getsockname()[:2]
        if board is None:
            self.supply = Supply(self.world, address, heap_bytes, self._ended)
        else:
            self.supply = PicoSupply(self.world, address, find(), board.heap, self._ended)

    async def close(self) -> None:
        self.power_cut()
        if isinstance(self.contact, SerialPort):
            self.contact.close()
        if self.supply is not None:
            await self.supply.reaped()
        if self._server is not None:
            self._server.close()

    async def power_on(self, program: str = "main.py", stdin: bytes = b"") -> asyncio.subprocess.Process:
        assert self.supply is not None
        self.boots += 1
        self.on_power(True)
        return await self.supply.switch_on(program, stdin)

    def power_cut(self) -> None:
        """Nothing on the counter has power any more; only the flash and the fuses remember."""
        if self.supply is not None:
            self.supply.switch_off()
        self._dark()
        self._end_of_program()

    def _dark(self) -> None:
        """The board is gone from the bus, and what hung on its power has forgotten everything."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if self._acting:
            self._park()
        self._asleep = False
        self._own_clock, self.cycles = False, 0
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._raised.clear()
        self._i2c.off()
        self.console.off()
        self.pins.off()
        self.link.close()
        for line in self.lines.values():
            line.off()
        self.keypad.reset()
        self.display.reset()
        self.nfc.reset()
        self.contact.reset()
        self.talkers.reset()
        self.printer.reset()
        self.on_power(False)
        self.world.changed()

    @property
    def powered(self) -> bool:
        return self.supply is not None and self.supply.on

    def _ended(self, fault: str) -> None:
        if fault:
            self.deaths.append(fault)
        self._dark()
        self._end_of_program()

    def _end_of_program(self) -> None:
        if self._ending:
            self._ending = False
            self.world.end()

    def _slip_cut(self, slip: object) -> None:
        self.on_slip(slip)
        self.world.changed()

    # ---- the bus
    def _connect(self) -> bus.Connection:
        return bus.Connection(self, lambda: self.world.now_us, self.trace)

    def attached(self, connection: bus.Connection) -> None:
        assert self._connection is None, "a second board on one counter"
        self._connection = connection
        self._acts()
        assert self.supply is not None
        self.supply.booted()

    def detached(self, connection: bus.Connection) -> None:
        if connection is self._connection:
            self._ending = True  # the program has left the bus: the clock stands until it is really gone
            self.world.begin()
            self._dark()

    def _raise(self, device: int, detail: int) -> None:
        if self._connection is None:
            return
        if (device, detail) not in self._raised:
            self._raised.append((device, detail))
        if self._asleep:
            if self._waiting is not None:
                self._waiting.cancel()
            if self._own_clock:  # when all is still: what comes due next is part of the answer
                self._waiting = self.world.call_after(0, self._wake)
            else:
                self._wake()

    def _pin_driven(self) -> None:
        self.pins_changed()
        self.world.changed()

    def _acts(self) -> None:
        self._acting = True
        self.world.begin()

    def _park(self) -> None:
        self._acting = False
        self.world.end()

    def _resume(self, connection: bus.Connection, answer: bytes) -> None:
        """The till acts again from this instant on, unless its power has gone meanwhile."""
        if connection is self._connection:
            self._acts()
            connection.answer(answer)

    def _wake(self) -> None:
        self._asleep, self._waiting = False, None
        if self._connection is not None:
            answer = (self._horizon() if self._own_clock else b"") + self._take_raised()
            self._resume(self._connection, answer)

    def _take_raised(self) -> bytes:
        raised, self._raised = self._raised, []
        return bytes(byte for pair in raised for byte in pair)

    def _horizon(self) -> bytes:
        """When something comes due next, for a board with a clock of its own; soon, where the world is paced."""
        due_us = self.world.next_us()
        horizon_us = bus.FOREVER if due_us is None else due_us
        if self.world.pace is not None:
            horizon_us = min(horizon_us, self.world.now_us + PACED_US)
        return struct.pack("<Q", horizon_us)

    def ask(self, connection: bus.Connection, message: bus.Message) -> bytes | None:
        self.bus_operations += 1
        if self._own_clock:
            self.world.catch_up(message.time_us)
        try:
            if self.before is not None:
                self.before(message)
            answer, cost_us = self._do(message)
        except PowerCut:
            self.power_cut()
            return None
        except (KeyError, ValueError, IndexError) as error:
            raise bus.BusError(f"op {message.op:02X} on device {message.device}, {error}: see docs/bus.md") from None
        if self._own_clock and answer is not None:
            connection.answer(answer, cost_us)
            return None
        if answer is None or not cost_us or self.world.try_spend(cost_us):
            return answer
        self.world.call_after(cost_us, self._resume, connection, answer)
        self._park()
        return None

    def _do(self, message: bus.Message) -> tuple[bytes | None, int]:
        """The answer's payload (None: it comes later or never) and what it costs in microseconds."""
        operation = {
            bus.BOARD: self._board,
            bus.I2C0: self._i2c.ask,
            bus.UART0: self._uarts[bus.UART0].ask,
            bus.UART1: self._uarts[bus.UART1].ask,
            bus.UART2: self._uarts[bus.UART2].ask,
            bus.UART3: self._uarts[bus.UART3].ask,
            bus.FLASH: self._flash.ask,
            bus.GPIO: self.pins.ask,
            bus.LINK: self._link,
        }[message.device]
        return operation(message)

    def _board(self, message: bus.Message) -> tuple[bytes | None, int]:
        op, payload = message.op, message.payload
        if op == bus.HELLO:
            return payload[:1], 0  # the board's version: the bus refuses others
        if op == bus.WAIT:
            return self._wait(*struct.unpack("<Q", payload)), 0
        if op == bus.ADVANCE:
            return self._advance(*struct.unpack("<QQ", payload)), 0
        if op == bus.ENTROPY:
            return self.random.randbytes(*struct.unpack("<H", payload)), 0
        if op == bus.FUSES:
            return self.fuses, 0
        if op == bus.NOTE:
            name, _, value = payload.decode().partition("=")
            self.notes[name] = value
            if name == CRASH:
                self.deaths.append(f"the till restarted after a fault: {value}")
            return b"", 0
        if op == bus.POWER:
            asyncio.get_running_loop().call_soon(self._powered_down, payload == b"\x01")
            return None, 0
        return self.console.ask(message)

    def _powered_down(self, again: bool) -> None:
        self.power_cut()
        if again:
            self.world.begin()
            self._restarting = asyncio.ensure_future(self._restart())

    async def _restart(self) -> None:
        assert self.supply is not None
        await self.supply.reaped()
        await self.power_on()
        self.world.end()

    def _wait(self, until_us: int) -> bytes | None:
        if self._raised:
            return self._take_raised()
        self._asleep = True
        if until_us != bus.FOREVER:
            self._waiting = self.world.call_after(max(0, until_us - self.world.now_us), self._wake)
        self._park()
        return None

    def _advance(self, until_us: int, cycles: int) -> bytes | None:
        """As WAIT, for a board with a clock of its own, which runs by itself until something comes due."""
        if not self._own_clock:
            self._own_clock = True
            for line in self.lines.values():
                line.board_paces = True
        self.cycles = cycles
        wait_us = max(0, until_us - self.world.now_us)
        if not self._raised and until_us != bus.FOREVER and self.world.try_spend(wait_us):
            return self._horizon()
        self._asleep = True
        if self._raised:
            self._waiting = self.world.call_after(0, self._wake)
        elif until_us != bus.FOREVER:
            self._waiting = self.world.call_after(wait_us, self._wake)
        self._park()
        return None

    def _link(self, message: bus.Message) -> tuple[bytes | None, int]:
        op, payload = message.op, message.payload
        if op == bus.OPEN:
            connection = self._connection
            assert connection is not None
            if self._own_clock:
                self.link.open(lambda ok: self._raise(bus.LINK, LINK_OPENED if ok else LINK_REFUSED))
                return bytes([UNDER_WAY]), 0
            self.link.open(lambda ok: self._resume(connection, bytes([ok])))
            self._park()
            return None, 0
        if op == bus.SEND:
            return struct.pack("<H", self.link.from_till(payload)), 0
        if op == bus.RECEIVE:
            return self.link.take(*struct.unpack("<H", payload)), 0
        if op == bus.CLOSE:
            self.link.close()
            return b"", 0
        raise ValueError("not an operation of the link")
