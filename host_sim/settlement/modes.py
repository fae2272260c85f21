"""When a merchant's money is paid out: by itself daily or weekly, by hand only, or each payment at once.

A mode is chosen for a family of payments: bank cards or wallets.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.settlement.calendar import DAY, Calendar, china
from host_sim.settlement.explain import WEEKDAYS_EN, WEEKDAYS_ZH
from host_sim.store.payouts import FAMILIES, MODES, PRODUCTS
from host_sim.store.schema import AdvanceTerms, Merchant, SettlementPlan

PAID_AT = time(6, 0)
"""Local time of an automatic payout where the merchant names none: maturity is at midnight."""
PRODUCT = {"card": "T+1", "wallet": "D0"}
MERCHANTS_PER_RUN = 500


class ModeError(Exception):
    """A mode that cannot be had. args: what, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def family_of(card_class: str | None) -> str:
    """Which family a payment's card class belongs to."""
    return "wallet" if card_class == "wallet" else "card"


def plan_of(session: Session, merchant_id: int, family: str, now: datetime) -> SettlementPlan:
    """The merchant's plan for a family, locked; daily where it has not chosen yet."""
    plan = session.get(SettlementPlan, (merchant_id, family), with_for_update=True)
    if plan is not None:
        return plan
    if family not in FAMILIES:
        raise ModeError(f"family {family}", "not known: use one of " + ", ".join(FAMILIES))
    plan = SettlementPlan(
        merchant_id=merchant_id, family=family, product=PRODUCT[family], mode="daily", at=PAID_AT, chosen_at=now
    )
    plan.next_at = next_run(plan, now, session.get_one(Merchant, merchant_id).zone)
    session.add(plan)
    session.flush()
    return plan


def choose_mode(
    session: Session,
    merchant_id: int,
    family: str,
    mode: str,
    now: datetime,
    *,
    at: time | None = None,
    weekday: int | None = None,
    product: str | None = None,
) -> SettlementPlan:
    """Choose how a family is paid out. at: local time of daily and weekly. weekday: 1 Monday to 7 Sunday, of weekly.

    product: when money matures, None to keep it; it holds for payments from now on. Raises ModeError.
    """
    if mode not in MODES:
        raise ModeError(f"mode {mode}", "not known: use one of " + ", ".join(MODES))
    if (mode == "weekly") != (weekday is not None) or (weekday is not None and not 1 <= weekday <= 7):
        raise ModeError("weekday", "weekly needs one from 1 (Monday) to 7 (Sunday), other modes take none")
    if at is not None and (at.tzinfo is not None or mode not in ("daily", "weekly")):
        raise ModeError("time", "daily and weekly take a local time of day without a zone, other modes none")
    plan = plan_of(session, merchant_id, family, now)
    product = product or plan.product
    if product not in PRODUCTS:
        raise ModeError(f"product {product}", "not known: use one of " + ", ".join(PRODUCTS))
    at_once = family == "card" and (mode == "real_time" or product == "D0")
    if at_once and session.get(AdvanceTerms, merchant_id) is None:
        raise ModeError("cards at once", "need D0 terms agreed with the acquirer: ask for them, or choose another mode")
    plan.mode, plan.weekday, plan.at, plan.chosen_at = mode, weekday, at or PAID_AT, now
    plan.product = "D0" if mode == "real_time" else product
    plan.next_at = next_run(plan, now, session.get_one(Merchant, merchant_id).zone)
    session.flush()
    return plan


def next_run(plan: SettlementPlan, after: datetime, zone: str, calendar: Calendar | None = None) -> datetime | None:
    """The first automatic payout strictly after an aware instant, None where the mode has none.

    A T+1 product is paid on working days: a weekly day that is none moves to the next one that is.
    """
    if plan.mode not in ("daily", "weekly"):
        return None
    calendar = calendar or china()
    local = after.astimezone(ZoneInfo(zone))
    # A weekly day before today may have been moved to today or later by a holiday.
    for ahead in range(-14, 15):
        day = local.date() + ahead * DAY
        if plan.mode == "weekly" and day.isoweekday() != plan.weekday:
            continue
        at = datetime.combine(_paying_day(day, plan.product, calendar), plan.at, ZoneInfo(zone))
        if at > after:
            return at
    raise ModeError("next payout", "none within two weeks: correct the plan or the holiday data")


def _paying_day(day: date, product: str, calendar: Calendar) -> date:
    return day if product != "T+1" or calendar.is_working(day) else calendar.next_working(day)


def ensure_plans(session: Session, now: datetime) -> int:
    """Give every merchant without a plan the usual one, at most MERCHANTS_PER_RUN a run. Gives how many plans."""
    made = 0
    for family in FAMILIES:
        chosen = select(SettlementPlan.merchant_id).where(SettlementPlan.family == family)
        lacking = session.scalars(select(Merchant.id).where(Merchant.id.not_in(chosen)).limit(MERCHANTS_PER_RUN))
        for merchant_id in lacking.all():
            plan_of(session, merchant_id, family, now)
            made += 1
    return made


def mode_words(plan: SettlementPlan, language: str = "zh") -> str:
    """The mode in words, zh or en."""
    zh = language == "zh"
    at = f"{plan.at:%H:%M}"
    if plan.mode == "daily":
        return f"自动结算，每日{at}" if zh else f"automatic, daily at {at}"
    if plan.mode == "weekly":
        day = (plan.weekday or 1) - 1
        return f"自动结算，每周{WEEKDAYS_ZH[day]}{at}" if zh else f"automatic, {WEEKDAYS_EN[day]}s at {at}"
    if plan.mode == "manual":
        return "手动结算" if zh else "by hand"
    return "实时结算，逐笔到账" if zh else "real time, each payment at once"
