"""A card in the slot of a contact reader: its power, its commands, and what is wrong with it."""

from collections.abc import Callable, Mapping
from typing import Any

from host_sim.rig.cards import apdu
from host_sim.rig.cards.contact import Mute, Pulled
from host_sim.rig.cards.emv.answer_to_reset import T0, answer_to_reset
from host_sim.rig.cards.emv.chip import Chip
from host_sim.rig.cards.faults import GARBAGE


class SlotCard:
    """What a reader's slot takes (cards/contact.py). delay_us: how long the card worked on the last command. leave:
    takes it out of the slot it is in; whoever puts it in sets it.

    protocol: "T=0" or "T=1". fault, where there is one: {"kind": mute | pulled | garbage | slow, "after": commands that
    go well since power came, "what": a key of faults.GARBAGE, "us": more time for each command, "times": how often}.
    Kind mute-at-reset does not even answer to power.
    """

    def __init__(self, chip: Chip, protocol: str = T0, fault: Mapping[str, Any] | None = None):
        self._chip, self.protocol = chip, protocol
        self._fault = dict(fault or {})
        self.leave: Callable[[], object] = lambda: None
        self.powered = False
        self.delay_us = 0
        self.commands = 0

    def power_on(self) -> bytes:
        """The answer to reset. Also a warm reset."""
        self._chip.reset()
        self.powered, self.commands = True, 0
        if self._due("mute-at-reset"):
            raise Mute
        return answer_to_reset(self.protocol, b"PICOTILL")

    def power_off(self) -> None:
        self._chip.reset()
        self.powered = False

    def transmit(self, command: bytes) -> bytes:
        """Data and status word. Raises Mute, Pulled."""
        if not self.powered:
            raise Mute
        self.commands += 1
        self.delay_us = self._chip.time_us(command)
        if self._due("mute"):
            raise Mute
        answer = self._chip.process(command)
        if self._due("pulled"):
            self.power_off()
            self.leave()
            raise Pulled
        if self._due("slow"):
            self.delay_us += self._fault["us"]
        if self._due("garbage"):
            return GARBAGE[self._fault.get("what", "cut-short")] + apdu.OK
        return answer

    def _due(self, kind: str) -> bool:
        fault = self._fault
        if fault.get("kind") != kind or self.commands <= fault.get("after", 0) and kind != "mute-at-reset":
            return False
        if "times" in fault:
            fault["times"] -= 1
            return fault["times"] >= 0
        return True
