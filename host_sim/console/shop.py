"""One shop in one process, paced to the wall: host, issuer, mailbox, the counter and the real firmware on it."""

import asyncio
import json
import logging
import os
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from host_sim.acquirer.profiles import load_profile
from host_sim.acquirer.redaction import Redaction
from host_sim.console.archive import Archive
from host_sim.console.attempts import Attempts
from host_sim.console.back_office import BackOffice
from host_sim.console.cards import Rack
from host_sim.console.folder import Folder
from host_sim.console.hand import Hand
from host_sim.console.mailbox import Mailbox
from host_sim.console.phone import Phone
from host_sim.console.phones import Phones
from host_sim.console.recorder import Event, Recorder
from host_sim.console.slips import packed
from host_sim.console.switches import Switches, leap
from host_sim.console.watch import Watch
from host_sim.console.ways import Ways
from host_sim.rig.counter import FUSE_BYTES, Counter
from host_sim.rig.paper import Slip
from host_sim.rig.person import KEYS
from host_sim.rig.screen import load_glyphs
from host_sim.rig.stage import EMAIL, MERCHANT, MERCHANT_FIELDS, SETTINGS, TERMINAL, glyphs_for
from host_sim.rig.supply import HEAP_MOST, SupplyError, imported_heap
from host_sim.rig.world import World

RELEASE_US = 60_000
PROGRAM_US = 600_000_000
LOG_MOST = 500
PACE = 1.0  # of the wall
BEAT_US, BEAT_HURRIED_US = 100_000, 60_000_000


class Shop:
    """folder: taken by the caller. changed(what): told when something that the page shows is different: "screen",
    "pins", "cards", "world", "paper", "host", "log", "mail", "power", "event". language: of the till, zh or en,
    which it gets when it is provisioned, once. contact_port: see Counter."""

    def __init__(
        self,
        folder: Folder,
        changed: Callable[[str], None],
        language: str = "zh",
        contact_port: str | None = None,
    ):
        self.folder, self.changed, self._language = folder, changed, language
        self._contact_port = contact_port
        kept = folder.secrets()
        self._secrets: dict[str, Any] = kept or {
            "lmk": os.urandom(32).hex(),
            "fuses": os.urandom(FUSE_BYTES).hex(),
            "cards": {},
        }
        if not kept.get("provisioned"):
            if kept and kept.get("begun", True):
                folder.clear_half_made()
            self._secrets |= {"begun": True, "cards": {}}
            folder.keep_secrets(self._secrets)
        start = max(datetime.now(UTC), folder.clock() or datetime.now(UTC))
        self.world = World(start, PACE)
        self.glyphs = load_glyphs()
        self.archive = Archive(folder.path / "seen.sqlite")
        self.recorder, self.attempts = Recorder(self.world), Attempts()
        self.recorder.taken.append(self.attempts.take)
        self.recorder.load(self.archive.events())
        self.recorder.added += [self.archive.keep_event, self._recorded]
        self.mailbox = Mailbox(folder.path / "mail", lambda: changed("mail"))
        self.phone = Phone(folder.path / "mail", os.urandom(16).hex(), self.world.now, lambda: changed("mail"))
        self.log: deque[dict[str, str]] = deque(maxlen=LOG_MOST)
        self._log = _LogTail(self)
        self._tasks: set[asyncio.Future[Any]] = set()
        self._host_turning = False

    # ---- opening hours
    async def open(self) -> None:
        """Starts everything; a new shop is enrolled and its till provisioned first."""
        logging.getLogger("picotill").addHandler(self._log)
        logging.getLogger("picotill").setLevel(logging.INFO)
        logging.getLogger("picotill").propagate = False
        await self.mailbox.start()
        await self.phone.start()
        lmk = bytes.fromhex(self._secrets["lmk"])
        mail, sms = self.mailbox.address, self.phone.gateway
        self.office = BackOffice(self.folder.path, self.world, lmk, mail, self._host_changed, sms)
        await self.office.start()
        self.world.quiet.append(self.office.quiet)
        self.rack = Rack(self.office.host.issuer, self._secrets["cards"], self.folder.path / "cards")
        self._open_counter()
        self.world.open()
        self._beat()
        heap = await imported_heap()
        await self.counter.open(heap + HEAP_MOST)
        assert self.counter.supply is not None
        self.counter.supply.on_output = self.folder.keep_console
        if not self._secrets.get("provisioned"):
            await self.world.act(self._provision())
            self._secrets["provisioned"] = True
        self.keep()
        await self.world.act(self.switch_on())

    def _open_counter(self) -> None:
        seed = int.from_bytes(os.urandom(8), "big")
        self.counter = counter = Counter(
            self.world,
            ("127.0.0.1", self.office.port),
            self.office.progress,
            seed,
            fuses=bytes.fromhex(self._secrets["fuses"]),
            contact_port=self._contact_port,
        )
        self.folder.flash(counter.nor)
        self.watch = Watch(counter, self.recorder, load_profile("cup-3des"), self.glyphs)
        self.switches = Switches(counter, self.watch, self._switched)
        self.watch.ways = Ways(self._cards_changed)
        self.phones = Phones(lambda: self.office.host.wallets, counter.talkers.scan, counter.display.pixels)
        self.hand = Hand(counter, self.rack, self.watch, self._cards_changed, self.keep, self.phones)
        self.watch.screen_seen = self.hand.seen
        counter.display.changed = self._glass_changed
        counter.pins_changed = lambda: self.changed("pins")
        counter.on_slip, counter.on_power = self._slip_cut, self._power_changed

    async def close(self) -> None:
        """Power off, line down, everything on disk."""
        if hasattr(self, "counter"):
            self.counter.power_cut()
            await self.counter.close()
        await self.world.close()
        if hasattr(self, "office"):
            await self.office.close()
        await self.mailbox.stop()
        await self.phone.stop()
        self.keep()
        self.archive.close()
        logging.getLogger("picotill").removeHandler(self._log)

    def _beat(self) -> None:
        """A paced clock moves from event to event; with this one it says the time also while nothing happens."""
        self.world.call_after(BEAT_US if self.world.pace is not None else BEAT_HURRIED_US, self._beat)

    def keep(self) -> None:
        """Writes down what the databases and the flash do not hold: the cards' counters and the time."""
        if hasattr(self, "rack"):
            self._secrets["cards"] = self.rack.keep()
        self.folder.keep_secrets(self._secrets)
        self.folder.keep_clock(self.world.now())

    async def _provision(self) -> None:
        enrolled = await self.office.host.enroll(MERCHANT_FIELDS, TERMINAL, MERCHANT, EMAIL)
        name = enrolled["merchant_name"]
        settings = {
            **SETTINGS,
            **enrolled,
            "language": self._language,
            "provisioned_at": int(self.world.now().timestamp()),
            "glyphs": glyphs_for(name),
            "merchant_gbk": name.encode("gb2312").hex(),
        }
        counter = self.counter
        await counter.power_on("provision.py", json.dumps(settings).encode())
        ended = await self.world.until(lambda: not counter.powered, PROGRAM_US)
        if not ended or counter.deaths:
            what = counter.deaths or "it still ran"
            raise SupplyError(f"provisioning did not end well ({what}): run it again, it starts anew by itself")

    # ---- what people do; each takes effect at the wall's present instant
    def press(self, name: str) -> None:
        if name in KEYS and self.counter.powered:
            self.world.poke(lambda: self._press(name))

    def _press(self, name: str) -> None:
        self.watch.pressed(name)
        row, column = KEYS[name]
        keypad = self.counter.keypad
        keypad.release(row, column)  # a quick finger is back before the last release was due
        keypad.press(row, column)
        self.world.call_after(RELEASE_US, keypad.release, row, column)

    def present(self, name: str) -> None:
        """Brings a card of the rack to the till, in the card's own way."""
        self.world.poke(lambda: self.hand.take(name))

    def tear(self) -> None:
        """Tears off paper that hangs out uncut."""
        self.world.poke(self._tear)

    def _tear(self) -> None:
        self.counter.printer.tear()

    async def switch_on(self) -> None:
        if not self.counter.powered:
            await self.counter.power_on()

    def power(self, on: bool) -> None:
        """The till's switch, or the mains."""
        if on and not self.counter.powered:
            self._later(self.world.act(self.switch_on()))
        elif not on and self.counter.powered:
            self.world.poke(self.counter.power_cut)

    def host_power(self, on: bool) -> None:
        """Kills the host alone, as a crash would, or starts it again from its databases."""
        if on != self.office.up and not self._host_turning:
            self._host_turning = True
            self._later(self.world.act(self._turn_host(on)))

    async def _turn_host(self, on: bool) -> None:
        try:
            if on:
                await self.office.start()
            else:
                await self.office.kill()
            self._switched("host-started" if on else "host-killed")
        except OSError:
            self._switched("host-not-started")
        finally:
            self._host_turning = False

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def leap(self, to: str) -> None:
        """Puts the clock forward; everything that comes due on the way happens."""
        delay = leap(self.world.now(), to)
        if delay is not None and self.world.pace is not None:
            self._switched("clock-" + to)
            self.world.hurry(int(delay.total_seconds() * 1_000_000))
            self.folder.keep_clock(self.world.now() + delay)

    # ---- what is told on
    def _recorded(self, event: Event) -> None:
        if event["kind"] == "apdu":
            self.hand.used()
        self.changed("event")

    def _cards_changed(self) -> None:
        self.changed("cards")

    def _host_changed(self) -> None:
        self.changed("host")

    def _slip_cut(self, slip: object) -> None:
        assert isinstance(slip, Slip)
        self.watch.slip(slip, self.archive.keep_slip(packed(slip, self.world.now())))
        self.changed("paper")

    def _power_changed(self, on: bool) -> None:
        self.watch.power(on)
        if not on:
            self.switches.power_gone()
        self.changed("power")

    def _glass_changed(self) -> None:
        self.world.changed()
        self.watch.glass_changed()
        self.changed("screen")

    def _switched(self, what: str) -> None:
        self.recorder.add("world", what)
        self.changed("world")


class _LogTail(logging.Handler):
    """The host's log: the newest lines in memory, all of them in host.log, both behind the redaction."""

    def __init__(self, shop: Shop):
        super().__init__()
        self._shop = shop
        self.addFilter(Redaction())

    def emit(self, record: logging.LogRecord) -> None:
        at = self._shop.world.now().isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "name": record.name, "text": record.getMessage()}
        self._shop.log.append(line)
        self._shop.changed("log")
