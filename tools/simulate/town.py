"""A town: one host and its issuer, and several tills on counters of their own, in lockstep under one clock.

Tills are provisioned once (prepare) and every simulation goes on from a copy of that.
"""

import asyncio
import json
import random
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self

from host_sim.host import Host
from host_sim.rig.cards.unionpay import UnionPayCard
from host_sim.rig.counter import FLASH_BYTES, Counter
from host_sim.rig.nor import Nor
from host_sim.rig.person import Person
from host_sim.rig.stage import EMAIL, MERCHANT_FIELDS, PIN, SETTINGS, SHANGHAI, glyphs_for, test_pan
from host_sim.rig.supply import FIRMWARE, HEAP_MOST, SupplyError, imported_heap
from host_sim.rig.world import World
from tools.simulate.schedule import CARDS, POOR
from tools.simulate.storm import Storm

HOST_FILE = "host.sqlite"
FIRST_DAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
RICH_FEN = 500_000_000
PROGRAM_US = 600_000_000
SECOND_US = 1_000_000
CAPS = {"on": True, "each_fen": 200_000, "card_fen": 900_000, "day_fen": 2_000_000, "total_fen": 2_000_000,
        "count": 30, "age_h": 72}  # fmt: skip


class Prepared(NamedTuple):
    """folder: the databases. tills: (flash, fuses) of each. cards: profiles, CARDS of each till. heap: of the code."""

    folder: Path
    lmk: bytes
    tills: tuple[tuple[bytes, bytes], ...]
    cards: tuple[tuple[Mapping[str, Any], ...], ...]
    heap: int


class WitnessedCard(UnionPayCard):
    """A card that keeps what it signed: (ATC, amount in fen), in order."""

    def __init__(self, profile: Mapping[str, Any]):
        super().__init__(profile)
        self.signed: list[tuple[int, int]] = []

    def _answer(self, terminal: dict[int, bytes]) -> bytes:
        self.signed.append((self.atc, int(terminal[0x9F02].hex())))
        return super()._answer(terminal)


class HostClock:
    """The host's own clock: the world's, and off by offset_s."""

    def __init__(self, world: World):
        self._world = world
        self.offset_s = 0

    def now(self) -> datetime:
        return self._world.now() + timedelta(seconds=self.offset_s)


class Till:
    """One counter of the town, its people's hands and eyes, its cards, what its line does."""

    def __init__(self, town: "Town", number: int, nor: Nor, fuses: bytes | None, profiles: tuple[Mapping, ...]):
        self.number = number
        self.terminal = terminal(number)
        self.counter = Counter(
            town.world, ("127.0.0.1", town.port), lambda port: town.host.progress(port),
            town.seed * 1000 + number, nor, None, fuses,
        )  # fmt: skip
        self.person = Person(self.counter)
        self.cards = tuple(WitnessedCard(profile) for profile in profiles)
        self.last4 = tuple(profile["pan"][-4:] for profile in profiles)
        self.storm = Storm(
            self.counter.link, town.world, lambda: town.port if town.up else None, lambda port: town.host.progress(port)
        )


def terminal(number: int) -> str:
    return f"9{number + 1:07d}"


def merchant(number: int) -> str:
    return f"89811000000{number + 1:04d}"


class Town:
    """folder: of the databases. firmware: the folder that tills are started from. database(path): what is done to the
    host's before it opens. Enter it to open it."""

    def __init__(
        self, folder: Path, seed: int, prepared: Prepared, firmware: Path = FIRMWARE,
        database: Callable[[Path], None] | None = None,
    ):  # fmt: skip
        self._database = database
        self.folder, self.seed, self.prepared, self.firmware = folder, seed, prepared, firmware
        self._random = random.Random(f"host {seed}")
        self.world = World(FIRST_DAY)
        self.clock = HostClock(self.world)
        self.port = 0
        self.up = False
        self.kills = 0
        self.tills: list[Till] = []
        self._due: tuple[int, str, int] | None = None
        self._killing: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        shutil.copytree(self.prepared.folder, self.folder, dirs_exist_ok=True)
        if self._database is not None:
            self._database(self.folder / HOST_FILE)
        await self._start_host()
        self.world.quiet.append(lambda: not self.up or not self.host.busy)
        self.world.open()
        for number, (flash, fuses) in enumerate(self.prepared.tills):
            nor = Nor(FLASH_BYTES, random.Random(f"nor {self.seed} {number}"))
            nor.image[:] = flash
            till = Till(self, number, nor, fuses, self.prepared.cards[number])
            self.tills.append(till)
            await till.counter.open(self.prepared.heap + HEAP_MOST)
            assert till.counter.supply is not None
            till.counter.supply.firmware = self.firmware  # type: ignore[union-attr]
        return self

    async def __aexit__(self, *_: object) -> None:
        for till in self.tills:
            await till.counter.close()
        if self._killing is not None:
            self._killing.cancel()
            await asyncio.wait({self._killing})
        await self.world.close()
        if self.up:
            self.up = False
            await self.host.stop()

    # ---- the host
    async def _start_host(self) -> None:
        self.host = new_host(self.folder, self.clock, self._random, self.prepared.lmk)
        self.host.store.write = self._counted(self.host.store.write)  # type: ignore[method-assign]
        await self.host.start(port=self.port)
        self.port = self.host.port
        self.host.on_progress.append(self.world.changed)
        self.up = True

    def _counted(self, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The host's only way to its database, which it may not survive: before a unit of work, or after its commit."""

        async def one(work: Callable[..., Any]) -> Any:
            due = self._due
            if due is None or due[0] > 1:
                if due is not None:
                    self._due = (due[0] - 1, *due[1:])
                return await write(work)
            self._due = None
            if due[1] == "after":
                await write(work)
            self.kill_host(due[2])
            return await asyncio.Event().wait()  # what is under way when the process is killed never goes on

        return one

    def kill_host_at(self, unit: int, when: str, down_s: int) -> None:
        """Kills the host before or after its unit-th unit of work from now; it comes back after down_s."""
        if self.up and self._due is None:
            self._due = (unit, when, down_s)

    def kill_host(self, down_s: int) -> None:
        if self.up:
            self.up = False
            self.kills += 1
            self.world.begin()
            self._killing = asyncio.ensure_future(self._killed(down_s))

    async def _killed(self, down_s: int) -> None:
        try:
            await self.host.crash()
            self.world.changed()
            await self.world.sleep(down_s * SECOND_US)
            await self._start_host()
            self.world.changed()
        finally:
            self.world.end()

    async def host_stands(self) -> None:
        """No kill is due any more, and the host runs."""
        self._due = None
        await self.world.until(lambda: self.up, None)


def new_host(folder: Path, clock: Any, chance: random.Random, lmk: bytes) -> Host:
    urls = (f"sqlite:///{folder / HOST_FILE}", f"sqlite:///{folder / 'issuer.sqlite'}")
    return Host(*urls, clock, chance.randbytes, lmk)


async def prepare(folder: Path, tills: int) -> Prepared:
    """Enrols that many terminals, each with a merchant of its own, provisions them and opens their cards' accounts.
    folder: an empty one, for the databases."""
    world, chance = World(FIRST_DAY), random.Random("prepare")
    lmk = chance.randbytes(32)
    host = new_host(folder, world, chance, lmk)
    await host.start()
    world.open()
    heap = await imported_heap()
    kept, cards = [], []
    for number in range(tills):
        counter = Counter(world, ("127.0.0.1", host.port), None, number, Nor(FLASH_BYTES, random.Random(number)))
        await counter.open(heap + HEAP_MOST)
        await world.act(_provision(world, host, counter, number))
        kept.append((bytes(counter.nor.image), counter.fuses))
        await counter.close()
        cards.append(tuple(_card(host, number * CARDS + at, at) for at in range(CARDS)))
    await world.close()
    await host.stop()
    return Prepared(folder, lmk, tuple(kept), tuple(cards), heap)


def _card(host: Host, number: int, at: int) -> dict[str, Any]:
    return host.issuer.issue_card(test_pan(number + 1), "01", "3012", PIN, 0 if at == POOR else RICH_FEN)


async def _provision(world: World, host: Host, counter: Counter, number: int) -> None:
    enrolled = await host.enroll(MERCHANT_FIELDS, terminal(number), merchant(number), EMAIL)
    name = enrolled["merchant_name"]
    settings = {
        **SETTINGS,
        "offline": {**SETTINGS["offline"], "deferred": CAPS},
        **enrolled,
        "provisioned_at": int(world.now().astimezone(UTC).timestamp()),
        "glyphs": glyphs_for(name),
        "merchant_gbk": name.encode("gb2312").hex(),
    }
    await counter.power_on("provision.py", json.dumps(settings).encode())
    if not await world.until(lambda: not counter.powered, PROGRAM_US) or counter.deaths:
        raise SupplyError(f"provision.py did not end well: correct what it says, {counter.deaths}")
