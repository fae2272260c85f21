"""What both sides of a chip share, the contacts and the field: SELECT, and a command for the selected application.

Sources: EMV 4.4 Book 1, 10.1, 11.3 and 12 (SELECT, directories, partial names); Book 3, 6.5.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv.application import Application
from host_sim.rig.cards.emv.memory import Memory

NOT_SUPPORTED, INVALIDATED = b"\x6a\x81", b"\x62\x83"
App = TypeVar("App", bound=Application)


class Face(Generic[App]):
    """memory: the card's, whichever side is used. CLASSES: class bytes it takes. DIRECTORY: the name of its directory.
    STEP_US, COMMAND_US: how long it computes, by instruction and otherwise."""

    CLASSES: tuple[int, ...]
    DIRECTORY: bytes
    STEP_US: Mapping[int, int]
    COMMAND_US: int

    def __init__(self, memory: Memory, applications: Sequence[App]):
        super().__init__()
        self.memory = memory
        self.applications = list(applications)
        self.reset()

    def reset(self) -> None:
        """Power, or the field, went away: what is in memory stays."""
        self.selected: App | None = None
        for application in self.applications:
            application.reset()

    def time_us(self, apdu: bytes) -> int:
        """How long the chip computes on a command."""
        return self.STEP_US.get(apdu[1], self.COMMAND_US) if len(apdu) > 1 else self.COMMAND_US

    def process(self, command: bytes) -> bytes:
        """One command APDU in, data and status word out."""
        parsed = apdu.parse(command)
        if parsed is None:
            return apdu.WRONG_LENGTH
        answer = self._process(parsed)
        self.memory.keep()
        return answer

    def open_directory(self) -> bytes | None:
        """The directory's control information, None where the card has none."""
        raise AssertionError("a side of a card without its directory")

    def read_directory(self, command: Command) -> bytes | None:
        """The answer to a READ RECORD of the directory, None while it is not open."""
        return None

    def perform(self, application: App, command: Command) -> bytes:
        """A command for the selected application: data and status word."""
        raise AssertionError("a side of a card without its commands")

    def _process(self, command: Command) -> bytes:
        if self.memory.blocked:
            return NOT_SUPPORTED
        if command.cla not in self.CLASSES:
            return apdu.WRONG_CLA
        if (command.cla, command.ins) == (0x00, 0xA4):
            return self._select(command)
        if (command.cla, command.ins) == (0x00, 0xB2) and (record := self.read_directory(command)) is not None:
            return record
        return apdu.CONDITIONS if self.selected is None else self.perform(self.selected, command)

    def _select(self, command: Command) -> bytes:
        before = self.selected
        self.reset()
        if command.p1 != 0x04 or command.p2 not in (0x00, 0x02):
            return apdu.WRONG_P1P2
        if not 5 <= len(command.data) <= 16:
            return apdu.WRONG_LENGTH
        if command.data == self.DIRECTORY and (directory := self.open_directory()) is not None:
            return directory + apdu.OK
        named = [app for app in self.applications if app.aid.startswith(command.data)]
        if command.p2:  # the next one with this beginning
            named = named[named.index(before) + 1 :] if before in named else []
        if not named:
            return apdu.NOT_FOUND
        self.selected = named[0]
        return named[0].control_information() + (INVALIDATED if named[0].state.blocked else apdu.OK)
