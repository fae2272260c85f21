"""The switch: from the first digits of a card to the issuer that answers for it.

A route says what the acquirer must know of the card without asking: domestic or foreign scheme, card class,
organisation (F63.1) and the issuer's institution number (F44).
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from host_sim.networks.issuer import AuthRequest, Decision

T = TypeVar("T")


class Network(Protocol):
    """What the switch needs of an issuer. Every call is idempotent by its reference and may block."""

    def authorise(self, request: AuthRequest) -> Decision: ...
    def void(self, reference: str, original: str) -> Decision: ...
    def refund(self, reference: str, original: str, amount_fen: int) -> Decision: ...
    def reverse(self, reference: str) -> Decision: ...


@dataclass(frozen=True)
class Route:
    """prefix: first digits of the card. institution: at most 11 characters."""

    prefix: str
    institution: str
    organisation: str
    scheme: str
    card_class: str
    network: Network


class Switch:
    """routes: the BIN table. The longest prefix that fits a card wins."""

    def __init__(self, routes: Sequence[Route]):
        self._routes = sorted(routes, key=lambda route: -len(route.prefix))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="network")

    def route(self, pan: str) -> Route | None:
        """The card's route, None where no network knows it."""
        return next((route for route in self._routes if pan.startswith(route.prefix)), None)

    async def call(self, work: Callable[[], T]) -> T:
        """Run one blocking call of a network beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Wait for the call under way, then stop."""
        self._thread.shutdown()
