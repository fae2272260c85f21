"""An inserted card pulled at each of its commands, at the real till: what the screen says, what journal and accounts
have of it. The card has had the command when it goes, and its answer never arrives: the worst moment there is.

Here one of each kind of command; PICOTILL_PULLS=all takes every one (`make pulls`).
"""

import os

from host_sim.rig.cards.emv.persona_card import PersonaCard
from host_sim.rig.cards.emv.personalise import personalise
from host_sim.rig.cards.emv.personas import enrol, persona
from tests.cards.at_the_till import APPROVED, Visit, downloaded
from tests.flows.shop import Shop, at_the_till
from till.ui import answers

ALL = os.environ.get("PICOTILL_PULLS") == "all"
GENERATE_AC = 0xAE
AMOUNT_FEN = 1_000  # of one payment; all together stay below what the till lets cards approve by themselves
FIRST_NUMBER = 700
# a script after the second cryptogram; the card's own PIN; a combined signature without the host
PERSONAS = ("script-after", "pin-on-card", "approves-offline")
GONE, REVERSED = "card-gone", "card-refused"


class Pulled(Visit):
    """A visit with a card of that persona, of an account of its own, pulled once at the command of that number."""

    def __init__(self, shop: Shop, name: str, number: int, at: int | None):
        self.shop, self.steps, self.asked_in = shop, [], set()
        self.row = {**persona(name), "number": FIRST_NUMBER + number}
        fault = {} if at is None else {"kind": "pulled", "after": at, "times": 1}
        self.card = PersonaCard({**personalise(self.row, enrol(self.row, shop.issuer)), "fault": fault})
        self.instructions: list[int] = []
        transmit = self.card.contact.transmit

        def noted(command: bytes) -> bytes:
            self.instructions.append(command[1])
            return transmit(command)

        self.card.contact.transmit = noted  # type: ignore[method-assign]

    async def made(self) -> tuple[str, list[str], str, bool]:
        """How it ended, what the issuer did, the journal's state, whether the card was put in twice."""
        before = len(self.shop.moved())
        ended = await self.insert(AMOUNT_FEN)
        payment = self.payment()
        moved = [kind for kind, _ in self.shop.moved()[before:]]
        return ended, moved, payment.state if payment else "", "insert-again" in self.steps


def code(shop: Shop, key: str) -> str:
    return answers.answer(shop.language, key)[2]


@at_the_till()
async def test_pulled_anywhere(shop: Shop) -> None:
    await downloaded(shop)
    wrong, number, seen = {}, 0, set()
    for name in PERSONAS:
        good = Pulled(shop, name, number, None)
        whole = await good.made()
        assert whole[0] in APPROVED and not whole[3]
        kinds = good.instructions
        cryptograms = [at for at, kind in enumerate(kinds) if kind == GENERATE_AC]
        assert len(cryptograms) == (1 if name == "approves-offline" else 2)
        for at, kind in enumerate(kinds):
            if not ALL and kind in seen and kind != GENERATE_AC:
                continue
            seen.add(kind)
            number += 1
            visit = Pulled(shop, name, number, at)
            got = await visit.made()
            if at < cryptograms[0]:  # nothing is decided: it is put in again and pays
                expect = (*whole[:3], True)
            elif at == cryptograms[0]:  # no host was asked, and the journal says that nothing came of it
                expect = (code(shop, GONE), [], "ABANDONED", False)
            elif at <= cryptograms[1]:  # the host said yes, the card never did
                expect = (code(shop, REVERSED), ["sale", "reversal"], "REVERSED", False)
            else:  # the card said yes; its script is told as failed
                expect = (*whole[:3], False)
                assert visit.told(got[0])["results"][:2] == "11"
            if got != expect:
                wrong[name, at] = (hex(kind), got, expect)
        number += 1
    assert not wrong
    assert not shop.issuer.unbalanced()
