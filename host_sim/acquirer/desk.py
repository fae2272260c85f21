"""What the message handlers work with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from host_sim.acquirer.acquirers import Acquirer
from host_sim.acquirer.hsm import Hsm
from host_sim.acquirer.profiles import Profile
from host_sim.acquirer.references import References
from host_sim.acquirer.updates import Offers
from host_sim.acquirer.vault import Vault
from host_sim.clock import Clock
from host_sim.networks.switch import Route, Switch
from host_sim.store.engine import Store

INSTITUTION_LENGTH = 11


@dataclass(frozen=True)
class Desk:
    """acquirer: whose desk this is. zpk_block: the key of PIN blocks towards the networks.

    notices_due: called when a notice has been written. updates: newer versions of the till on offer. requests: what the
    host asks of a terminal with its next signed answer, by terminal number (the header's digit). exceptions: cards of
    the exception file.
    """

    profile: Profile
    store: Store
    hsm: Hsm
    vault: Vault
    switch: Switch
    references: References
    clock: Clock
    zpk_block: str
    acquirer: Acquirer
    notices_due: Callable[[], None]
    updates: Offers = field(default_factory=Offers)
    requests: dict[str, int] = field(default_factory=dict)
    exceptions: tuple[bytes, ...] = ()

    @property
    def institution(self) -> str:
        """The acquirer's number, F32, 11 digits."""
        return self.acquirer.institution

    def institutions(self, route: Route | None) -> str:
        """F44: issuer and acquirer, 11 characters each."""
        return f"{route.institution if route else '':<{INSTITUTION_LENGTH}}{self.institution:<{INSTITUTION_LENGTH}}"
