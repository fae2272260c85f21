"""A personalised card held into a reader's field: the directory of the contactless side and its applications."""

from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.card import Card
from host_sim.rig.cards.emv.face import Face
from host_sim.rig.cards.emv.memory import Memory
from host_sim.rig.cards.emv.tap import TapApplication
from host_sim.rig.cards.tlv import tlv


class TapCard(Face[TapApplication], Card):
    """card: what personalise.py wrote; uid 4, 7 or 10 bytes in hex. memory: shared with the card's contacts."""

    CLASSES = (0x00, 0x80)
    DIRECTORY = b"2PAY.SYS.DDF01"
    STEP_US = {0xA8: 95_000, 0xB2: 10_000}
    COMMAND_US = 15_000

    def __init__(self, card: Mapping[str, Any], memory: Memory):
        self.uid = bytes.fromhex(card["uid"])
        self.name = card["name"]
        specs = [spec for spec in card["applications"] if spec.get("contactless")]
        super().__init__(memory, [TapApplication(spec, memory.states[spec["aid"].upper()]) for spec in specs])

    def __repr__(self) -> str:
        return f"<TapCard {self.name}>"

    def open_directory(self) -> bytes | None:
        """EMV Contactless Book B, 3.3.1."""
        if not self.applications:
            return None
        entries = b"".join(
            tlv(0x61, tlv(0x4F, app.aid) + tlv(0x50, app.spec["label"].encode()) + tlv(0x87, bytes([app.priority])))
            for app in self.applications
        )
        return tlv(0x6F, tlv(0x84, self.DIRECTORY) + tlv(0xA5, tlv(0xBF0C, entries)))

    def perform(self, application: TapApplication, command: Command) -> bytes:
        steps = {
            (0x80, 0xA8): application.processing_options,
            (0x00, 0xB2): application.read_record,
            (0x80, 0xCA): application.get_data,
        }
        step = steps.get((command.cla, command.ins))
        return step(command) if step else apdu.WRONG_INS
