"""What the customers of a till carry: cards to tap, one without money, a chip to insert and a stripe to swipe.

Each keeps what it has signed: the judge asks the cards, beside issuer and paper.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from host_sim.rig.cards.emv.application import Application
from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personalise import personalise
from host_sim.rig.cards.emv.personas import enrol, persona
from host_sim.rig.cards.emv.verdict import AAC
from host_sim.rig.cards.unionpay import UnionPayCard
from host_sim.rig.person import Person
from host_sim.rig.stage import PIN, test_pan
from tools.simulate.schedule import CARDS, CHIP, POOR, STRIPE

RICH_FEN = 500_000_000
CHIPS = ("t1", "approves-offline", "pin-on-card")
"""Personas, one a till in turn: a PIN for the host, no host at all, a PIN for the card."""
CHIP_NUMBERS = 5000  # their account numbers lie apart from the others'
PLAIN_STRIPE = "120"  # a service code without a chip, with a PIN


class Carried(ABC):
    """One card in somebody's hand. pin: its holder's. last4: of its number. signed: amount in fen by the card's own
    transaction counter, None for a stripe, which signs nothing."""

    def __init__(self, pan: str, pin: str):
        self.pin, self.last4 = pin, pan[-4:]
        self.signed: dict[int, int] | None = {}

    @abstractmethod
    async def present(self, person: Person) -> None:
        """To the reader that it is for."""


class Tapped(Carried):
    def __init__(self, profile: Mapping[str, Any]):
        super().__init__(profile["pan"], PIN)
        self._card = _WitnessedCard(profile)
        self.signed = self._card.signed

    async def present(self, person: Person) -> None:
        await person.hold(self._card)


class Inserted(Carried):
    def __init__(self, profile: Mapping[str, Any]):
        super().__init__(profile["pan"], profile["pin"])
        card = PersonaCard(profile["card"])
        self._contact: Any = card.contact
        for application in card.chip.applications:
            self._witness(application)

    def _witness(self, application: Application) -> None:
        really = application.log

        def log(given: int) -> None:
            if given != AAC and self.signed is not None:
                self.signed[int.from_bytes(application.atc, "big")] = int(application.objects[0x9F02].hex())
            really(given)

        application.log = log  # type: ignore[method-assign]

    async def present(self, person: Person) -> None:
        await person.pull()
        await person.insert(self._contact)


class Swiped(Carried):
    def __init__(self, profile: Mapping[str, Any]):
        super().__init__(profile["pan"], PIN)
        self.signed = None
        self._track = f"{profile['pan']}={profile['expiry']}{PLAIN_STRIPE}00000"

    async def present(self, person: Person) -> None:
        await person.swipe({2: self._track})


class _WitnessedCard(UnionPayCard):
    def __init__(self, profile: Mapping[str, Any]):
        super().__init__(profile)
        self.signed: dict[int, int] = {}

    def _answer(self, terminal: dict[int, bytes]) -> bytes:
        self.signed[self.atc] = int(terminal[0x9F02].hex())
        return super()._answer(terminal)


def carried(at: int, profile: Mapping[str, Any]) -> Carried:
    """The card at that place of a till, by its profile."""
    return {CHIP: Inserted, STRIPE: Swiped}.get(at, Tapped)(profile)


def issue(issuer: Any, till: int, at: int) -> dict[str, Any]:
    """Opens the account of the card at that place of a till, and says what is written on the card. issuer: see
    networks/issuer."""
    number = till * CARDS + at + 1
    if at != CHIP:
        return issuer.issue_card(test_pan(number), "01", "3012", PIN, 0 if at == POOR else RICH_FEN)
    row = {**persona(CHIPS[till % len(CHIPS)]), "number": CHIP_NUMBERS + number, "balance_fen": RICH_FEN}
    account = enrol(row, issuer)
    return {"pan": account["pan"], "pin": row["pin"], "card": personalise(row, account)}
