"""The chip of a contact card: its directory, and each command handed to the application that is selected.

Sources: EMV 4.4 Book 1, 12.2 (the payment system environment); Book 3, 6.5.
"""

from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.emv import generate, scripts
from host_sim.rig.cards.emv.application import Application
from host_sim.rig.cards.emv.face import Face
from host_sim.rig.cards.emv.memory import Memory
from host_sim.rig.cards.tlv import tlv

DIRECTORY_SFI = 1


class Chip(Face[Application]):
    """card: what personalise.py wrote. memory: the card's, with a state for each of its applications."""

    CLASSES = (0x00, 0x04, 0x80, 0x84)
    DIRECTORY = b"1PAY.SYS.DDF01"
    STEP_US = {0xA4: 15_000, 0xA8: 95_000, 0xB2: 10_000, 0xAE: 180_000, 0x88: 250_000, 0x20: 60_000, 0x82: 50_000}
    COMMAND_US = 20_000

    def __init__(self, card: Mapping[str, Any], memory: Memory):
        self._has_directory = card.get("directory", True)
        specs = card["applications"]
        super().__init__(memory, [Application(spec, memory.states[spec["aid"].upper()]) for spec in specs])

    def reset(self) -> None:
        super().reset()
        self._directory_open = False

    def open_directory(self) -> bytes | None:
        if not self._has_directory:
            return None
        self._directory_open = True
        inside = tlv(0x88, bytes([DIRECTORY_SFI])) + tlv(0x5F2D, b"zhen") + tlv(0x9F11, b"\x01")
        return tlv(0x6F, tlv(0x84, self.DIRECTORY) + tlv(0xA5, inside))

    def read_directory(self, command: Command) -> bytes | None:
        """One entry a record: EMV Book 1, 12.2.3."""
        if not self._directory_open:
            return None
        if command.p2 != DIRECTORY_SFI << 3 | 4 or not command.p1:
            return apdu.NOT_FOUND
        if command.p1 > len(self.applications):
            return apdu.NO_RECORD
        app = self.applications[command.p1 - 1]
        entry = tlv(0x4F, app.aid) + tlv(0x50, app.spec["label"].encode("ascii"))
        entry += tlv(0x87, bytes([app.priority]))
        return tlv(0x70, tlv(0x61, entry)) + apdu.OK

    def perform(self, application: Application, command: Command) -> bytes:
        if command.ins in scripts.SCRIPT_INS:
            return scripts.script(application, self.memory, command)
        steps = {
            (0x80, 0xA8): application.processing_options,
            (0x00, 0xB2): application.read_record,
            (0x80, 0xCA): application.get_data,
            (0x80, 0xAE): lambda one: generate.generate_ac(application, one),
            (0x00, 0x82): lambda one: generate.external_authenticate(application, one),
            (0x00, 0x88): lambda one: generate.internal_authenticate(application, one),
            (0x00, 0x20): lambda one: scripts.verify(application, one),
        }
        step = steps.get((command.cla, command.ins))
        if step is None:
            return apdu.WRONG_CLA if command.ins in {ins for _, ins in steps} else apdu.WRONG_INS
        return step(command)
