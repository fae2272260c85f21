"""The till: its parts put together, and its main loop."""

import asyncio
import json
from binascii import unhexlify

from till.card.parameters import Parameters
from till.drivers.calendar import from_epoch
from till.drivers.clock import Signal
from till.factory import is_begun
from till.flows import boot, check_card, left, refund, refused, update
from till.flows.errors import Stopped
from till.flows.factory_reset import go_on
from till.flows.manage import lock
from till.flows.menu import menu
from till.flows.offline import Gauge, any_overdue
from till.flows.sale import sale
from till.flows.sign_on import sign_on
from till.flows.timed import due, settle_on_time, soon
from till.flows.waiting import drain
from till.journal.book import Book
from till.journal.errors import JournalError
from till.journal.ring import Ring
from till.keys.compare import same
from till.keys.vault import Vault, VaultError, derive, password_digest
from till.link.host_line import line_of
from till.link.session import Session
from till.ui.canvas import Canvas
from till.ui.interact import Cancelled, TimedOut, Ui
from till.ui.strings import Strings
from till.update.take import intake_of
from till.version import VERSION
from till.wire import cup_3des

PROFILES = {"cup-3des": cup_3des}
NO_LINK = "no-link"
MINUTE_S = 60
MINUTE_MS = 60_000
FAULT_REST_MS = 5_000
TRIES_MOST = 5
TRIES_REST_MS = 600_000


class Paper:
    """What the slips need of the settings."""

    def __init__(self, settings):
        self.merchant_name_gb = unhexlify(settings["merchant_gbk"])
        if settings["language"] == "en" and settings.get("merchant_name_en"):
            self.merchant_name_gb = settings["merchant_name_en"].encode()
        self.merchant_id, self.terminal_id = settings["merchant_id"], settings["terminal_id"]
        self.columns = settings["columns"]
        self.no_pin_limit_fen = settings["no_pin_most_fen"]


class Manager:
    """The manager's password, with a rest after too many wrong ones."""

    def __init__(self, settings, secret, clock):
        self._salt, self._digest = unhexlify(settings["manager_salt"]), unhexlify(settings["manager_digest"])
        self._secret, self._clock = secret, clock
        self.failures = settings.get("manager_failures", 0)  # kept by whoever asks, so that they outlive the power
        # a rest that the power cut short begins anew: nobody knows how long it was off
        self._rest_until_ms = clock.ticks_ms() + TRIES_REST_MS if self.failures >= TRIES_MOST else 0

    def locked(self):
        return self._clock.ticks_ms() < self._rest_until_ms

    def accepts(self, password):
        if self.locked():
            return False
        if self.failures >= TRIES_MOST:
            self.failures = 0  # the rest is over
        if same(password_digest(self._secret, self._salt, password), self._digest):
            self.failures = 0
            return True
        self.failures += 1
        if self.failures >= TRIES_MOST:
            self._rest_until_ms = self._clock.ticks_ms() + TRIES_REST_MS
        return False


class Till:
    """devices: of the board. settings: as provisioned. Everything that a flow needs hangs here."""

    VERSION = VERSION

    def __init__(self, devices, settings):
        self.devices, self.settings = devices, settings
        self.clock = devices.clock
        self.profile = PROFILES[settings["profile"]]
        self.paper = Paper(settings)
        self.manager = Manager(settings, devices.secret, self.clock)
        extra = {}
        for character in settings["glyphs"]:
            extra[character] = unhexlify(settings["glyphs"][character])
        canvas = Canvas(devices.display, extra)
        self.ui = Ui(canvas, devices.keypad, self.clock, Strings(settings["language"]), devices.buzzer)
        self.work = Signal()  # something may wait for the host
        self.news = Signal()  # something that the idle screen shows is different
        self.refusals_wait = True  # the host has refused offline payments; None of it known before the journal is read
        self.cards_wait = False  # a card has approved a payment that the power cut short
        self.left_waits = True  # something was left to the host's people, until the journal has been asked
        self.ask_after = 0  # epoch before which they are not asked again
        self.fates = {}  # what they have decided, by the payment's sequence, not yet shown
        self.put_off = set()  # sequences of such that the merchant decides on later
        self.gauge = Gauge(self)
        self.merchant_name = settings["merchant_name"]
        if settings["language"] == "en":
            self.merchant_name = settings.get("merchant_name_en") or self.merchant_name
        self.postponed_until = 0  # epoch before which no settlement begins by the clock
        self.resolved = []  # sequences of refunds whose answer came late, not yet shown
        self.slipless = 0  # sequence of the payment whose original has not come out whole, as far as this start knows
        self.troubles = 0
        self.signed_off = False
        self.download_after = 0  # epoch before which nothing is fetched about cards again
        self.parameters = Parameters(
            devices.flash("parameters"), derive(devices.secret, "parameters"), self.book_spent_fen
        )
        self.ring = Ring(devices.flash("journal"), derive(devices.secret, "journal"))
        self.book = Book(self.ring)
        self.session = Session(
            line_of(self), self.clock, self.book, settings, self.profile, Signal(), devices.exchange_over, self._changed
        )

        self.update_after = 0  # epoch before which no update is looked for again
        self.intake = intake_of(devices, settings)
        self._up = self._steady = False

    def book_spent_fen(self, pan):
        """What a card has paid that is still in the queue: several small payments count as one (Book 3, 10.6.1)."""
        return sum([payment.amount_fen for payment in self.book.offline_queue() if payment.pan == pan])

    def _changed(self):
        self.news.set()
        self.work.set()

    async def keep(self, **settings):
        """Changes settings, on flash too. Raises VaultError where the flash does not keep them."""
        changed = dict(self.settings)
        changed.update(settings)
        await self.session.flash_is_free()
        Vault(self.devices.flash("settings"), self.devices.secret).write(json.dumps(changed).encode())
        self.settings.update(settings)

    def last_known_epoch(self):
        """A time near now, for answers that carry no year."""
        newest = self.clock.epoch()
        if newest is None:
            last = self.book.last()
            newest = last.epoch if last else 0
        return max(self.settings["provisioned_at"], newest)

    def came_up(self):
        """Once the idle screen stands: an update that got here is kept."""
        if not self._up and self.devices.exchange_over.is_set():
            self._up = True
            if self.intake is not None and self.intake.confirm():
                self.intake.found_good()

    def runs_steadily(self):
        """Once nobody has pressed a key for a while, and all still goes well."""
        if not self._steady:
            self._steady = True
            self.devices.crashes.steady()

    def tell_date(self):
        """Sets the port's own clock, by which TLS judges certificates, where it does not keep the time by itself."""
        if self.devices.date is not None:
            self.devices.date(*from_epoch(self.last_known_epoch()))

    def trouble(self, error):
        """A fault that nobody expected. Counted, named by its class; never with its data."""
        self.troubles += 1
        print("fault", type(error).__name__)


async def run(board):
    """Starts the till on a board and keeps it going. Ends only with the power."""
    devices = board.devices
    asyncio.create_task(devices.clock.run())
    await devices.clock.sleep_ms(1)  # until the clock has looked at the board's time, a deadline would be long past
    settings = _settings(devices)
    if settings is None:
        await _not_provisioned(devices)
    if is_begun(settings):
        await go_on(_plain_ui(devices), devices)
    if devices.flash("journal") is None:
        await _no_journal(devices, settings)
    till = Till(devices, settings)
    till.ui.show("notice", "starting", "please-wait")
    try:
        till.ring.open()
        till.book.load()
        till.parameters.open()
    except JournalError:
        await _stopped(till, "storage-fault")
    await _attempt(till, boot.restore)
    await _attempt(till, _first_sign_on)
    await _attempt(till, boot.offer_slip)
    till.work.set()
    asyncio.create_task(drain(till))
    if till.settings.get("locked"):
        await _attempt(till, lock)
    while True:
        await _attempt(till, _idle)


async def stand_still(board):
    """Instead of run(), after too many faults in a row: says so, until a person asks to try again."""
    devices = board.devices
    asyncio.create_task(devices.clock.run())
    await devices.clock.sleep_ms(1)
    ui = _plain_ui(devices, (_settings(devices) or {}).get("language", "zh"))
    ui.show_answer("crash-loop")
    while await ui.key() != "confirm":
        pass
    devices.crashes.steady()


def _settings(devices):
    """As provisioned; None where there are none, or none that can be read."""
    try:
        found = Vault(devices.flash("settings"), devices.secret).read()
    except VaultError:
        return None
    return None if found is None else json.loads(found)


def _plain_ui(devices, language="zh"):
    """Screen and keys without a till behind them."""
    return Ui(Canvas(devices.display), devices.keypad, devices.clock, Strings(language))


async def _not_provisioned(devices):
    """Stays here: without keys and settings there is nothing that a till could do."""
    ui = _plain_ui(devices)
    while True:
        await ui.result("not-provisioned", None)


async def _no_journal(devices, settings):
    """Stays here: money may move only where a record outlives the power, on line as well as off line."""
    ui = _plain_ui(devices, settings["language"])
    while True:
        await ui.result("no-journal", None)


async def _stopped(till, answer):
    while True:
        await till.ui.result(answer, None)


async def _first_sign_on(till):
    await sign_on(till, quietly=True)


async def _idle(till):
    """One turn of the idle screen: shows how things stand, and starts what a key asks for."""
    session, book = till.session, till.book
    if till.cards_wait and till.clock.epoch() is not None:
        till.cards_wait = False
        await _attempt(till, check_card.decide)
    while till.refusals_wait:
        till.refusals_wait = await _attempt(till, refused.told) is not False
    while till.resolved:
        await _attempt(till, refund.tell, till.resolved.pop(0))
    while till.fates:
        await _attempt(till, left.show_fate)
    if due(till) is not None:
        await _attempt(till, settle_on_time)
    till.news.clear()
    till.ui.show(
        "idle", till.merchant_name, session.signed_on(), session.link_up, book.offline_count,
        till.clock.local(), _notice(till),
    )  # fmt: skip
    till.came_up()
    key = await till.ui.key(_rest_of_minute_ms(till.clock), (till.news,))
    if key == "menu":
        await _attempt(till, menu)
    elif isinstance(key, str) and key.isdigit() and int(key):
        await _attempt(till, sale, key)
    elif key is None:
        _idle_work(till)
        if update.due(till):
            await _attempt(till, update.by_itself)


def _notice(till):
    """What needs a person soon, in place of the date; None where nothing does."""
    strings = till.ui.strings
    if till.book.offline_count:
        if any_overdue(till):
            return strings["decide"]
    settles_at = soon(till)
    if settles_at:
        return strings["auto-soon"] % settles_at
    nearest = till.gauge.nearest()
    return strings["near-" + nearest[0]] % nearest[1] if nearest else None


def _rest_of_minute_ms(clock):
    """Until the time on the idle screen is wrong."""
    epoch = clock.epoch()
    return MINUTE_MS if epoch is None else (MINUTE_S - epoch % MINUTE_S) * 1000


def _idle_work(till):
    """Flash that can be freed is freed while nobody waits."""
    if left.due(till):
        till.work.set()
    if till.devices.exchange_over.is_set():
        till.runs_steadily()
        till.book.reclaim()


async def _attempt(till, flow, *args):
    """Runs a flow and shows how it ended, where that is not its own last screen. Returns what it returned."""
    try:
        return await flow(till, *args)
    except TimedOut:
        await till.ui.message("timed-out")
    except Cancelled:
        await till.ui.message("cancelled")
    except Stopped as stopped:
        till.devices.red.drive(1)
        await till.ui.result(_known(till, stopped.args[0]))
        till.devices.red.drive(0)
    except Exception as error:
        till.trouble(error)
        await _after_fault(till)


def _known(till, answer):
    """Of a line that cannot be had, the cause where it is known."""
    return till.session.fault or answer if answer == NO_LINK else answer


async def _after_fault(till):
    """A fault that no flow knows of ends the flow and not the till: the journal is brought in order as after a power
    cut, and the merchant is told."""
    try:
        async with till.session.turn():
            boot.recover(till)
        await till.ui.result("fault")
    except Exception as error:  # the display or the flash itself: try again in a while
        till.trouble(error)
        await till.clock.sleep_ms(FAULT_REST_MS)
