"""A persona's card at a till: the real firmware behind the rig, a person who inserts, types and reads, and afterwards
what the till's journal and the issuer's books have of it."""

import random
from typing import Any

from host_sim.rig.cards.emv.personas import card_number, make, persona
from host_sim.rig.nor import Nor
from host_sim.rig.person import NotSeen
from tests.flows.shop import Shop
from till.journal.payment import Payment
from till.journal.ring import Ring
from till.journal.shelf import Shelf
from till.keys.derive import derive
from till.ui.strings import Strings
from till.wire import de55
from tools.torture.partition import Partition

AMOUNT_FEN = 10_000
APPROVED = ("approved", "approved-offline")
NO_CVM, ONLINE_PIN = "1F0002", "020000"  # 9F34 of a tap (Book 4, A4): no CVM, always, done; online PIN, result unknown
TAP_CODES = {"declined": ("T04",), "not_accepted": ("T02",), "card_error": ("T01", "T03")}  # without a record
STEPS = ("remove-card", "choose-app", "insert-again", "swipe-chip", *APPROVED, "code")
JOURNAL = (2, 128)  # first sector and sectors of the unix board
REFUSALS = {"T02": "not_accepted", "T17": "not_accepted", "T14": "card_error", "T37": "reversed"}
"""Codes on the screen that are no decline: cancelled is who is asked for the stripe of a chip that failed."""


async def downloaded(shop: Shop) -> None:
    """The till is open and has fetched keys and applications."""
    await shop.open()
    await shop.menu("menu", "6", "up", "up", "up", "confirm")  # the last but two
    await shop.word("keys-kept")
    await shop.press("confirm")


class Visit:
    """One payment of a persona. bypasses: the cardholder types no PIN."""

    bypasses = False

    def __init__(self, shop: Shop, name: str):
        self.shop, self.row = shop, persona(name)
        self.card = make(name, shop.issuer)
        self.steps: list[str] = []
        self.asked_in: set[str] = set()  # languages in which the PIN was asked for

    # ---- the person
    async def insert(self, amount_fen: int = AMOUNT_FEN) -> str:
        """Returns how it ended: one of APPROVED, or the code on the screen."""
        await self.shop.amount(amount_fen)
        await self.shop.person.insert(self.card.contact)
        return await self._follow()

    async def tap(self, amount_fen: int = AMOUNT_FEN) -> str:
        """Returns how it ended, as insert() does. A card that left is held there again; one that is to be inserted, or
        that the till wants another way, is put away."""
        shop, person, words = self.shop, self.shop.person, self.shop.words
        await shop.amount(amount_fen)
        for _ in range(3):
            assert self.card.tap is not None
            if self.row.get("fault", {}).get("kind") == "slow":  # its holder waits for the screen
                shop.counter.field.present(self.card.tap)
                await person.until(lambda: self._step() != "", "an end", 200_000_000)
                shop.counter.field.remove()
            else:
                await person.hold(self.card.tap)
            await person.until(lambda: self._step() or person.reads(words["present-again"]), "an end", 200_000_000)
            if self._step():
                return await self._follow()
            self.steps.append("present-again")
        return await self._follow()

    async def _follow(self) -> str:
        """Does what the screen says."""
        shop, person, words = self.shop, self.shop.person, self.shop.words
        for _ in range(20):
            await person.until(lambda: self._step() != "", "something to do", 200_000_000)
            step = self._step()
            self.steps.append(step)
            await shop.world.sleep(100_000)
            if step in APPROVED:
                await shop.paper()
                return step
            if step == "code":
                shown = "".join(person.screen()).split(words["code"])[-1].strip()
                await shop.press("confirm")
                return shown
            if step == "enter-pin":
                if not self.bypasses:
                    await shop.type(self.row["pin"])
                await shop.press("confirm")
            elif step == "choose-app":
                await shop.press("confirm")
            elif step == "remove-card":
                await person.pull()
            elif step == "insert-again":
                await person.pull()
                await person.insert(self.card.contact)
            elif step == "swipe-chip":
                await shop.press("cancel")
                await person.pull()
            await person.until(lambda step=step: self._step() != step or step == "enter-pin", "the next screen")
        raise NotSeen("the payment does not end", self.steps)

    def _step(self) -> str:
        reads, words = self.shop.person.reads, self.shop.words
        for key in STEPS:
            if reads(words[key]) and (key not in APPROVED or reads(words["trace"])):
                return key
        for language in ("zh", "en"):  # the cardholder's, who is asked for the PIN
            own = Strings(language)
            if (reads(own["enter-pin"]) or reads(own["tries-left"].split("%")[0])) and not reads("*"):
                self.asked_in.add(language)
                return "enter-pin"
        return ""

    # ---- the books
    def payment(self) -> Payment | None:
        """The till's own record of it, read off its flash."""
        counter = self.shop.counter
        first, count = (sectors * counter.nor.sector for sectors in JOURNAL)
        copy = Nor(count, random.Random(0))
        copy.image[:] = counter.nor.image[first : first + count]
        ring = Ring(Partition(copy), derive(counter.fuses, "journal"))
        ring.open()
        shelf, number = Shelf(ring), card_number(self.row)
        found = [payment for payment in shelf.each(lambda record: True) if payment.pan == number]
        return found[-1] if found else None

    def told(self, ended: str) -> dict[str, Any]:
        """What became of it, in the words of a persona's expectation."""
        payment = self.payment()
        outcome = "approved" if ended in APPROVED else REFUSALS.get(ended, "declined")
        if payment is None:
            return {"outcome": outcome}
        tags = {tag: value.hex().upper() for tag, value in de55.unpack(payment.de55)}
        arc = bytes.fromhex(tags.get(0x8A, "")).decode()
        return {
            "outcome": outcome, "tvr": tags.get(0x95), "tsi": tags.get(0x9B), "cvm": tags.get(0x9F34), "arc": arc,
            "last": tags.get(0x9F27), "results": tags.get(0xDF31, ""),
            "issuer": [state for _, _, state, _ in self.shop.issuer.orders(payment.pan)],
        }  # fmt: skip

    def told_of_tap(self, ended: str) -> dict[str, Any]:
        """What became of a tap, and what the record has of it where there is one."""
        payment = self.payment()
        if payment is None:
            return {"ended": ended}
        tags = {tag: value.hex().upper() for tag, value in de55.unpack(payment.de55)}
        return {
            "ended": ended, "response": payment.response, "state": payment.state, "entry": payment.entry,
            "tvr": tags.get(0x95), "cvm": tags.get(0x9F34), "kind": tags.get(0x9F27),
        }  # fmt: skip

    def expected_of_tap(self, cvm: str = NO_CVM) -> list[dict[str, Any]]:
        """What may become of it. A tap has no TVR: the card decides before the till has looked at anything (Book C-7).
        No response code decides on what the card approved; the host's to the advice is kept."""
        expect = self.row["expect"]
        tap, arc = expect["tap"], expect["arc"]
        record = {"entry": "C", "tvr": "0000000000", "cvm": cvm}
        if tap == "approved":
            return [{"ended": "approved", "response": "00", "state": "APPROVED", "kind": "80", **record}]
        if tap == "approved_offline":
            return [{"ended": "approved-offline", "response": "00", "state": "ACKED", "kind": "40", **record}]
        if tap == "declined" and arc.isdigit() and arc != "00":
            return [{"ended": arc, "response": arc, "state": "DECLINED", "kind": "80", **record}]
        return [{"ended": code} for code in TAP_CODES[tap]]

    def expected(self) -> dict[str, Any]:
        """The persona's row, as told() puts it."""
        expect = self.row["expect"]
        if not expect["tvr"]:
            return {"outcome": expect["outcome"]}
        results, orders = expect["results"], self.shop.issuer.orders(card_number(self.row))
        if results:  # the identifier is the issuer's number of the order
            results = results[:2] + f"{orders[0][0]:08X}"
        states = (
            ["done" if results.startswith("2") else "failed"]
            if results
            else ["done" if command == "false-answer" else "open" for _, command, _, _ in orders]
        )
        return {
            **{key: expect[key] for key in ("outcome", "tvr", "tsi", "cvm", "arc")},
            "last": expect["cid2"] or expect["cid"], "results": results, "issuer": states,
        }  # fmt: skip
