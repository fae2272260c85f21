"""What shops do on a day: sales by card and wallet, declines, voids, refunds, settlement; and contested payments."""

import random
from collections import deque
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.settlement.chargebacks import decide, hand_in, open_chargeback
from host_sim.settlement.payout_run import PayoutError, pay_now
from host_sim.store.schema import Chargeback, Merchant, Payment, SettlementPlan
from tools.quarter.acquirer import CARD, WALLET, Acquirer, gather, pans
from tools.quarter.channel import DECLINED_FEN
from tools.quarter.till import Sale, Till
from tools.quarter.when import at

ROUNDS = (time(10, 15), time(13, 40), time(17, 5), time(19, 30))
LATE = time(23, 10)
REMEMBERED = 40
CASES = 3


class Business:
    """sales: how many a till tries on a day. past: what each till may refund. Counts of what was done."""

    def __init__(self, acquirer: Acquirer, sales: int):
        self.acquirer, self.sales = acquirer, sales
        self._pans = (list(pans(CARD)), list(pans(WALLET)))
        self._past: dict[int, deque[Sale]] = {id(till): deque(maxlen=REMEMBERED) for till in acquirer.tills}
        self._taken: set[str] = set()
        self.refunds = self.voids = self.declines = self.cases = 0

    async def day(self, day: date) -> None:
        """From the first sale to the cut-off, and a few tills beyond it: those count as the next day's."""
        acquirer = self.acquirer
        for number in range(self.sales):
            acquirer.clock.time = at(day, ROUNDS[number * len(ROUNDS) // self.sales])
            await gather([self._sale(till) for till in acquirer.tills])
        acquirer.clock.time = at(day, time(20))
        await gather([self._back(till) for till in acquirer.tills])
        acquirer.clock.time = at(day, time(21))
        # Some forget: their batch goes on over the night.
        closing = [till for till in acquirer.tills if acquirer.dice.random() < 0.9]
        await gather([till.settle(acquirer.desks[0]) for till in closing])
        acquirer.clock.time = at(day, LATE)
        await gather([self._sale(till) for till in acquirer.tills[:: max(1, len(acquirer.tills) // 4)]])

    async def _sale(self, till: Till) -> None:
        dice = self.acquirer.dice
        which = int(dice.random() < 0.3)
        amount_fen = dice.choice((dice.randrange(100, 5_000), dice.randrange(5_000, 80_000)))
        if dice.random() >= 0.03 and amount_fen % 100 == DECLINED_FEN:
            amount_fen += 1
        sale = await till.sale(self.acquirer.desks[which], dice.choice(self._pans[which]), amount_fen)
        if sale is None:
            self.declines += 1
        else:
            self._past[id(till)].append(sale)

    async def _back(self, till: Till) -> None:
        """A void of today's, or a refund of an earlier sale, whole or in part."""
        dice: random.Random = self.acquirer.dice
        past = self._past[id(till)]
        chance = dice.random()
        if chance < 0.08 and till.today and till.today[-1] is past[-1]:
            past.pop()
            await till.void(till.today.pop())
            self.voids += 1
        elif chance < 0.2 and past and past[0] not in till.today:
            sale = past.popleft()
            await till.refund(sale, dice.choice((sale.amount_fen, max(1, sale.amount_fen // 3))))
            self.refunds += 1

    async def disputes(self, day: date) -> None:
        """Now and then a cardholder contests; earlier cases are answered, decided, or let pass."""
        store, now = self.acquirer.host.store, at(day, time(11))
        self.acquirer.clock.time = now
        if day.day % 5 == 0:
            self.cases += await store.write(lambda session: self._open(session, now))
        for channel, case_number, amount_fen in await store.write(lambda session: self._decide(session, now)):
            if case_number not in self._taken:
                self._taken.add(case_number)
                at_fault = next(one for one in self.acquirer.channels if one.name == channel)
                at_fault.charge_back(case_number, amount_fen)

    def _open(self, session: Session, now: datetime) -> int:
        contested = select(Chargeback.payment_id)
        refunded = select(Payment.original_id).where(Payment.original_id.is_not(None))
        sales = session.scalars(
            select(Payment.id)
            .where(
                Payment.kind == "sale", Payment.state == "approved", Payment.matured_at.is_not(None),
                Payment.cleared_at.is_not(None), Payment.id.not_in(contested), Payment.id.not_in(refunded),
            )
            .order_by(Payment.id.desc())
            .limit(CASES)
        ).all()  # fmt: skip
        for payment_id in sales:
            amount_fen = session.get_one(Payment, payment_id).amount_fen
            case = open_chargeback(session, payment_id, f"CB{payment_id:010d}", "4853", amount_fen, now, days=5)
            if case.id % 3:  # every third lets the deadline pass
                hand_in(session, case.id, "slip.txt", "text/plain", b"signed slip", now)
        # A payment that is contested is refunded no more.
        gone = {session.get_one(Payment, payment_id).rrn for payment_id in sales}
        for past in self._past.values():
            kept = [sale for sale in past if sale.reference not in gone]
            past.clear()
            past.extend(kept)
        return len(sales)

    @staticmethod
    def _decide(session: Session, now: datetime) -> list[tuple[str, str, int]]:
        """Contested for three days: decided. Gives (channel, case, fen) of all that are lost."""
        for case in session.scalars(select(Chargeback).where(Chargeback.state == "contested")).all():
            if (now - case.opened_at).days >= 3:
                decide(session, case.id, case.id % 2 == 0, now)
        lost = session.scalars(select(Chargeback).where(Chargeback.state == "lost")).all()
        return [(case.channel, case.case_number, case.amount_fen) for case in lost]

    async def by_hand(self, day: date, everything: bool = False) -> None:
        """Merchants that settle by hand do so when something is there: all, or, but for everything, a part."""
        store = self.acquirer.host.store
        self.acquirer.clock.time = now = at(day, time(15))

        def pay(session: Session) -> None:
            plans = select(SettlementPlan.merchant_id).where(SettlementPlan.mode == "manual")
            for merchant_id in session.scalars(select(Merchant.id).where(Merchant.id.in_(plans))).all():
                savepoint: Any = session.begin_nested()
                try:
                    pay_now(session, merchant_id, now, None if everything or day.day % 2 else 5_000)
                    savepoint.commit()
                except PayoutError:  # nothing is there, or less
                    savepoint.rollback()

        await store.write(pay)
