"""The slot of a contact reader, and the card that a person puts in and takes out."""

from collections.abc import Callable

from host_sim.rig.cards.contact import ContactCard


class Slot:
    """card: what is in the slot. watchers: called after every change. bytes_left: the card is pulled when so many bytes
    more have passed its contact, either way; None: it stays."""

    def __init__(self) -> None:
        self.card: ContactCard | None = None
        self.watchers: list[Callable[[], object]] = []
        self.bytes_left: int | None = None

    def insert(self, card: ContactCard) -> None:
        """Puts a card in; one that is there is taken out first."""
        if card is self.card:
            return
        self.pull()
        self.card = card
        card.leave = self.pull  # type: ignore[attr-defined]  # a card may go by itself
        self._changed()

    def pull(self) -> None:
        """Takes the card out, whatever it is doing."""
        self.bytes_left = None
        card, self.card = self.card, None
        if card is not None:
            card.power_off()
            self._changed()

    def pull_after(self, count: int) -> None:
        """A hand pulls the card when count bytes more have passed."""
        self.bytes_left = count

    def _changed(self) -> None:
        for watcher in list(self.watchers):
            watcher()
