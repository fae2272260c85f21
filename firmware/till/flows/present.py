"""The customer presents a card: whichever reader meets one first has it."""

from till.card.emv.torn import Tap
from till.card.errors import CardError
from till.card.stripe import parse_stripe
from till.flows.errors import Stopped
from till.flows.insert import account_inserted, card_away
from till.flows.swipe import card_of
from till.flows.tap import tapped
from till.ui.interact import Cancelled

PRESENT_MS = 60_000
AWAY_MS = 1_500  # time to take the card away before it is looked for again
TRIES = 3
FIRST, AGAIN = "present-card", "present-again"
WORTH_ANOTHER = ("card-gone", "bad-data", "see-phone")  # another tap
TAP, INSERT, SWIPE = "C", "I", "S"
WAYS = (TAP, INSERT, SWIPE)


def ways_of(till):
    """What this board can read with."""
    devices = till.devices
    readers = (devices.nfc, devices.contact, devices.stripe)
    return tuple([way for way, reader in zip(WAYS, readers) if reader is not None])


class Meeting:
    """One wait for a card. ways: those of WAYS that count now. Swipes are always heard: a card that must be inserted
    is told so."""

    def __init__(self, till, ways):
        self._till, self._ways = till, ways
        devices = till.devices
        self._nfc = devices.nfc if TAP in ways else None
        self._contact = devices.contact if INSERT in ways else None
        self._stripe = devices.stripe

    async def card(self):
        """(way, None or the Stripe). Raises Cancelled by the keypad, Stopped where nobody comes or the readers fail,
        CardError for a stripe that cannot be read."""
        await self._begin()
        clock, keypad = self._till.clock, self._till.devices.keypad
        deadline_ms = clock.ticks_ms() + PRESENT_MS
        while True:
            found = self._here()
            if found:
                return found
            left_ms = deadline_ms - clock.ticks_ms()
            if left_ms <= 0:
                raise Stopped("no-card")
            if await self._tapped(left_ms):
                return TAP, None
            self._cancelled(keypad)

    async def _begin(self):
        """What came before somebody asked for it does not count, but a card that is in the slot does."""
        if self._stripe is not None:
            self._stripe.clear()
        if self._contact is not None:
            try:
                await self._contact.start()
            except self._contact.ReaderError:
                self._contact = None
                if self._nfc is None and SWIPE not in self._ways:
                    raise Stopped("reader")

    def _here(self):
        if self._contact is not None and self._contact.look():
            return INSERT, None
        if self._stripe is not None:
            swipe = self._stripe.read()
            if swipe is not None:
                if 2 in swipe.damaged:
                    raise CardError(0, 0, "track 2 was not read: swipe again")
                return SWIPE, parse_stripe(b"".join([track for track in swipe.tracks if track]))
        return None

    async def _tapped(self, left_ms):
        """Waits until something has happened. True for a card in the field."""
        signals = [self._till.devices.keypad.pressed]
        for reader in (self._contact, self._stripe):
            if reader is not None:
                signals.append(reader.activity)
        nfc = self._nfc
        if nfc is None:
            await self._till.clock.wait(tuple(signals), left_ms)
            return False
        try:
            target, _ = await nfc.wait_card(tuple(signals), left_ms)
            return target is not None
        except nfc.TwoCards:
            raise Stopped("two-cards")
        except nfc.ReaderError:
            self._nfc = None
            if self._contact is None and (self._stripe is None or SWIPE not in self._ways):
                raise Stopped("reader")
            return False

    def _cancelled(self, keypad):
        """The cancel key ends the wait; other keys mean nothing here."""
        key = keypad.read()
        while key is not None:
            if key == "cancel":
                raise Cancelled("cancel key")
            key = keypad.read()


class Tries:
    """The tries of one payment, whichever way each goes. kind, amount_fen: for the screen. ways: those that may be
    used, None for all that the board has. fallback: the chip has failed, so its stripe may be swiped."""

    def __init__(self, till, kind, amount_fen, ways=None):
        self._till, self._kind, self._amount_fen = till, kind, amount_fen
        self._all = self._ways = tuple([way for way in ways_of(till) if ways is None or way in ways])
        self._left = TRIES
        self._text = FIRST
        self.fallback = False
        self.tap = Tap()

    async def meet(self):
        """(way, None or the Stripe): what Meeting.card() found, once it can be read at all."""
        while True:
            self._show()
            try:
                way, stripe = await Meeting(self._till, self._ways).card()
            except CardError as error:
                await self.failed(SWIPE, error)
                continue
            if way == TAP or way == INSERT:
                self._till.ui.show("reading_card", self._kind, self._amount_fen, way == INSERT)
            return way, stripe

    def _show(self):
        others = self._text in (FIRST, AGAIN) and len(self._ways) > 1
        self._till.ui.show("present_card", self._kind, self._amount_fen, self._text, others)

    async def failed(self, way, error):
        """Says what to do next on the next screen. Raises Stopped with the card's fault where nothing is left to do."""
        till, code = self._till, error.code
        self._left -= 1
        text = None
        if way == INSERT:
            text = self._after_insert(code)
        elif way == SWIPE:
            if code == "use-chip" and len(self._all) > 1:
                self._ways = tuple([other for other in self._all if other != SWIPE])
                text = "insert-chip"
            elif code == "bad-data":
                text = "swipe-again"
        elif code in WORTH_ANOTHER:
            text = AGAIN
        elif code == "use-other" and INSERT in self._all:
            self._ways = tuple([other for other in self._all if other != TAP])
            text = "insert-chip"
        if text is None or not self._left:
            raise Stopped(code)
        self._text = text
        self._show()
        await till.ui.beep(2)
        if way == TAP:
            await till.clock.sleep_ms(AWAY_MS)

    def _after_insert(self, code):
        if code == "card-gone":
            return "insert-again"
        if code == "chip-failed" and SWIPE in self._all:
            self._ways, self.fallback = (SWIPE,), True
            return "swipe-chip"
        return None


async def present(till, kind, amount_fen, ways=None):
    """CardRead of a card that pays nothing itself: for a voice authorisation, or to give money back. An inserted one
    is read as far as its account."""
    tries = Tries(till, kind, amount_fen, ways)
    while True:
        way, stripe = await tries.meet()
        try:
            if way == INSERT:
                return await account_inserted(till)
            return card_of(till, stripe, tries.fallback) if way == SWIPE else await tapped(till, amount_fen, tries.tap)
        except CardError as error:
            await tries.failed(way, error)
        finally:
            if way == INSERT:
                await card_away(till, kind)
