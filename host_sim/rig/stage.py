"""A whole small world in one process: host, issuer with its cards, a counter with the real firmware, one clock.

For the demo, the flow tests and whoever wants to try a thing: `async with Stage(folder) as stage`.
"""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from host_sim.acquirer.certificates import Authority, for_provisioning
from host_sim.host import Host
from host_sim.rig import bus
from host_sim.rig.cards.unionpay import UnionPayCard
from host_sim.rig.counter import Counter
from host_sim.rig.nor import Nor
from host_sim.rig.person import Person
from host_sim.rig.pico.image import Image
from host_sim.rig.screen import load_glyphs
from host_sim.rig.supply import HEAP_MOST, SupplyError, imported_heap
from host_sim.rig.world import World

SHANGHAI = timezone(timedelta(hours=8))
CERTIFIED = datetime(2024, 1, 1, tzinfo=UTC)
"""When the certificates were made: the unix port judges them by the wall's clock, not by the world's."""
START = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
TERMINAL, MERCHANT = "90000001", "898110000000001"
MERCHANT_FIELDS = {
    "name": "示范便利店",
    "name_en": "Demo Store",
    "settlement_bank": "示范银行",
    "settlement_account_name": "示范便利店",
    "settlement_account": "6200000000000012",
}
EMAIL = "merchant@localhost.localdomain"
MANAGER_PASSWORD = "868686"
CAPS = {
    "each_fen": 30_000, "card_fen": 50_000, "day_fen": 200_000, "total_fen": 100_000, "count": 10, "age_h": 72,
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "language": "zh",
    "operator": "01",
    "currency": "156",
    "columns": 32,
    "cutoff": "2300",
    "most_fen": 5_000_000,
    "no_pin_most_fen": 100_000,
    "offline": {
        "card": {"on": True, **CAPS},
        "voice": {"on": True, **CAPS, "institution": "48021000"},
        "deferred": {"on": True, **CAPS},
    },
    "manager_password": MANAGER_PASSWORD,
}
TEST_BIN = "6292520"
PIN = "246810"
PROGRAM_US = 600_000_000


def test_pan(number: int) -> str:
    """A 19-digit test card number with a right check digit (ISO/IEC 7812-1, annex B)."""
    body = f"{TEST_BIN}{number:011d}"
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body))]
    return body + str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


def glyphs_for(text: str) -> dict[str, str]:
    """Bitmaps (hex, as the till's display takes them) of a name's characters, which the till's font may not have."""
    glyphs = load_glyphs()
    found = {}
    for character in sorted(set(text)):
        bitmap = glyphs.bitmap(character)
        if bitmap is not None and not character.isascii():
            found[character] = columns_of(bitmap).hex()
    return found


def columns_of(bitmap: bytes) -> bytes:
    """16 rows of 16 pixels, most significant left, to two pages of 16 columns, lowest bit on top."""
    rows = [int.from_bytes(bitmap[at : at + 2], "big") for at in range(0, 32, 2)]
    return bytes(sum((rows[top + y] >> (15 - x) & 1) << y for y in range(8)) for top in (0, 8) for x in range(16))


class Past(NamedTuple):
    """What a stage leaves behind beside its folder: enough for another one to go on from there, in that folder or in
    a copy of it, as often as somebody likes. cards: profiles by name, with their counters as they stood."""

    seed: int
    now: datetime
    fuses: bytes
    flash: bytes
    cards: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    heap_imported: int


class Stage:
    """folder: where the databases are. seed: of everything random. settings: changes to SETTINGS.
    pace: see World. smtp: where merchants' notices go. nor: a flash from an earlier run. past: of a stage that was left
    in this folder; seed, settings, start and nor are then that stage's. contact_port: see Counter. image: of an
    emulated Pico, which then stands on the counter instead of the unix port. updates: folder that the host offers. tls:
    the line to the host is under TLS. exceptions: the host's exception file."""

    def __init__(
        self,
        folder: Path,
        seed: int = 1,
        settings: Mapping[str, Any] | None = None,
        pace: float | None = None,
        smtp: tuple[str, int] | None = None,
        start: datetime = START,
        nor: Nor | None = None,
        past: Past | None = None,
        contact_port: str | None = None,
        image: Image | None = None,
        updates: Path | None = None,
        tls: bool = False,
        exceptions: Path | None = None,
    ):
        if past is not None:
            seed, settings, start = past.seed, past.settings, past.now
        self.folder, self.seed, self.start = folder, seed, start
        self.settings = {**SETTINGS, **(settings or {})}
        self.world = World(start, pace)
        self._random = random.Random(seed)
        self.lmk = self._random.randbytes(32)
        if past is not None:
            self._random = random.Random(f"{seed} from {start}")  # what was drawn before does not come again
        self._smtp, self._updates, self._exceptions = smtp, updates, exceptions
        self.authority = Authority(folder / "tls", CERTIFIED) if tls else None
        self.host = self._new_host()
        self.trace = bus.Trace()
        self._nor, self._past, self._contact_port, self._image = nor, past, contact_port, image
        self._profiles: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, UnionPayCard] = {}
        self.heap_imported = past.heap_imported if past else 0
        self.tmk_check = ""

    def _new_host(self) -> Host:
        host = Host(
            f"sqlite:///{self.folder / 'host.sqlite'}",
            f"sqlite:///{self.folder / 'issuer.sqlite'}",
            self.world,
            self._random.randbytes,
            self.lmk,
            self._smtp,
            settle_s=None,  # by the wall's time: a repeated run would differ
            updates=self._updates,
            exceptions=self._exceptions,
        )
        host.server.tls = self.authority.server_context() if self.authority else None
        return host

    async def restart_host(self) -> None:
        """The host ends and comes back at the same address, with nothing but its databases."""
        port = self.host.port
        await self.host.stop()
        self.host = self._new_host()
        await self.host.start(port=port)
        self.host.on_progress.append(self.world.changed)

    async def __aenter__(self) -> Self:
        await self.host.start()
        self.host.on_progress.append(self.world.changed)
        self.world.quiet.append(lambda: not self.host.busy)
        self.world.open()
        past = self._past
        self.counter = Counter(
            self.world,
            ("127.0.0.1", self.host.port),
            lambda port: self.host.progress(port),
            self._random.randrange(1 << 32),
            self._nor,
            self.trace,
            past.fuses if past else None,
            self._contact_port,
        )
        if self._past is not None:
            self.counter.nor.image[:] = self._past.flash
            for name, profile in self._past.cards.items():
                self._make_card(name, profile)
        self.person = Person(self.counter)
        if self._image is None:
            self.heap_imported = self.heap_imported or await imported_heap()
        else:
            self._image.put(self.counter.nor.image)
        await self.counter.open(self.heap_imported + HEAP_MOST, self._image)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.counter.close()
        await self.world.close()
        await self.host.stop()

    def issue(self, name: str, number: int, balance_fen: int, pin: str = PIN) -> UnionPayCard:
        """Opens an account at the issuer and makes its card."""
        return self._make_card(name, self.host.issuer.issue_card(test_pan(number), "01", "3012", pin, balance_fen))

    def _make_card(self, name: str, profile: Mapping[str, Any]) -> UnionPayCard:
        self._profiles[name] = {**profile, "name": name}
        self.cards[name] = UnionPayCard(self._profiles[name])
        return self.cards[name]

    def past(self) -> Past:
        """Cuts the power and says what stands; close the stage before another goes on in its folder."""
        self.counter.power_cut()
        cards = {name: {**self._profiles[name], "atc": card.atc} for name, card in self.cards.items()}
        counter = self.counter
        flash = bytes(counter.nor.image)
        return Past(self.seed, self.world.now(), counter.fuses, flash, cards, self.settings, self.heap_imported)

    async def provision(self, terminal: str = TERMINAL) -> None:
        """Enrolls the terminal with the host and loads what comes back into the till, by the till's own program."""
        enrolled = await self.host.enroll(MERCHANT_FIELDS, terminal, MERCHANT, EMAIL)
        name = enrolled["merchant_name"]
        settings = {
            **self.settings,
            **enrolled,
            "provisioned_at": int(self.world.now().astimezone(UTC).timestamp()),
            "glyphs": glyphs_for(name),
            "merchant_gbk": name.encode("gb2312").hex(),
        }
        if self.authority is not None:
            settings |= for_provisioning(self.authority, terminal, "127.0.0.1", self.host.port)
        self.tmk_check = enrolled["tmk_check"].upper()
        if self._image is not None:
            await self._provision_board(self._image, settings)
            return
        await self.run_program("provision.py", json.dumps(settings).encode())

    async def _provision_board(self, image: Image, settings: Mapping[str, Any]) -> None:
        """The emulated board's settings and secret, as provisioning leaves them: made by the till's own program on the
        unix port, with the board's secret, and written to the board's partitions."""
        counter = self.counter
        bench = Counter(self.world, ("127.0.0.1", self.host.port), None, 0, None, None, counter.fuses)
        await bench.open((await imported_heap()) + HEAP_MOST)
        await bench.power_on("provision.py", json.dumps(settings).encode())
        ended = await self.world.until(lambda: not bench.powered, PROGRAM_US)
        said = bench.supply.output if bench.supply else b""
        await bench.close()
        if not ended or bench.deaths:
            raise SupplyError(f"provision.py did not end well: correct what it says, {bench.deaths or said}")
        image.put_secret(counter.nor.image, counter.fuses)
        image.put_settings(counter.nor.image, bytes(bench.nor.image[: 2 * bench.nor.sector]))

    async def run_program(self, program: str, stdin: bytes) -> bytes:
        """Runs another program of the firmware on the counter, to its end. Returns what it printed."""
        counter = self.counter
        await counter.power_on(program, stdin)
        ended = await self.world.until(lambda: not counter.powered, PROGRAM_US)
        assert counter.supply is not None
        if not ended or counter.deaths:
            counter.power_cut()
            raise SupplyError(f"{program} did not end well: correct what it says, {counter.deaths or 'it still ran'}")
        return counter.supply.output

    async def act(self, script: Any) -> Any:
        """Runs a person's script in this world."""
        return await self.world.act(script)
