"""Cards of the rack that somebody listens to: every command and its answer is noted, redacted."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from host_sim.console.commands import Conversation
from host_sim.rig.cards.card import Card
from host_sim.rig.cards.contact import Mute, Pulled
from host_sim.rig.cards.emv.slot_card import SlotCard
from host_sim.rig.cards.faults import Wrapped

if TYPE_CHECKING:
    from host_sim.console.watch import Watch


class HeardCard(Wrapped):
    """A card for the field of a contactless reader."""

    def __init__(self, card: Card, watch: "Watch", name: str):
        super().__init__(card)
        self.name, self._watch = name, watch
        self._talk = Conversation()
        card.leave = lambda: self.leave()

    def reset(self) -> None:
        super().reset()
        self._talk = Conversation()

    def process(self, apdu: bytes) -> bytes | None:
        answer = super().process(apdu)
        self._watch.recorder.add("card", "apdu", card=self.name, **self._talk.read(apdu, answer))
        return answer


class HeardChip:
    """A card for the slot of a contact reader (rig/cards/contact.py). leave: set by whoever puts it in."""

    def __init__(self, card: SlotCard, watch: "Watch", name: str):
        self._card, self._watch, self.name = card, watch, name
        self._talk = Conversation()
        self.delay_us = 0
        self.leave: Callable[[], object] = lambda: None
        card.leave = lambda: self.leave()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._card, name)

    def power_on(self) -> bytes:
        self._talk = Conversation()
        return self._card.power_on()

    def power_off(self) -> None:
        self._card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        try:
            answer = self._card.transmit(apdu)
        except (Mute, Pulled):
            self._note(apdu, None)
            raise
        self.delay_us = self._card.delay_us
        self._note(apdu, answer)
        return answer

    def _note(self, apdu: bytes, answer: bytes | None) -> None:
        self._watch.recorder.add("card", "apdu", card=self.name, **self._talk.read(apdu, answer))
