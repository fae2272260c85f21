"""A running host with one enrolled terminal and two cards, on real sockets and real SQLite files."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from host_sim.host import Host
from tests.host.till import Card, Till

LMK = bytes(range(32))
PAN, OTHER_PAN, FOREIGN_PAN = "6292520000000000015", "6292520000000000023", "4999990000000015"
PIN = "123456"


class HandClock:
    """A clock that is moved by hand. Starts on Monday 2026-11-23 09:00 in Shanghai."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 1, tzinfo=UTC)
        self.began: float | None = None

    def now(self) -> datetime:
        return self.time if self.began is None else self.time + timedelta(seconds=time.monotonic() - self.began)

    def run(self) -> None:
        """From here on it goes by itself, as the wall's does."""
        self.began = time.monotonic()

    def move(self, **by: int) -> None:
        self.time += timedelta(**by)


class Entropy:
    """Random bytes that are the same on every run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, length: int) -> bytes:
        self.count += 1
        return hashlib.shake_128(self.count.to_bytes(8, "big")).digest(length)


def luhn_complete(digits: str) -> str:
    """The digits with the check digit behind them."""
    doubled = (int(d) * (2 - at % 2) for at, d in enumerate(reversed(digits)))
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


class Bench:
    """host, clock, till (signed on), and cards: a rich one, a second, one of a foreign scheme."""

    host: Host
    urls: tuple[str, str]
    clock: HandClock
    till: Till
    card: Card
    other: Card
    foreign: Card

    async def rows(self, model: type, **where: object) -> list:
        """Rows of the host's database, oldest first."""
        return await self.host.store.read(
            lambda session: list(session.query(model).filter_by(**where).order_by(model.id))
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; it is looked at after every progress of the host."""
        changed = asyncio.Event()
        self.host.on_progress.append(changed.set)
        while not condition():
            await changed.wait()
            changed.clear()
        self.host.on_progress.remove(changed.set)

    async def signed_on(self) -> Till:
        """Another connection of the same terminal, with the same keys and numbers."""
        twin = await Till(self.host.port, self.provisioning).connect()
        for name in ("pik", "mak", "tdk", "batch", "trace"):
            setattr(twin, name, getattr(self.till, name))
        return twin


def files(directory: Path) -> tuple[str, str]:
    """The host's database and the issuer's, as SQLite files."""
    return f"sqlite:///{directory / 'host.db'}", f"sqlite:///{directory / 'issuer.db'}"


@asynccontextmanager
async def running(place: Path | tuple[str, str], **host: object) -> AsyncIterator[Bench]:
    """A bench below a directory, or on two databases."""
    bench = Bench()
    bench.clock = HandClock()
    bench.urls = files(place) if isinstance(place, Path) else place
    bench.host = Host(*bench.urls, bench.clock, Entropy(), LMK, **host)
    await bench.host.start()
    bench.provisioning = await bench.host.enroll(
        {"name": "示范便利店", "name_en": "Demo Store", "settlement_account": "6200000012344821"},
        "90000001",
        "898110000000001",
        "shop@merchant.example",
    )
    issue = bench.host.issuer.issue_card
    bench.card = Card(issue(luhn_complete(PAN[:-1]), "01", "3012", PIN, 1_000_000))
    bench.other = Card(issue(luhn_complete(OTHER_PAN[:-1]), "02", "3012", PIN, 20_000))
    bench.foreign = Card(issue(luhn_complete(FOREIGN_PAN[:-1]), "00", "3012", PIN, 500_000))
    bench.till = await Till(bench.host.port, bench.provisioning).connect()
    await bench.till.sign_on()
    try:
        yield bench
    finally:
        await bench.till.close()
        await bench.host.stop()
