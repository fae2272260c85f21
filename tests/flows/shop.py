"""A shop for flow tests: the real firmware behind the rig, people who press keys and read, and the books to look in.

A story is `async def story(shop, ...)` under `@at_the_till()`; it runs as an actor of the shop's world, so that its
waits cost no time on the wall. Whatever it does, the till must not have died, met a fault in its background, or shown
a character without a glyph.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_sim.rig.cards.card import Card
from host_sim.rig.cards.unionpay import UnionPayCard
from host_sim.rig.screen import UNKNOWN
from host_sim.rig.stage import MANAGER_PASSWORD, SETTINGS, Stage, test_pan
from host_sim.store.schema import Payment
from till.ui import answers
from till.ui.strings import Strings

WAIT_US = 180_000_000
SETTLE = ("menu", "6", "2")
VOID, REFUND = ("menu", "2"), ("menu", "3")
QUEUE, SEND_NOW = ("menu", "4", "1"), ("menu", "4", "2")
PRINT_LAST, PRINT_ANY, PRINT_SETTLEMENT = ("menu", "5", "1"), ("menu", "5", "2"), ("menu", "5", "3")
SIGN_ON, TOTALS, QUERY, SIGN_OFF, LOCK, VERSION = (("menu", "6", key) for key in "134567")
OFFLINE = SETTINGS["offline"]
HEAP: dict[str, int] = {}  # what the imported code takes, measured once a run


def at_the_till(provisioned: bool = True, **options: Any) -> Callable[..., Callable[..., Any]]:
    """Makes a test of a story. options: of the Stage."""

    def decorate(story: Callable[..., Any]) -> Callable[..., Any]:
        async def test(tmp_path: Path, **given: Any) -> None:
            stage = Stage(tmp_path, **options)
            stage.heap_imported = HEAP.get("imported", 0)
            async with stage:
                HEAP["imported"] = stage.heap_imported
                if provisioned:
                    await stage.act(stage.provision())
                shop = Shop(stage)
                await stage.act(story(shop, **given))
                shop.healthy()

        asked = list(inspect.signature(story).parameters.values())[1:]
        here = inspect.Parameter("tmp_path", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        test.__signature__ = inspect.Signature([here, *asked])  # type: ignore[attr-defined]
        test.__name__, test.__doc__, test.__module__ = story.__name__, story.__doc__, story.__module__
        return test

    return decorate


def yuan(amount_fen: int) -> str:
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def rows(lines: list[str]) -> list[list[str]]:
    """What stands below a screen's title, in columns."""
    return [line.split() for line in lines[1:]]


class Shop:
    """stage: its world. words: the till's texts by their keys, in the till's language."""

    def __init__(self, stage: Stage):
        self.stage, self.world = stage, stage.world
        self.counter, self.person, self.issuer = stage.counter, stage.person, stage.host.issuer
        self.link = stage.counter.link
        self.language = stage.settings["language"]
        self.words = Strings(self.language)
        self.person.looked = self._looked
        self.press, self.type, self.hold = self.person.press, self.person.type, self.person.hold
        self._numbers = 0

    def _looked(self) -> None:
        """No character without a glyph. A line of nothing else is a progress bar, half a line of them a QR code."""
        lines = self.person.screen()
        assert not any(UNKNOWN in line.removesuffix(UNKNOWN * 7) and set(line) != {UNKNOWN} for line in lines), lines

    def healthy(self) -> None:
        assert not self.counter.deaths, self.counter.deaths
        assert self.counter.supply is not None
        assert b"fault " not in self.counter.supply.output, self.counter.supply.output

    # ---- cards
    def card(self, balance_fen: int = 10_000_000, **more: Any) -> UnionPayCard:
        """A new card of a new account. more: of Issuer.issue_card."""
        self._numbers += 1
        given = {"psn": "01", "expiry": "3012", "pin": "246810", **more}
        profile = self.issuer.issue_card(test_pan(self._numbers), balance_fen=balance_fen, **given)
        # a cardholder who reads what the clerk reads
        languages = "zhen" if self.language == "zh" else "enzh"
        return UnionPayCard({**profile, "name": f"card {self._numbers}", "languages": languages})

    def pan(self, number: int = 1) -> str:
        return test_pan(number)

    # ---- eyes
    async def sees(self, *texts: str, within_us: int = WAIT_US) -> list[str]:
        return await self.person.sees(*texts, within_us=within_us)

    async def word(self, *keys: str) -> list[str]:
        """Sees the texts of those keys."""
        return await self.sees(*(self.words[key] for key in keys))

    async def answer(self, key: str, acknowledge: bool = True) -> list[str]:
        """Sees all three parts of an answer, each where it belongs, and acknowledges it."""
        cause, advice, code = answers.answer(self.language, key)
        lines = await self.sees(cause, f"{self.words['code']} {code}")
        assert [line.strip() for line in lines if line.strip()] == [
            *cause.split("/"), *advice.split("/"), f"{self.words['code']} {code}",
        ], lines  # fmt: skip
        if acknowledge:
            await self.press("confirm")
        return lines

    # ---- hands
    async def open(self) -> None:
        await self.counter.power_on()
        await self.idle()

    async def idle(self) -> None:
        await self.word("signed-on", "type-amount")

    async def standing(self) -> None:
        """The idle screen, whatever waits and whether or not there is a link."""
        await self.word("type-amount")

    async def amount(self, amount_fen: int) -> None:
        """Types an amount and confirms it and the details of the payment."""
        await self.standing()
        await self.type(str(amount_fen))
        await self.sees(self.words["enter-amount"], yuan(amount_fen))
        await self.press("confirm")
        await self.sees(self.words["check-details"], yuan(amount_fen))
        await self.press("confirm")
        await self.word("present-card")

    async def tap(self, amount_fen: int, card: Card) -> None:
        await self.amount(amount_fen)
        await self.hold(card)  # type: ignore[arg-type]

    async def paper(self) -> None:
        """Both copies."""
        await self.word("tear-off")
        await self.press("confirm")

    async def sale(self, amount_fen: int, card: Card) -> int:
        """One approved sale with its slips. Returns its trace number."""
        await self.tap(amount_fen, card)
        return await self.done("approved")

    async def offline_sale(self, amount_fen: int, card: Card) -> int:
        await self.tap(amount_fen, card)
        return await self.done("accepted-offline")

    async def done(self, key: str) -> int:
        seen = await self.sees(self.words[key], self.words["trace"])
        trace = int("".join(digit for digit in seen[2] if digit.isdigit()))
        await self.paper()
        await self.standing()
        return trace

    async def menu(self, *keys: str) -> None:
        await self.word("type-amount")
        await self.press(*keys)

    async def password(self, digits: str = MANAGER_PASSWORD) -> None:
        await self.word("enter-password")
        await self.type(digits)
        await self.press("confirm")

    async def number(self, trace: int) -> None:
        await self.word("enter-trace")
        await self.type(str(trace))
        await self.press("confirm")

    async def manager(self, menu: tuple[str, ...], trace: int) -> None:
        """A menu item of the manager's about one voucher."""
        await self.menu(*menu)
        await self.password()
        await self.number(trace)

    async def void(self, trace: int, amount_fen: int) -> int:
        await self.manager(VOID, trace)
        await self.sees(self.words["trace"], yuan(amount_fen))
        await self.press("confirm")
        return await self.done("voided")

    async def refund(self, trace: int, amount_fen: int) -> int:
        await self.manager(REFUND, trace)
        await self.word("enter-amount")
        await self.type(str(amount_fen))
        await self.press("confirm")
        await self.sees(self.words["trace"], yuan(amount_fen))
        await self.press("confirm")
        return await self.done("refunded")

    async def settled(self, key: str = "match") -> str:
        """Settles; returns the settlement slip."""
        count = len(self.slips)
        await self.menu(*SETTLE)
        await self.sees(self.words[key], self.words["new-batch"])
        await self.person.slips(count + 1)
        return self.slips[-1].text()

    async def cut_line(self) -> None:
        await self.standing()
        self.link.up = False
        await self.word("link-down")

    # ---- the books
    @property
    def slips(self) -> list[Any]:
        return self.counter.printer.slips

    def moved(self) -> list[tuple[str, int]]:
        """What the issuer did to its accounts: kind and signed fen, in order."""
        return [(movement.kind, movement.amount_fen) for movement in self.issuer.movements()]

    async def payments(self) -> list[tuple[str, str, int]]:
        """The host's payments: kind, state, fen, oldest first."""
        return await self.stage.host.store.read(
            lambda session: [
                (one.kind, one.state, one.amount_fen) for one in session.query(Payment).order_by(Payment.id)
            ]
        )
