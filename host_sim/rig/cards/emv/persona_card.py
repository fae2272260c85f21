"""One card of plastic: its contacts, its antenna, and the memory that both share."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from host_sim.rig.cards.card import Card
from host_sim.rig.cards.emv.chip import Chip
from host_sim.rig.cards.emv.memory import Memory
from host_sim.rig.cards.emv.slot_card import SlotCard
from host_sim.rig.cards.emv.tap_card import TapCard
from host_sim.rig.cards.faults import GarbageCard, LeavingCard, MuteCard, SlowCard


class PersonaCard:
    """card: what personalise.py wrote. path: where its memory is kept between runs; None: as long as the object.

    contact goes into a contact reader's slot; tap, into a reader's field, None where the card has no antenna.
    """

    def __init__(self, card: Mapping[str, Any], path: Path | None = None):
        self.name: str = card["name"]
        initial = {spec["aid"].upper(): spec.get("initial", {}) for spec in card["applications"]}
        self.memory = Memory(initial, card.get("blocked", False), path)
        self.chip = Chip(card, self.memory)
        fault = card.get("fault") or {}
        self.contact = SlotCard(self.chip, card.get("protocol", "T=0"), fault)
        tap = TapCard(card, self.memory)
        self.tap: Card | None = _wrapped(tap, fault) if tap.applications else None

    def __repr__(self) -> str:
        return f"<PersonaCard {self.name}>"


def _wrapped(card: Card, fault: Mapping[str, Any]) -> Card:
    """The card with its fault, as the field shows it."""
    after = fault.get("tap", 0)
    kind = fault.get("kind")
    if kind in ("mute", "mute-at-reset"):
        return MuteCard(card, after)
    if kind == "pulled":
        return LeavingCard(card, after, fault.get("times"))
    if kind == "garbage":
        return GarbageCard(card, fault.get("what", "cut-short"), after)
    if kind == "slow":
        return SlowCard(card, fault["us"])
    return card
