"""The cards that lie on the counter, by name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from host_sim.rig.cards.profile import ProfileError
from host_sim.rig.cards.unionpay import UnionPayCard


class Rack:
    """profiles: personalisation dicts (cards/profile.py), each with its own "name" (else its label is the name).

    Raises ProfileError, also for two cards of one name. rack["name"] is the card; iterating gives the names.
    """

    def __init__(self, profiles: Iterable[Mapping[str, Any]] = ()):
        self._cards: dict[str, UnionPayCard] = {}
        for profile in profiles:
            self.add(profile)

    def add(self, profile: Mapping[str, Any], name: str | None = None) -> UnionPayCard:
        """Makes a card of a profile and puts it on the rack under name, or the profile's own."""
        card = UnionPayCard({**profile, "name": name} if name else profile)
        if card.name in self._cards:
            raise ProfileError("name", "is that of another card on the rack: give each profile a name of its own")
        self._cards[card.name] = card
        return card

    def __getitem__(self, name: str) -> UnionPayCard:
        if name not in self._cards:
            raise KeyError(f"no card {name} on the rack: there are {', '.join(self._cards) or 'none'}")
        return self._cards[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)
