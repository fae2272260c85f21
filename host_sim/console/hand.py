"""The hand in front of the till: holds a card to the reader, puts it into the slot, swipes it, holds up a phone."""

from collections.abc import Callable

from host_sim.console.cards import Rack
from host_sim.console.heard import HeardCard, HeardChip
from host_sim.console.phones import Phones
from host_sim.console.watch import Watch
from host_sim.rig.counter import Counter
from host_sim.rig.world import Timer

HOLD_US, DONE_US = 5_000_000, 700_000  # a hand with a card waits, and leaves once the reader has done with it
SLOT_US = 120_000_000
TAKEN = ("请取走卡片", "Removecard", "请拔出卡片", "请拔卡", "Takecard")
"""On these screens, and on the idle one, a card is taken out of the slot."""


class Hand:
    """held: the card at the till, or None. changed(): told when that is another one. put_back(): a card is on the rack
    again, with its counters as they are now. phones: of the rack."""

    def __init__(
        self,
        counter: Counter,
        rack: Rack,
        watch: Watch,
        changed: Callable[[], None],
        put_back: Callable[[], None],
        phones: Phones | None = None,
    ):
        self._counter, self._rack, self._watch = counter, rack, watch
        self._changed, self._put_back = changed, put_back
        self._phones = phones
        self.held: str | None = None
        self._timer: Timer | None = None
        self._heard: dict[str, HeardCard] = {}
        self._chips: dict[str, HeardChip] = {}
        counter.field.watchers.append(self._look)
        counter.slot.watchers.append(self._look)

    def take(self, name: str) -> None:
        """Brings a card of the rack to the till in its own way. Another one that is there is taken away first, and the
        same one out of the slot again."""
        way = self._rack.way(name)
        again = self.held == name and self._counter.slot.card is not None
        self._leave()
        if way is None or again:
            return
        self._watch.presented(name, way)
        if way == "scan":
            if self._phones is not None:
                self._phones.take(name)
        elif way == "swipe":
            self._counter.talkers.swipe(self._rack.tracks(name))
        elif way == "insert":
            if name not in self._chips:
                self._chips[name] = HeardChip(self._rack.chip(name), self._watch, name)
                self._put_back()  # its account is new
            self._counter.slot.insert(self._chips[name])
            self._stay(SLOT_US)
        else:
            if name not in self._heard:
                self._heard[name] = HeardCard(self._rack.cards[name], self._watch, name)
            self._counter.field.present(self._heard[name])
            self._stay(HOLD_US)

    def used(self) -> None:
        """The card has been spoken to: a hand at the reader waits a little longer, and then leaves."""
        if self._counter.slot.card is None and self.held is not None:
            self._stay(DONE_US)

    def seen(self, lines: list[str], idle: bool) -> None:
        """What the screen says now."""
        text = "".join(lines).replace(" ", "")
        if self._counter.slot.card is not None and (idle or any(mark in text for mark in TAKEN)):
            self._stay(DONE_US)

    def _stay(self, for_us: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._counter.world.call_after(for_us, self._leave)

    def _leave(self) -> None:
        self._counter.field.remove()
        self._counter.slot.pull()

    def _look(self) -> None:
        there = [*self._counter.field.cards, self._counter.slot.card]
        held = next((card.name for card in there if isinstance(card, HeardCard | HeardChip)), None)
        gone = self.held is not None and held is None
        self.held = held
        if gone:
            self._put_back()
        self._changed()
