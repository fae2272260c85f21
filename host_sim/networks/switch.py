"""The switch: from the first digits of a card to the issuer that answers for it.

A route says what the acquirer must know of the card without asking: domestic or foreign scheme, card class,
organisation (F63.1) and the issuer's institution number (F44).
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from host_sim.networks.issuer import AuthRequest, Decision

T = TypeVar("T")

CALLS_AT_ONCE = 4
DEADLINE_S = 12.0
"""Terminals wait 30 s: longer than one call and one undo together."""


class Network(Protocol):
    """What the switch needs of an issuer. Every call is idempotent by its reference and may block; several may come
    at once. enquire: what was decided for a reference, None where it has not come."""

    def authorise(self, request: AuthRequest) -> Decision: ...
    def void(self, reference: str, original: str) -> Decision: ...
    def refund(self, reference: str, original: str, amount_fen: int) -> Decision: ...
    def reverse(self, reference: str) -> Decision: ...
    def enquire(self, reference: str) -> Decision | None: ...
    def script_results(self, reference: str, results: bytes) -> int: ...


@dataclass(frozen=True)
class Route:
    """prefix: first digits of the card, or of what stands for a wallet's account (networks/wallet). institution: at
    most 11 characters. channel: what clears it, "" for the acquirer's own. cost_basis_points: what that keeps of a
    sale, None for what the acquirer has agreed for its own."""

    prefix: str
    institution: str
    organisation: str
    scheme: str
    card_class: str
    network: Network
    channel: str = ""
    cost_basis_points: int | None = None


class Switch:
    """routes: the BIN table. The longest prefix that fits a card wins. deadline_s: of one call, waiting included."""

    def __init__(self, routes: Sequence[Route]):
        self._routes = sorted(routes, key=lambda route: -len(route.prefix))
        self._lines: dict[int, _Lines] = {}
        self.deadline_s = DEADLINE_S

    def route(self, pan: str) -> Route | None:
        """The card's route, None where no network knows it."""
        return next((route for route in self._routes if pan.startswith(route.prefix)), None)

    async def call(self, network: Network, work: Callable[[], T]) -> T:
        """Run one blocking call of a network beside the event loop. A network that hangs holds up only its own calls.

        Raises TimeoutError at the deadline; the call itself may still end, whatever it does then.
        """
        lines = self._lines.setdefault(id(network), _Lines())
        async with asyncio.timeout(self.deadline_s):
            await lines.room.acquire()
            future = asyncio.get_running_loop().run_in_executor(lines.pool, work)
            lines.busy.add(future)
            future.add_done_callback(lines.free)
            return await asyncio.shield(future)

    async def close(self) -> None:
        """Wait for the calls under way, but not for ever, then stop."""
        busy = [future for lines in self._lines.values() for future in lines.busy]
        if busy:
            await asyncio.wait(busy, timeout=self.deadline_s)
        for lines in self._lines.values():
            lines.pool.shutdown(wait=False, cancel_futures=True)


class _Lines:
    """The threads that talk to one network."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="network")
        self.room = asyncio.Semaphore(CALLS_AT_ONCE)
        self.busy: set[asyncio.Future[Any]] = set()

    def free(self, future: asyncio.Future[Any]) -> None:
        self.busy.discard(future)
        self.room.release()
        if not future.cancelled():
            future.exception()  # looked at, so that one whom nobody waits for any more is not reported
