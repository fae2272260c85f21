"""What the message handlers work with."""

from collections.abc import Callable
from dataclasses import dataclass

from host_sim.acquirer.hsm import Hsm
from host_sim.acquirer.profiles import Profile
from host_sim.acquirer.references import References
from host_sim.acquirer.vault import Vault
from host_sim.clock import Clock
from host_sim.networks.switch import Route, Switch
from host_sim.store.engine import Store

INSTITUTION_LENGTH = 11


@dataclass(frozen=True)
class Desk:
    """institution: the acquirer's number, F32, 11 digits. zpk_block: the key of PIN blocks towards the networks.

    notices_due: called when a notice has been written.
    """

    profile: Profile
    store: Store
    hsm: Hsm
    vault: Vault
    switch: Switch
    references: References
    clock: Clock
    zpk_block: str
    institution: str
    notices_due: Callable[[], None]

    def institutions(self, route: Route | None) -> str:
        """F44: issuer and acquirer, 11 characters each."""
        return f"{route.institution if route else '':<{INSTITUTION_LENGTH}}{self.institution:<{INSTITUTION_LENGTH}}"
