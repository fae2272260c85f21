"""The chip of a contact card: selection, and each command handed to the application that is selected.

Sources: EMV 4.4 Book 1, 10.1, 11 and 12 (directory, SELECT); Book 3, 6.5.
"""

from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv import generate, scripts
from host_sim.rig.cards.emv.application import Application
from host_sim.rig.cards.emv.memory import Memory
from host_sim.rig.cards.tlv import tlv

PSE = b"1PAY.SYS.DDF01"
DIRECTORY_SFI = 1
NOT_SUPPORTED, INVALIDATED = b"\x6a\x81", b"\x62\x83"
STEP_US = {0xA4: 15_000, 0xA8: 95_000, 0xB2: 10_000, 0xAE: 180_000, 0x88: 250_000, 0x20: 60_000, 0x82: 50_000}
COMMAND_US = 20_000


class Chip:
    """card: what personalise.py wrote. memory: the card's, with a state for each of its applications."""

    def __init__(self, card: Mapping[str, Any], memory: Memory):
        self.memory = memory
        self.applications = [Application(spec, memory.states[spec["aid"].upper()]) for spec in card["applications"]]
        self._directory = card.get("directory", True)
        self.reset()

    def reset(self) -> None:
        """Power, or the field, went away: what is in memory stays."""
        self.selected: Application | None = None
        self._directory_open = False
        for application in self.applications:
            application.reset()

    def time_us(self, command: bytes) -> int:
        """How long the chip computes on a command."""
        return STEP_US.get(command[1], COMMAND_US) if len(command) > 1 else COMMAND_US

    def process(self, command: bytes) -> bytes:
        """One command APDU in, data and status word out."""
        parsed = apdu.parse(command)
        if parsed is None:
            return apdu.WRONG_LENGTH
        answer = self._process(parsed)
        self.memory.keep()
        return answer

    def _process(self, command: Command) -> bytes:
        if self.memory.blocked:
            return NOT_SUPPORTED
        if command.cla not in (0x00, 0x04, 0x80, 0x84):
            return apdu.WRONG_CLA
        if (command.cla, command.ins) == (0x00, 0xA4):
            return self._select(command)
        if (command.cla, command.ins) == (0x00, 0xB2) and self._directory_open:
            return self._read_directory(command)
        app = self.selected
        if app is None:
            return apdu.CONDITIONS
        if command.ins in scripts.SCRIPT_INS:
            return scripts.script(app, self.memory, command)
        steps = {
            (0x80, 0xA8): app.processing_options,
            (0x00, 0xB2): app.read_record,
            (0x80, 0xCA): app.get_data,
            (0x80, 0xAE): lambda one: generate.generate_ac(app, one),
            (0x00, 0x82): lambda one: generate.external_authenticate(app, one),
            (0x00, 0x88): lambda one: generate.internal_authenticate(app, one),
            (0x00, 0x20): lambda one: scripts.verify(app, one),
        }
        step = steps.get((command.cla, command.ins))
        if step is None:
            return apdu.WRONG_CLA if command.ins in {ins for _, ins in steps} else apdu.WRONG_INS
        return step(command)

    def _select(self, command: Command) -> bytes:
        before = self.selected
        self.reset()
        if command.p1 != 0x04 or command.p2 not in (0x00, 0x02):
            return apdu.WRONG_P1P2
        if not 5 <= len(command.data) <= 16:
            return apdu.WRONG_LENGTH
        if command.data == PSE:
            if not self._directory:
                return apdu.NOT_FOUND
            self._directory_open = True
            inside = tlv(0x88, bytes([DIRECTORY_SFI])) + tlv(0x5F2D, b"zhen") + tlv(0x9F11, b"\x01")
            return tlv(0x6F, tlv(0x84, PSE) + tlv(0xA5, inside)) + apdu.OK
        named = [app for app in self.applications if app.aid.startswith(command.data)]
        if command.p2:  # the next one with this beginning
            named = named[named.index(before) + 1 :] if before in named else []
        if not named:
            return apdu.NOT_FOUND
        self.selected = named[0]
        status = INVALIDATED if self.selected.state.blocked else apdu.OK
        return self.selected.control_information() + status

    def _read_directory(self, command: Command) -> bytes:
        """One entry a record: EMV Book 1, 12.2.3."""
        if command.p2 != DIRECTORY_SFI << 3 | 4 or not command.p1:
            return apdu.NOT_FOUND
        if command.p1 > len(self.applications):
            return apdu.NO_RECORD
        app = self.applications[command.p1 - 1]
        entry = tlv(0x4F, app.aid) + tlv(0x50, app.spec["label"].encode("ascii"))
        entry += tlv(0x87, bytes([app.priority]))
        return tlv(0x70, tlv(0x61, entry)) + apdu.OK
