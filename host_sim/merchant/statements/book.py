"""A statement read from the book: every entry that touched the merchant's accounts, and nothing else."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from host_sim.merchant.statements.statement import Balances, Holder, Movement, Statement, StatementError
from host_sim.settlement.calendar import business_day
from host_sim.store.schema import Account, JournalEntry, Line, Merchant, Payment, Terminal

TITLES = ("merchant_pending", "merchant_available", "merchant_held", "merchant_receivable")
DAYS_MOST = 366
MOVEMENTS_MOST = 50_000
ENTRIES_MOST = 3 * MOVEMENTS_MOST
CHUNK = 500


def month(session: Session, merchant: Merchant, year: int, number: int, now: datetime) -> Statement:
    """The statement of a month, 1 to 12. Raises StatementError."""
    if not 1 <= number <= 12 or not 2000 <= year <= 9998:
        raise StatementError(f"month {year}-{number}", "there is none: name a year and a month from 1 to 12")
    return statement(session, merchant, date(year, number, 1), date(year, number, monthrange(year, number)[1]), now)


def statement(session: Session, merchant: Merchant, first: date, last: date, now: datetime) -> Statement:
    """The statement of business days first to last, both included, from the book as it stands at the aware instant now.

    Raises StatementError for a period that is none or too long.
    """
    if last < first:
        raise StatementError("period", "it ends before it begins: exchange the two days")
    if (last - first).days >= DAYS_MOST:
        raise StatementError("period", f"longer than {DAYS_MOST} days: ask for a shorter one")
    movements = _movements(session, merchant, first, last)
    today = max(business_day(now, merchant.cutoff, merchant.zone), merchant.last_business_date or date.min)
    opening = balances(session, merchant.id, JournalEntry.business_date < first)
    closing = balances(session, merchant.id, JournalEntry.business_date <= last)
    moved_fen = sum(movement.net_fen for movement in movements)
    if opening.total_fen + moved_fen != closing.total_fen:
        raise StatementError(
            f"merchant {merchant.number}", "opening and movements are not the closing balance: run the daily proofs"
        )
    return Statement(_holder(merchant), first, last, now, last < today, opening, closing, movements)


def balances(session: Session, merchant_id: int, *conditions: ColumnElement[bool]) -> Balances:
    """What the merchant's money is now, or with conditions on the entries that count."""
    rows = session.execute(
        select(Account.title, func.sum(Line.amount_fen))
        .join(Line, Line.account_id == Account.id)
        .join(JournalEntry, JournalEntry.id == Line.journal_id)
        .where(Account.title.in_(TITLES), Account.owner == str(merchant_id), *conditions)
        .group_by(Account.title)
    )
    # The book has what we owe the merchant as a credit, which is negative there.
    sums = {title: -int(total) for title, total in rows}
    pending, available, held, receivable = (sums.get(title, 0) for title in TITLES)
    return Balances(pending, available, held, -receivable)


def kind_of(event: str, payment_kind: str | None = None) -> str:
    """Which of statement.KINDS an event of the book is."""
    if event in ("sale", "fee"):
        return "offline" if payment_kind == "offline" else "sale"
    if event in ("payout_instructed", "d0_fee"):
        return "payout"
    for kind in ("payout_returned", "reversal", "void", "refund", "chargeback"):
        if event.startswith(kind):
            return kind
    return "adjustment"


def _holder(merchant: Merchant) -> Holder:
    parts = (merchant.settlement_bank, merchant.settlement_account_masked)
    account = " ".join(part for part in parts if part) if merchant.settlement_account_masked else ""
    name_en = merchant.name_en or merchant.name
    return Holder(merchant.number, merchant.name, name_en, merchant.language, merchant.zone, account)


def _movements(session: Session, merchant: Merchant, first: date, last: date) -> tuple[Movement, ...]:
    """One for each payment, payout or other thing, business day and kind; what only moved between pots is none."""
    amount = -func.sum(Line.amount_fen)
    rows = session.execute(
        select(JournalEntry.business_date, JournalEntry.event, JournalEntry.reference, JournalEntry.at, amount)
        .join(Line, Line.journal_id == JournalEntry.id)
        .join(Account, Account.id == Line.account_id)
        .where(
            Account.title.in_(TITLES),
            Account.owner == str(merchant.id),
            JournalEntry.business_date >= first,
            JournalEntry.business_date <= last,
        )
        .group_by(
            JournalEntry.id, JournalEntry.business_date, JournalEntry.event, JournalEntry.reference, JournalEntry.at
        )
        .having(amount != 0)
        .order_by(JournalEntry.business_date, JournalEntry.id)
        .limit(ENTRIES_MOST)
    ).all()
    facts = _payment_facts(session, [row.reference for row in rows])
    found: dict[tuple[date, str, str], Movement] = {}
    for day, event, reference, at, amount_fen in rows:
        payment_kind, known = facts.get(reference, (None, {}))
        kind = kind_of(event, payment_kind)
        movement = found.get((day, kind, reference)) or Movement(day, at, kind, reference, 0, 0, **known)
        if event.endswith("fee"):
            movement = replace(movement, fee_fen=movement.fee_fen - int(amount_fen))
        else:
            movement = replace(movement, gross_fen=movement.gross_fen + int(amount_fen))
        found[day, kind, reference] = movement
    if len(found) > MOVEMENTS_MOST or len(rows) == ENTRIES_MOST:
        raise StatementError(f"merchant {merchant.number}", f"over {MOVEMENTS_MOST} lines: ask for a shorter period")
    return tuple(found.values())


def _payment_facts(session: Session, references: Iterable[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """reference -> (the payment's kind, the part of a Movement that tells it)."""
    ids = sorted({int(each.partition("/")[2]) for each in references if each.startswith("payment/")})
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = session.execute(
            select(Payment, Terminal.number)
            .join(Terminal, Terminal.id == Payment.terminal_id)
            .where(Payment.id.in_(ids[start : start + CHUNK]))
        )
        for payment, terminal in rows:
            known = {
                "voucher": f"{payment.trace:06d}",
                "terminal": terminal,
                "card": payment.pan_masked or "",
                "card_class": payment.card_class,
                "rrn": payment.rrn or "",
                "settles": payment.settlement_date if payment.kind in ("sale", "offline") else None,
            }
            found[f"payment/{payment.id}"] = (payment.kind, known)
    return found
