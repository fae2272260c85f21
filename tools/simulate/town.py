"""A town: one host and its issuer, and several tills on counters of their own, in lockstep under one clock.

Tills are provisioned once (prepare) and every simulation goes on from a copy of that.
"""

import asyncio
import json
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self

from host_sim.host import Host
from host_sim.rig.counter import FLASH_BYTES, Counter
from host_sim.rig.nor import Nor
from host_sim.rig.person import Person
from host_sim.rig.stage import EMAIL, MERCHANT_FIELDS, SETTINGS, SHANGHAI, glyphs_for
from host_sim.rig.supply import SupplyError, imported_heap
from host_sim.rig.world import World
from tools.simulate.cards import carried, issue
from tools.simulate.compiled import compiled
from tools.simulate.schedule import CARDS
from tools.simulate.storm import Storm

HOST_FILE = "host.sqlite"
FIRST_DAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
LOOK_US = 300 * 1_000_000
HEAP_BYTES = 4 * 1024 * 1024  # above the code: the till need not collect at every step here
PROGRAM_US = 600_000_000
SECOND_US = 1_000_000
CAPS = {"on": True, "each_fen": 200_000, "card_fen": 900_000, "day_fen": 2_000_000, "total_fen": 2_000_000,
        "count": 30, "age_h": 72}  # fmt: skip


class Prepared(NamedTuple):
    """folder: the databases. firmware: the folder that tills are started from. tills: (flash, fuses) of each. cards:
    profiles, CARDS of each till. heap: of the code."""

    folder: Path
    firmware: Path
    lmk: bytes
    tills: tuple[tuple[bytes, bytes], ...]
    cards: tuple[tuple[Mapping[str, Any], ...], ...]
    heap: int


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
        self.cards = tuple(carried(at, profile) for at, profile in enumerate(profiles))
        self.storm = Storm(
            self.counter.link, town.world, lambda: town.port if town.up else None, lambda port: town.host.progress(port)
        )


def terminal(number: int) -> str:
    return f"9{number + 1:07d}"


def merchant(number: int) -> str:
    return f"89811000000{number + 1:04d}"


class Town:
    """folder: of the databases. firmware: another folder to start tills from than what is prepared. database(path):
    what is done to the host's before it opens. Enter it to open it."""

    def __init__(
        self, folder: Path, seed: int, prepared: Prepared, firmware: Path | None = None,
        database: Callable[[Path], None] | None = None,
    ):  # fmt: skip
        self._database = database
        self.folder, self.seed, self.prepared = folder, seed, prepared
        self.firmware = firmware or prepared.firmware
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
            await till.counter.open(self.prepared.heap + HEAP_BYTES)
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

    @asynccontextmanager
    async def spared(self) -> AsyncIterator[None]:
        """The host runs and nobody kills it: somebody looks in the books. What is due stays due."""
        due, self._due = self._due, None
        await self.world.act(self.world.until(lambda: self.up, None))
        yield
        self._due = due

    async def host_stands(self) -> None:
        """No kill is due any more, and the host runs."""
        self._due = None
        await self.world.until(lambda: self.up, None)


def new_host(folder: Path, clock: Any, chance: random.Random, lmk: bytes) -> Host:
    urls = (f"sqlite:///{folder / HOST_FILE}", f"sqlite:///{folder / 'issuer.sqlite'}")
    return Host(*urls, clock, chance.randbytes, lmk)


async def prepare(folder: Path, tills: int) -> Prepared:
    """Enrols that many terminals, each with a merchant of its own, provisions them and opens their cards' accounts.
    folder: an empty one."""
    firmware = compiled(folder)
    databases = folder / "databases"
    databases.mkdir()
    world, chance = World(FIRST_DAY - timedelta(hours=1)), random.Random("prepare")
    lmk = chance.randbytes(32)
    host = new_host(databases, world, chance, lmk)
    await host.start()
    host.on_progress.append(world.changed)
    world.quiet.append(lambda: not host.busy)
    world.open()
    heap = await imported_heap(firmware=firmware)
    kept, cards = [], []
    for number in range(tills):
        nor = Nor(FLASH_BYTES, random.Random(number))
        counter = Counter(world, ("127.0.0.1", host.port), host.progress, number, nor)
        await counter.open(heap + HEAP_BYTES)
        assert counter.supply is not None
        counter.supply.firmware = firmware  # type: ignore[union-attr]
        await world.act(_provision(world, host, counter, number))
        await world.act(_download(counter))
        kept.append((bytes(counter.nor.image), counter.fuses))
        await counter.close()
        cards.append(tuple(issue(host.issuer, number, at) for at in range(CARDS)))
    await world.close()
    await host.stop()
    return Prepared(databases, firmware, lmk, tuple(kept), tuple(cards), heap)


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


async def _download(counter: Counter) -> None:
    """The till signs on and fetches what chips need: the keys of their schemes, and the applications."""
    person = Person(counter)
    await counter.power_on()
    await person.sees("已签到", "请输入收款金额", within_us=LOOK_US)
    await person.press("menu", "6", "up", "up", "up", "confirm")  # the last but two
    await person.sees("公钥", within_us=LOOK_US)
    await person.press("confirm")
    await person.sees("请输入收款金额", within_us=LOOK_US)
    counter.power_cut()
