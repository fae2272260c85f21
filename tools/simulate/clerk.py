"""The person at one till: wants something, looks at the screen and does what it asks, whatever came in between.

A clerk believes nothing but pixels and paper, and keeps what was seen of both.
"""

from typing import NamedTuple

from host_sim.rig.stage import MANAGER_PASSWORD
from tools.demo.slips import Slip, read_slips
from tools.simulate.screens import code_of, fen_of, name_of, trace_of, voucher_of
from tools.simulate.town import SECOND_US, Till

LOOK_US, GLANCE_US = 300_000, 40_000
PATIENCE_US = 900 * SECOND_US
STUCK_US = 20 * SECOND_US
BUSY_US = 240 * SECOND_US
LOOKS_APART = 3  # of wrong keys
STARTS = 4
DARK_US = 3 * SECOND_US
READ: dict[bytes, list[str]] = {}  # a picture that somebody has read is not spelt out again
READ_MOST = 4000
MENUS = {"void": "2", "refund": "3", "send_now": "42", "settle": "62", "sign_on": "61", "reprint": "51"}
WAITS = ("busy", "reading", "approved", "settled")


class Stuck(Exception):
    """The till goes no further. args: what was wanted, what the screen shows."""


class Wish(NamedTuple):
    """what: of schedule.ACTS, or "" to see the idle screen only."""

    what: str = ""
    amount_fen: int = 0
    card: int = 0
    trace: int = 0


class Clerk:
    """till: where they stand. seen_approved: fen by voucher number, of what a screen showed as done. voided: vouchers
    that a void was confirmed for. wrong_keys: (when, keys) of slips of the finger to come. boots: how often the power
    came back. reprints: how often the last slip was asked for."""

    def __init__(self, till: Till):
        self.till, self.person, self.counter = till, till.person, till.counter
        self.world = till.counter.world
        self.seen_approved: dict[int, int] = {}
        self.wrong_keys: list[tuple[int, tuple[str, ...]]] = []
        self.voided: set[int] = set()
        self.boots = self.reprints = 0
        self.line: list[str] = []
        self._papers: list[Slip] = []
        self._read = 0

    # ---- paper
    def slips(self) -> list[Slip]:
        """Merchant's copies, read once each."""
        slips = self.counter.printer.slips
        while self._read < len(slips):
            self._papers += read_slips([slips[self._read].text()])
            self._read += 1
        return self._papers

    # ---- the till
    async def look(self) -> list[str]:
        """The screen, once it has stood still for a moment."""
        await self.world.sleep(LOOK_US)
        picture = self._picture()
        while True:
            await self.world.sleep(GLANCE_US)
            before, picture = picture, self._picture()
            if before == picture:
                break
        if picture not in READ:
            if len(READ) > READ_MOST:
                READ.clear()
            READ[picture] = self.person.screen()
        return READ[picture]

    def _picture(self) -> bytes:
        return b"".join(self.counter.display.pixels())

    async def power_back(self) -> None:
        await self.world.sleep(DARK_US)
        await self.person.pull()  # nobody leaves a card in a till that is dark
        if self.counter.deaths:
            raise Stuck("the firmware to go on", str(self.counter.deaths[-1])[-300:])
        if not self.counter.powered:
            assert self.counter.supply is not None
            await self.counter.supply.reaped()
            self.boots += 1
            await self.counter.power_on()

    async def do(self, wish: Wish) -> str:
        """Wants it until it is done or refused. Returns the last code seen on the way, "" for none, "dark" where the
        power went meanwhile. Raises Stuck."""
        desk = _Attempt(self, wish)
        until_us = self.world.now_us + PATIENCE_US
        looks = 0
        while self.world.now_us < until_us:
            looks += 1
            while self.wrong_keys and self.wrong_keys[0][0] * LOOKS_APART <= looks:
                await self.person.press(*self.wrong_keys.pop(0)[1])
            if not self.counter.powered:
                await self.power_back()
                desk.interrupted()
            if await desk.step():
                return desk.code
        raise Stuck(f"{wish.what or 'the idle screen'}", " / ".join(self.line))


class _Attempt:
    """One wish on its way."""

    def __init__(self, clerk: Clerk, wish: Wish):
        self.clerk, self.wish = clerk, wish
        self.code = ""
        self._starts, self._under_way, self._over = 0, not wish.what, not wish.what
        self._acted: tuple[str, ...] = ()
        self._since_us = clerk.world.now_us

    def interrupted(self) -> None:
        self.code, self._over, self._under_way = "dark", True, True
        self._acted = ()

    async def step(self) -> bool:
        """One look and what it asks for. True when the till stands idle and nothing is wanted any more."""
        clerk = self.clerk
        lines = clerk.line = await clerk.look()
        name, shown = name_of(lines), tuple(lines)
        if name != "idle" and self._starts:
            self._under_way = True
        if shown == self._acted:
            waited_us = clerk.world.now_us - self._since_us
            if waited_us < (BUSY_US if name in WAITS else STUCK_US) and name not in ("answer", "idle"):
                return False
            if name not in ("answer", "idle"):
                await clerk.person.press("cancel")
                self._acted = ()
                return False
        if shown != self._acted:
            self._acted, self._since_us = shown, clerk.world.now_us
        return await self._meet(name, lines)

    async def _meet(self, name: str, lines: list[str]) -> bool:
        clerk, wish, press = self.clerk, self.wish, self.clerk.person.press
        if name == "idle":
            if self._under_way and (self._over or self._starts):
                return True
            if self._starts == STARTS:
                self.code = "deaf"
                return True
            await clerk.person.pull()
            self._starts += 1
            clerk.reprints += wish.what == "reprint"
            await press(*(str(wish.amount_fen)[0] if wish.what == "sale" else ("menu", *MENUS[wish.what])))
        elif name == "answer":
            code = code_of(lines)
            if not self.code or code not in ("T66",):
                self.code = code
            await press("confirm")
        elif name == "missing slip":
            out = [slip.trace for slip in clerk.slips()]
            await press("cancel" if voucher_of(lines) in out else "confirm")
        elif name in ("tear off", "settled"):
            await press("confirm")
        elif name == "approved":
            clerk.seen_approved[trace_of(lines)] = fen_of(lines)
        elif name == "refused choice":
            await press("2")
        elif name == "locked":
            await press("confirm")
        elif name == "password":
            await press(*MANAGER_PASSWORD, "confirm")
        elif name == "trace":
            await press(*(str(wish.trace) if wish.trace else ("cancel",)), *(("confirm",) if wish.trace else ()))
        elif name == "amount":
            await self._amount(lines)
        elif name == "pin":
            await press(*clerk.till.cards[wish.card].pin, "confirm")
        elif name == "details":
            await self._details(lines)
        elif name == "card":
            await clerk.till.cards[wish.card].present(clerk.person)
            self._acted = ()
        elif name == "take away":
            await clerk.person.pull()
        elif name in ("menu", "older"):
            await press("cancel")
        return False

    async def _amount(self, lines: list[str]) -> None:
        """What is typed already stays where it is the beginning of what is wanted."""
        press, wanted, shown = self.clerk.person.press, str(self.wish.amount_fen), str(max(0, fen_of(lines)))
        if self.wish.what not in ("sale", "refund"):
            await press("cancel")
        elif shown == wanted:
            await press("confirm")
        elif shown == "0" or wanted.startswith(shown):
            await press(*wanted[len(shown) if shown != "0" else 0 :])
        else:
            await press(*["clear"] * len(shown))

    async def _details(self, lines: list[str]) -> None:
        wish, fen = self.wish, fen_of(lines)
        right = wish.what == "void" and trace_of(lines) == wish.trace or fen == wish.amount_fen
        if right and wish.what == "void":
            self.clerk.voided.add(wish.trace)
        await self.clerk.person.press("confirm" if right and wish.what in ("sale", "void", "refund") else "cancel")
