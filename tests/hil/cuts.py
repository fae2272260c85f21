"""A day on which the power goes again and again, anywhere; and the judges of what is left of it.

Every sale has an amount of its own, so that whoever counts can be asked about it by the amount: the card by its
counter, the issuer by the cryptograms it has seen and the money it has moved, the paper by what stands on it.
"""

import random
from collections import Counter
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.networks.issuer.schema import Authorisation
from host_sim.rig.person import NotSeen
from host_sim.rig.stage import Stage
from host_sim.rig.stage import test_pan as pan_of
from host_sim.settlement.calendar import business_day
from tests.flows.drill import Drill
from tools.demo.balance import compare, gather
from tools.demo.slips import read_slips

LONGEST_US = 4_000_000  # from the card to the torn slip
BOOT_US = 2_500_000
WRITES = 8
OPENING_FEN = 100_000_000
FIRST_FEN = 1001
HOWS = ("before", "torn", "scattered", "after")


class Sale(NamedTuple):
    """One try to pay: what the card had counted before and after it, and how the power went."""

    amount_fen: int
    before: int
    after: int
    cut: str


class CutDay:
    """stage: with one card, "rich", and its power off. seed: of every cut."""

    def __init__(self, stage: Stage, seed: int):
        self.stage, self.drill, self.counter = stage, Drill(stage), stage.counter
        self.random = random.Random(f"cuts {seed}")
        self.card = stage.cards["rich"]
        self.sales: list[Sale] = []
        self.kinds: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self._wanted = 0

    @property
    def cuts(self) -> int:
        return self.kinds.total()

    async def play(self, cuts: int) -> None:
        """Until the power has gone so many times; ends with an idle till, a settled batch and the judges' word."""
        self._wanted = cuts
        await self._boot()
        while self.cuts < cuts:
            await self._sale()
        await self._settle()

    # ---- cuts
    async def _sale(self) -> None:
        """One customer. The power goes at a random instant, at a random write to the flash, or in the boot after."""
        drill, chance = self.drill, self.random
        kind = chance.choice(("instant", "instant", "write", "write", "print"))
        amount_fen = FIRST_FEN + len(self.sales)
        before = self.card.atc
        timer = None
        if kind == "write":
            drill.cut_at_write(chance.randint(1, WRITES), chance.choice(HOWS))
        elif kind == "print":
            drill.cut_at_print(chance.randint(1, 12))
        try:
            await drill.sees("请输入收款金额")
            await drill.person.type(str(amount_fen))
            await drill.person.press("confirm", "confirm")
            await drill.sees("请贴近卡片")
            if kind == "instant":
                timer = self.stage.world.call_after(chance.randrange(LONGEST_US), self.counter.power_cut)
            await drill.person.hold(self.card)
            await drill.taken()
        except NotSeen:
            assert not self.counter.powered, drill.person.screen()
        finally:
            self.counter.before = None
            self.counter.nor.cut(0, "after")
            if timer is not None:
                timer.cancel()
        fell = not self.counter.powered
        self.sales.append(Sale(amount_fen, before, self.card.atc, kind if fell else ""))
        if fell:
            self.kinds[kind] += 1
            await self._boot()

    async def _boot(self) -> None:
        """Power on; now and then it goes while the till is still finding out what had happened."""
        while self.sales and self.cuts < self._wanted and self.random.randrange(6) == 0:
            timer = self.stage.world.call_after(self.random.randrange(BOOT_US), self.counter.power_cut)
            await self.counter.power_on()
            await self.drill.dark()
            timer.cancel()
            self.kinds["boot"] += 1
        self.told.update(await self.drill.boot())

    async def _settle(self) -> None:
        await self.drill.person.pause(12)  # until every reversal is through
        await self.drill.settle()
        await self.judge()

    # ---- judges
    async def judge(self) -> None:
        """Card, issuer, paper and the books must tell the same of every sale."""
        self.drill.healthy()
        paper = read_slips(self.drill.slips())
        on_paper = Counter(slip.amount_fen for slip in paper)
        moved: Counter[int] = Counter()
        for movement in self.stage.host.issuer.movements():
            moved[movement.reference] -= movement.amount_fen
        stands = Counter(fen for fen in moved.values() if fen)
        assert on_paper == stands, f"paper and issuer differ: {on_paper - stands}, {stands - on_paper}"
        assert all(count == 1 for count in stands.values()), stands
        paid = sum(stands.elements())
        balance_fen = self.stage.host.issuer.balance_fen(pan_of(1))
        assert balance_fen == OPENING_FEN - paid, (balance_fen, OPENING_FEN - paid)
        self._judge_counter(stands)
        today = business_day(self.stage.world.now())
        found = compare(await gather(self.stage, paper, self.drill.tap.totals, 1, today))
        assert not found, found

    def _judge_counter(self, stands: Counter[int]) -> None:
        """Each payment of the card has a number of its own: the issuer has seen none that the card did not give, none
        twice, and money moved for no sale in which the card was not asked."""
        seen: dict[int, list[int]] = {}
        with Session(self.stage.host.issuer._engine) as session:
            for row in session.scalars(select(Authorisation).where(Authorisation.atc.is_not(None))):
                assert row.atc is not None
                seen.setdefault(row.atc, []).append(row.amount_fen)
        for sale in self.sales:
            own = [fen for atc in range(sale.before + 1, sale.after + 1) for fen in seen.pop(atc, [])]
            assert own in ([], [sale.amount_fen]), (sale, own)
            assert own or not stands[sale.amount_fen], f"{sale}: money moved, and the card did not say so"
        assert not seen, f"the issuer has numbers that the card never gave: {sorted(seen)}"
