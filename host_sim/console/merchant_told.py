"""What the merchant's page shows, read from the host's database: plain values, texts in both languages."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.console.work_list import age_days
from host_sim.merchant import paper_orders, questions, takings
from host_sim.merchant.statements.book import statement
from host_sim.settlement.balance import balance, details, payouts, why
from host_sim.settlement.calendar import business_day
from host_sim.settlement.modes import mode_words
from host_sim.settlement.progress import settlement_state
from host_sim.settlement.stopping import active_account
from host_sim.store.schema import (
    Batch,
    BatchSettlement,
    Chargeback,
    Contact,
    Difference,
    Merchant,
    Payment,
    Payout,
    SettlementAccount,
    SettlementPlan,
    Terminal,
)

ROWS_MOST = 50
LANGUAGES = ("zh", "en")


def told(session: Session, merchant_id: int, now: datetime) -> dict[str, Any]:
    """All of the page but what is asked for by itself."""
    merchant = session.get_one(Merchant, merchant_id)
    zone = ZoneInfo(merchant.zone)
    today = max(business_day(now, merchant.cutoff, merchant.zone), merchant.last_business_date or date.min)
    count, taken_fen = takings.today(session, merchant_id, today)
    has = balance(session, merchant_id, now)
    return {
        "merchant": {"number": merchant.number, "name": merchant.name, "name_en": merchant.name_en or merchant.name},
        "today": today.isoformat(),
        "takings": {"count": count, "fen": taken_fen},
        "balance": {
            "available": has.available_fen,
            "payable": has.payable_fen,
            "held": has.held_fen,
            "owed": has.owed_fen,
            "transit": has.in_transit_fen,
            "pending": has.pending_fen,
        },
        "pending": [[due.isoformat(), fen] for due, fen in has.pending],
        "stopped": has.stopped,
        "account": _account(active_account(session, merchant_id), zone),
        "proposed": _account(_proposed(session, merchant_id, now), zone),
        "plans": [_plan(plan, zone) for plan in _plans(session, merchant_id)],
        "payouts": [_payout(payout, zone) for payout in payouts(session, merchant_id, ROWS_MOST)],
        "batches": _batches(session, merchant_id, zone),
        "differences": [_difference(one, zone, now) for one in _differences(session, merchant_id)],
        "chargebacks": [_chargeback(one) for one in _chargebacks(session, merchant_id)],
        "contacts": _contacts(session, merchant_id),
        "questions": [
            {
                "id": one.id,
                "reference": one.reference,
                "text": one.text,
                "answer": one.answer,
                "state": one.state,
                "at": _at(one.asked_at, zone),
            }
            for one in questions.questions(session, merchant_id, ROWS_MOST)
        ],
        "orders": [
            {
                "id": one.id,
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "state": one.state,
                "tracking": one.tracking,
                "reason": one.reason,
            }
            for one in paper_orders.orders(session, merchant_id, ROWS_MOST)
        ],
    }


def payout_details(session: Session, merchant_id: int, payout_id: int, zone_of: str) -> dict[str, Any] | None:
    """A payout with its lines, each with why it settles on its day; None for one of somebody else."""
    payout = session.get(Payout, payout_id)
    if payout is None or payout.merchant_id != merchant_id:
        return None
    zone = ZoneInfo(zone_of)
    lines = [
        {
            "reference": f"payment/{line.payment_id}",
            "at": _at(line.at, zone),
            "kind": line.kind,
            "card": line.card,
            "gross": line.gross_fen,
            "fee": line.fee_fen,
            "net": line.net_fen,
            "why": line.why,
        }
        for line in details(session, payout)[:500]
    ]
    sums = {"gross": payout.gross_fen, "fee": payout.fee_fen, "brought": payout.brought_fen, "d0": payout.d0_fee_fen}
    return {**_payout(payout, zone), **sums, "lines": lines}


def period(session: Session, merchant_id: int, first: date, last: date, now: datetime) -> dict[str, Any]:
    """A statement in short, and the charts of its period. Raises StatementError."""
    merchant = session.get_one(Merchant, merchant_id)
    made = statement(session, merchant, first, last, now)
    sold = takings.takings(session, merchant, first, last)
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "number": made.number,
        "final": made.final,
        "opening": made.opening.total_fen,
        "closing": made.closing.total_fen,
        "totals": [[each.kind, each.count, each.gross_fen, each.fee_fen, each.net_fen] for each in made.totals],
        "charts": {
            "hour": [[f"{hour:02d}", sold.by_hour.get(hour, 0)] for hour in range(24)] if sold.by_hour else [],
            "day": [[f"{day:%m-%d}", fen] for day, fen in sold.by_day.items()],
            "class": [[name, fen] for name, fen in sold.by_class.items()],
            "terminal": [[name, fen] for name, fen in sold.by_terminal.items()],
        },
    }


def found(session: Session, merchant_id: int, rows: Sequence[Payment]) -> list[dict[str, Any]]:
    """Payments of a query."""
    merchant = session.get_one(Merchant, merchant_id)
    zone = ZoneInfo(merchant.zone)
    return [
        {
            "reference": f"payment/{one.id}",
            "at": _at(one.at, zone),
            "kind": one.kind,
            "state": one.state,
            "voucher": f"{one.trace:06d}",
            "card": one.pan_masked or "",
            "gross": one.amount_fen,
            "fee": one.fee_fen or 0,
            "settles": one.settlement_date.isoformat() if one.settlement_date else "",
            "why": why(merchant, one) if one.kind in ("sale", "offline") and one.state == "approved" else None,
        }
        for one in rows
    ]


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _account(account: SettlementAccount | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if account is None:
        return None
    parts = (account.institution, account.branch, account.holder, account.masked)
    held = _at(account.held_until, zone) if account.held_until else ""
    return {"id": account.id, "spelled": " ".join(filter(None, parts)), "held_until": held}


def _proposed(session: Session, merchant_id: int, now: datetime) -> SettlementAccount | None:
    return session.scalar(
        select(SettlementAccount)
        .where(
            SettlementAccount.merchant_id == merchant_id,
            SettlementAccount.state == "proposed",
            SettlementAccount.expires_at > now,
        )
        .order_by(SettlementAccount.id.desc())
        .limit(1)
    )


def _plans(session: Session, merchant_id: int) -> Sequence[SettlementPlan]:
    return session.scalars(
        select(SettlementPlan).where(SettlementPlan.merchant_id == merchant_id).order_by(SettlementPlan.family)
    ).all()


def _plan(plan: SettlementPlan, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "family": plan.family,
        "mode": plan.mode,
        "weekday": plan.weekday,
        "at": f"{plan.at:%H:%M}",
        "product": plan.product,
        "words": {language: mode_words(plan, language) for language in LANGUAGES},
        "next": _at(plan.next_at, zone) if plan.next_at else "",
    }


def _payout(payout: Payout, zone: ZoneInfo) -> dict[str, Any]:
    steps = [
        ["instructed", payout.instructed_at],
        ["accepted", payout.accepted_at],
        ["paid", payout.paid_at],
        ["returned", payout.returned_at],
    ]
    return {
        "id": payout.id,
        "reference": payout.reference,
        "state": payout.state,
        "origin": payout.origin,
        "amount": payout.amount_fen,
        "steps": [[name, _at(at, zone)] for name, at in steps if at is not None],
        "why": payout.explanation,
        "reason": payout.return_reason,
    }


def _batches(session: Session, merchant_id: int, zone: ZoneInfo) -> list[dict[str, Any]]:
    rows = session.execute(
        select(BatchSettlement, Batch, Terminal.number)
        .join(Batch, Batch.id == BatchSettlement.batch_id)
        .join(Terminal, Terminal.id == Batch.terminal_id)
        .where(BatchSettlement.merchant_id == merchant_id)
        .order_by(BatchSettlement.id.desc())
        .limit(ROWS_MOST)
    )
    return [
        {
            "reference": f"batch/{batch.id}",
            "terminal": terminal,
            "number": f"{batch.number:06d}",
            "closed": _at(batch.closed_at, zone) if batch.closed_at else "",
            "amount": closed.amount_fen,
            "due": closed.due_date.isoformat(),
            "why": closed.explanation,
            "state": settlement_state(session, closed),
        }
        for closed, batch, terminal in rows
    ]


def _contacts(session: Session, merchant_id: int) -> dict[str, str]:
    """channel -> its address, as it may be shown: a phone by its last digits, a webhook without what follows `?`."""
    rows = session.scalars(select(Contact).where(Contact.merchant_id == merchant_id, Contact.address != ""))
    shown = {one.channel: one.address for one in rows}
    if "sms" in shown:
        shown["sms"] = shown["sms"][:3] + "****" + shown["sms"][-4:]
    if "webhook" in shown:
        shown["webhook"] = shown["webhook"].partition("?")[0]
    return shown


def _differences(session: Session, merchant_id: int) -> Sequence[Difference]:
    return session.scalars(
        select(Difference)
        .where(Difference.merchant_id == merchant_id)
        .order_by(Difference.cleared_at.is_not(None), Difference.found_at)
        .limit(ROWS_MOST)
    ).all()


def _difference(one: Difference, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "side": one.side,
        "amount": one.amount_fen,
        "reference": one.reference,
        "found": _at(one.found_at, zone),
        "age": age_days(one, now),
        "owner": one.owner or "",
        "why": one.explanation,
        "resolution": one.resolution,
        "open": one.cleared_at is None,
    }


def _chargebacks(session: Session, merchant_id: int) -> Sequence[Chargeback]:
    return session.scalars(
        select(Chargeback).where(Chargeback.merchant_id == merchant_id).order_by(Chargeback.id.desc()).limit(ROWS_MOST)
    ).all()


def _chargeback(one: Chargeback) -> dict[str, Any]:
    return {
        "id": one.id,
        "case": one.case_number,
        "reason": one.reason,
        "amount": one.amount_fen,
        "state": one.state,
        "due": one.evidence_due.isoformat(),
        "payment": f"payment/{one.payment_id}",
        "explanation": one.explanation,
    }


def month_of(day: date) -> tuple[date, date]:
    """First and last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
