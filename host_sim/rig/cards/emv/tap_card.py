"""A personalised card held into a reader's field: the directory of the contactless side and its applications."""

from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards import apdu
from host_sim.rig.cards.apdu import Command
from host_sim.rig.cards.card import Card
from host_sim.rig.cards.emv.memory import Memory
from host_sim.rig.cards.emv.tap import TapApplication
from host_sim.rig.cards.tlv import tlv

PPSE = b"2PAY.SYS.DDF01"
NOT_SUPPORTED, INVALIDATED = b"\x6a\x81", b"\x62\x83"
STEP_US = {0xA8: 95_000, 0xB2: 10_000}
COMMAND_US = 15_000


class TapCard(Card):
    """card: what personalise.py wrote; uid 4, 7 or 10 bytes in hex. memory: shared with the card's contacts."""

    def __init__(self, card: Mapping[str, Any], memory: Memory):
        super().__init__()
        self.uid = bytes.fromhex(card["uid"])
        self.name = card["name"]
        self.memory = memory
        self.applications = [
            TapApplication(spec, memory.states[spec["aid"].upper()])
            for spec in card["applications"]
            if spec.get("contactless")
        ]
        self.reset()

    def __repr__(self) -> str:
        return f"<TapCard {self.name}>"

    def reset(self) -> None:
        self.selected: TapApplication | None = None
        for application in self.applications:
            application.reset()

    def time_us(self, apdu: bytes) -> int:
        return STEP_US.get(apdu[1], COMMAND_US) if len(apdu) > 1 else COMMAND_US

    def process(self, command: bytes) -> bytes:
        parsed = apdu.parse(command)
        if parsed is None:
            return apdu.WRONG_LENGTH
        answer = self._process(parsed)
        self.memory.keep()
        return answer

    def _process(self, command: Command) -> bytes:
        if self.memory.blocked:
            return NOT_SUPPORTED
        if command.cla not in (0x00, 0x80):
            return apdu.WRONG_CLA
        if (command.cla, command.ins) == (0x00, 0xA4):
            return self._select(command)
        app = self.selected
        if app is None:
            return apdu.CONDITIONS
        steps = {
            (0x80, 0xA8): app.processing_options,
            (0x00, 0xB2): app.read_record,
            (0x80, 0xCA): app.get_data,
        }
        step = steps.get((command.cla, command.ins))
        return step(command) if step else apdu.WRONG_INS

    def _select(self, command: Command) -> bytes:
        before = self.selected
        self.reset()
        if command.p1 != 0x04 or command.p2 not in (0x00, 0x02):
            return apdu.WRONG_P1P2
        if not 5 <= len(command.data) <= 16:
            return apdu.WRONG_LENGTH
        if command.data == PPSE and self.applications:
            return self._directory() + apdu.OK
        named = [app for app in self.applications if app.aid.startswith(command.data)]
        if command.p2:
            named = named[named.index(before) + 1 :] if before in named else []
        if not named:
            return apdu.NOT_FOUND
        self.selected = named[0]
        return named[0].control_information() + (INVALIDATED if named[0].state.blocked else apdu.OK)

    def _directory(self) -> bytes:
        """EMV Contactless Book B, 3.3.1."""
        entries = b"".join(
            tlv(0x61, tlv(0x4F, app.aid) + tlv(0x50, app.spec["label"].encode()) + tlv(0x87, bytes([app.priority])))
            for app in self.applications
        )
        return tlv(0x6F, tlv(0x84, PPSE) + tlv(0xA5, tlv(0xBF0C, entries)))
