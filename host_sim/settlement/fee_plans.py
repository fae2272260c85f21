"""Price lists: made in versions, locked when a merchant agrees to one, changed for a merchant from a later day only.

So a rate never changes silently: a new price is a new version, and a merchant pays it from the day it was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import event as orm_event
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import ORMExecuteState, Session

from host_sim.ledger.prices import plan_digest
from host_sim.settlement.dates import commit_day
from host_sim.settlement.fees import FeeError, price_fen
from host_sim.store.merchants import ALWAYS, ANY_CHANNEL, CARD_CLASSES, FOR_EVER, REFUND_FEES
from host_sim.store.schema import FeeAgreement, FeePlan, FeePlanLine, FeePlanLock, Merchant

BASIS_POINTS_MOST = 1_000


@dataclass(frozen=True)
class Price:
    """One line of a plan. from_fen: a tier, for payments of at least so much. first_day, last_day: a promotion's."""

    card_class: str
    basis_points: int
    cap_fen: int | None = None
    floor_fen: int = 0
    channel: str = ANY_CHANNEL
    from_fen: int = 0
    first_day: date = ALWAYS
    last_day: date = FOR_EVER


def new_version(
    session: Session, name: str, prices: Sequence[Price], now: datetime, refund_fee: str = "none"
) -> FeePlan:
    """A plan's next version, locked from the start. Raises FeeError for prices that cannot be."""
    if refund_fee not in REFUND_FEES:
        raise FeeError(f"plan {name}", "refund_fee is one of " + ", ".join(REFUND_FEES))
    for price in prices:
        _check(name, price)
    keys = {(one.card_class, one.channel, one.from_fen, one.first_day) for one in prices}
    if not prices or len(keys) < len(prices):
        raise FeeError(f"plan {name}", "needs prices, and each card class, channel, tier and first day once")
    version = int(session.scalar(select(func.max(FeePlan.version)).where(FeePlan.name == name)) or 0) + 1
    plan = FeePlan(
        name=name, version=version, refund_fee=refund_fee, lines=[FeePlanLine(**vars(one)) for one in prices]
    )
    session.add(plan)
    session.flush()
    lock_plan(session, plan, now)
    return plan


def lock_plan(session: Session, plan: FeePlan, now: datetime) -> None:
    """From now on the plan cannot change. Repeated, it changes nothing."""
    if session.get(FeePlanLock, plan.id) is None:
        session.add(FeePlanLock(fee_plan_id=plan.id, digest=plan_digest(plan), locked_at=now))
        session.flush()


def agree(session: Session, merchant_id: int, plan_id: int, first_day: date, now: datetime) -> FeeAgreement:
    """From business day first_day on the merchant pays by this plan. Raises FeeError for a day that has begun."""
    merchant = session.get_one(Merchant, merchant_id, with_for_update=True)
    if first_day <= commit_day(session, merchant, now):
        raise FeeError(f"merchant {merchant.number}", "a new plan begins on a later business day: name one")
    if session.get(FeeAgreement, (merchant_id, first_day)) is not None:
        raise FeeError(f"merchant {merchant.number}", f"has a plan from {first_day} already: name another day")
    lock_plan(session, session.get_one(FeePlan, plan_id), now)
    agreement = FeeAgreement(merchant_id=merchant_id, first_day=first_day, fee_plan_id=plan_id, agreed_at=now)
    session.add(agreement)
    session.flush()
    return agreement


def _check(name: str, price: Price) -> None:
    price_fen(0, price.basis_points, price.cap_fen, price.floor_fen)
    if price.card_class not in CARD_CLASSES or not price.channel or price.from_fen < 0:
        raise FeeError(f"plan {name}", "a price needs a card class, a channel or *, and a tier that is not negative")
    if price.basis_points > BASIS_POINTS_MOST:
        raise FeeError(f"plan {name}", f"{price.basis_points} basis points: at most {BASIS_POINTS_MOST}")
    if price.first_day > price.last_day:
        raise FeeError(f"plan {name}", "a promotion ends before it begins: correct its days")


def _refuse(_mapper: object, connection: Connection, target: Any) -> None:
    plan_id = target.fee_plan_id if isinstance(target, FeePlanLine) else target.id
    locked = connection.scalar(select(FeePlanLock.fee_plan_id).where(FeePlanLock.fee_plan_id == plan_id))
    if locked is not None:
        raise FeeError(f"plan {plan_id}", "is locked: a new price is a new version")


def _refuse_bulk(state: ORMExecuteState) -> None:
    changed = state.bind_mapper.class_ if state.bind_mapper is not None else None
    if (state.is_update or state.is_delete) and changed in (FeePlan, FeePlanLine, FeePlanLock):
        raise FeeError(changed.__name__, "prices are never changed by statement: a new price is a new version")


for _class in (FeePlan, FeePlanLine):
    for _name in ("before_update", "before_delete"):
        orm_event.listen(_class, _name, _refuse)
orm_event.listen(FeePlanLine, "before_insert", _refuse)
orm_event.listen(Session, "do_orm_execute", _refuse_bulk)
