"""The people at the counter: they press keys, read the screen, hold cards to the reader, tear off slips.

What they see is read off the display's pixels and the printer's paper, nothing else.
"""

from collections.abc import Callable

from host_sim.rig.cards.card import Card
from host_sim.rig.cards.contact import ContactCard
from host_sim.rig.counter import Counter
from host_sim.rig.screen import load_glyphs, read_text

KEYS = {
    name: (row, column)
    for row, names in enumerate(
        (
            ("1", "2", "3", "cancel"),
            ("4", "5", "6", "clear"),
            ("7", "8", "9", "menu"),
            ("00", "0", "up", "confirm"),
            ("down",),
        )
    )
    for column, name in enumerate(names)
}
"""Where the keys are on the keypad's matrix (docs/hardware.md)."""

PRESS_US, BETWEEN_US = 60_000, 120_000
HAND_US = 200_000
LOOK_US = 60_000_000
GLANCE_US = 30_000


class NotSeen(AssertionError):
    """The screen or the paper never showed what was waited for. args: what, and what was there instead."""


class Person:
    """counter: where they stand. All methods are for scripts that run as actors of its world."""

    def __init__(self, counter: Counter):
        self.counter, self.world = counter, counter.world
        self._glyphs = load_glyphs()
        self.looked: Callable[[], None] = lambda: None  # told whenever somebody has seen what was waited for

    # ---- hands
    async def press(self, *names: str) -> None:
        """Presses keys one after another, as fast as a practised finger."""
        for name in names:
            row, column = KEYS[name]
            self.counter.keypad.press(row, column)
            await self.world.sleep(PRESS_US)
            self.counter.keypad.release(row, column)
            await self.world.sleep(BETWEEN_US)

    async def type(self, digits: str) -> None:
        await self.press(*digits)

    async def hold(self, card: Card, for_us: int = 1_500_000) -> None:
        """Holds a card to the reader, and takes it away again."""
        self.counter.field.present(card)
        await self.world.sleep(for_us)
        self.counter.field.remove()

    async def insert(self, card: ContactCard) -> None:
        """Puts a card into the slot, where it stays until pull()."""
        self.counter.slot.insert(card)
        await self.world.sleep(HAND_US)

    async def pull(self) -> None:
        """Takes the card out of the slot."""
        self.counter.slot.pull()
        await self.world.sleep(HAND_US)

    async def swipe(self, tracks: dict[int, str | None]) -> None:
        """Pulls a card's stripe through the head. tracks: content by number, without sentinels; None: unreadable."""
        self.counter.talkers.swipe(tracks)
        await self.world.sleep(HAND_US)

    async def scan(self, text: str) -> None:
        """Holds a code before the scanner."""
        self.counter.talkers.scan(text)
        await self.world.sleep(HAND_US)

    async def pause(self, seconds: float) -> None:
        await self.world.sleep(int(seconds * 1_000_000))

    # ---- eyes
    def screen(self) -> list[str]:
        """The display's lines as a person reads them."""
        return read_text(self.counter.display.pixels(), self._glyphs)

    def reads(self, *texts: str) -> bool:
        """Whether all of texts stand on the screen, spaces aside."""
        seen = "".join(self.screen()).replace(" ", "")
        return all(text.replace(" ", "") in seen for text in texts)

    async def sees(self, *texts: str, within_us: int = LOOK_US) -> list[str]:
        """Waits until all of texts stand on the screen."""
        if not await self.world.until(lambda: self.reads(*texts), within_us):
            raise NotSeen(f"waited for {texts}, the screen shows {self.screen()}; {self.counter.deaths}")
        await self.world.sleep(GLANCE_US)  # the rest of the screen may still be on its way
        self.looked()
        return self.screen()

    async def slips(self, count: int, within_us: int = LOOK_US) -> None:
        """Waits until the printer has cut count slips since it was bought."""
        slips = self.counter.printer.slips
        if not await self.world.until(lambda: len(slips) >= count, within_us):
            raise NotSeen(f"waited for slip {count}, there are {len(slips)}; {self.counter.deaths}")

    async def until(self, condition: Callable[[], bool], what: str, within_us: int = LOOK_US) -> None:
        if not await self.world.until(condition, within_us):
            raise NotSeen(f"waited for {what}; the screen shows {self.screen()}; {self.counter.deaths}")
