"""The RF field in front of a reader, and the cards that people hold into it."""

from collections.abc import Callable

from host_sim.rig.cards.card import Card


class Field:
    """cards: what is in the field now, in the order in which it came. watchers: called after every change."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.watchers: list[Callable[[], object]] = []

    @property
    def card(self) -> Card | None:
        """The card in the field; None when there is none, or more than one."""
        return self.cards[0] if len(self.cards) == 1 else None

    def present(self, card: Card) -> None:
        """Holds a card into the field. One that is there already stays."""
        if card in self.cards:
            return
        card.leave = lambda: self.remove(card)
        self.cards.append(card)
        self._changed()

    def remove(self, card: Card | None = None) -> None:
        """Takes one card out, or all of them. A card without field forgets its session."""
        gone = [one for one in self.cards if card is None or one is card]
        self.cards = [one for one in self.cards if one not in gone]
        for one in gone:
            one.reset()
        if gone:
            self._changed()

    def _changed(self) -> None:
        for watcher in list(self.watchers):
            watcher()
