"""A bank that takes orders once, pays them after a while, and behaves badly where it is told to.

Its time is the clock's that it is handed: what is due at a time happens when the bank is next spoken to after it.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.networks.bank.messages import REASONS, Advice, Answer, BankError, Order
from host_sim.networks.bank.schema import BankConduct, BankEvent, BankOrder, Base
from host_sim.store.connect import connect
from host_sim.store.migrate import create_missing

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Step = tuple[str, timedelta, bool]

# conduct: what becomes of an order: (state, after how long, whether the bank calls back)
CONDUCTS: dict[str, tuple[Step, ...]] = {
    "pays": (("paid", MINUTE, True),),
    "refuses": (("returned", 0 * MINUTE, True),),
    "returns": (("returned", 2 * MINUTE, True),),
    "returns_paid": (("paid", MINUTE, True), ("returned", DAY, True)),
    "late": (("paid", 2 * DAY, True),),
    "twice": (("paid", MINUTE, True), ("paid", 2 * MINUTE, True)),
    "silent": (("paid", MINUTE, False),),
    "loses_answer": (("paid", MINUTE, True),),
}
"""refuses: at once, in the answer. silent: never calls back. loses_answer: takes the order, but its first answer does
not arrive."""


class SimulatedBank:
    """url: an SQLAlchemy URL, the issuer's may be shared. key: of the digests that stand for account numbers."""

    def __init__(self, url: str, key: bytes, clock: Clock):
        self._engine = connect(url)
        create_missing(self._engine, Base.metadata)
        self._key = key
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def expect(self, account: str, conduct: str, reason: str = "closed") -> None:
        """From now on orders to this account go this way. conduct: of CONDUCTS; reason: of REASONS, for returns."""
        if conduct not in CONDUCTS or reason not in REASONS:
            raise BankError(
                f"{conduct}, {reason}: conduct is one of {', '.join(CONDUCTS)}; reason, {', '.join(REASONS)}"
            )
        with Session(self._engine) as session, session.begin():
            session.merge(BankConduct(account=self._digest(account), conduct=conduct, reason=reason))

    def submit(self, order: Order) -> Answer:
        """Take an order; again, say what became of it. Raises BankError, without an account number in it."""
        now = self._clock.now()
        digest = self._digest("|".join(map(str, (order.amount_fen, order.account, order.holder, order.cnaps))))
        with Session(self._engine) as session, session.begin():
            known = session.scalar(select(BankOrder).where(BankOrder.reference == order.reference))
            if known is not None:
                if known.digest != digest:
                    raise BankError(f"order {order.reference} came before with another content")
                return self._answer(session, known, now)
            told = session.get(BankConduct, self._digest(order.account))
            conduct, reason = (told.conduct, told.reason) if told else ("pays", "")
            row = BankOrder(
                reference=order.reference,
                digest=digest,
                amount_fen=order.amount_fen,
                conduct=conduct,
                state="accepted",
                taken_at=now,
            )
            session.add(row)
            session.flush()
            for state, after, called in CONDUCTS[conduct]:
                why = reason if state == "returned" else ""
                session.add(BankEvent(order_id=row.id, state=state, reason=why, due_at=now + after, called=called))
            session.flush()
            answer = self._answer(session, row, now)
        if conduct == "loses_answer":
            raise BankError("no answer")
        return answer

    def enquire(self, reference: str) -> Answer | None:
        """What became of an order, None if it never came."""
        with Session(self._engine) as session, session.begin():
            known = session.scalar(select(BankOrder).where(BankOrder.reference == reference))
            return None if known is None else self._answer(session, known, self._clock.now())

    def advices(self, now: datetime, most: int) -> list[Advice]:
        """Results until now that were not acknowledged, oldest first."""
        with Session(self._engine) as session, session.begin():
            events = session.scalars(
                select(BankEvent)
                .where(BankEvent.acknowledged.is_(False), BankEvent.called.is_(True), BankEvent.due_at <= now)
                .order_by(BankEvent.due_at, BankEvent.id)
                .limit(most)
            ).all()
            return [
                Advice(one.id, one.order.reference, Answer(one.state, f"B{one.order_id:010d}", one.reason))
                for one in events
            ]

    def acknowledge(self, number: int) -> None:
        """The advice has arrived and is not called again."""
        with Session(self._engine) as session, session.begin():
            session.get_one(BankEvent, number).acknowledged = True

    def paid_fen(self) -> int:
        """What the bank has paid out and not had back, in fen: its own count."""
        now = self._clock.now()
        with Session(self._engine) as session, session.begin():
            orders = session.scalars(select(BankOrder)).all()
            return sum(one.amount_fen for one in orders if self._answer(session, one, now).state == "paid")

    def _answer(self, session: Session, order: BankOrder, now: datetime) -> Answer:
        """What has become of the order until now."""
        last = session.scalars(
            select(BankEvent)
            .where(BankEvent.order_id == order.id, BankEvent.due_at <= now)
            .order_by(BankEvent.due_at.desc(), BankEvent.id.desc())
        ).first()
        if last is not None:
            order.state, order.reason = last.state, last.reason
        return Answer(order.state, f"B{order.id:010d}", order.reason)

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
