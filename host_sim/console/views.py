"""What the page shows of the host: payments, batches, the book, the daily proofs. Read-only, plain values."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from host_sim.acquirer.request import APPROVED
from host_sim.console.meanings import RESPONSES
from host_sim.ledger.proofs import proofs
from host_sim.settlement.progress import settlement_state
from host_sim.store.schema import (
    Account,
    Batch,
    BatchItem,
    BatchSettlement,
    JournalEntry,
    Line,
    Payment,
    Terminal,
)

PAYMENTS_MOST, ENTRIES_MOST, BATCHES_MOST = 80, 60, 20
GIVES = ("void", "refund")


def payments(session: Session, most: int = PAYMENTS_MOST) -> list[dict[str, Any]]:
    """The newest payments, newest first."""
    rows = session.execute(
        select(Payment, Terminal.number)
        .join(Terminal, Payment.terminal_id == Terminal.id)
        .order_by(Payment.id.desc())
        .limit(most)
    )
    return [_payment(payment, terminal) for payment, terminal in rows]


def payment(session: Session, payment_id: int) -> dict[str, Any] | None:
    """One payment with everything that the host keeps of it: postings, and what void or refund it has to do with."""
    row = session.execute(
        select(Payment, Terminal.number)
        .join(Terminal, Payment.terminal_id == Terminal.id)
        .where(Payment.id == payment_id)
    ).first()
    if row is None:
        return None
    found = row[0]
    related = session.execute(
        select(Payment, Terminal.number)
        .join(Terminal, Payment.terminal_id == Terminal.id)
        .where((Payment.original_id == found.id) | (Payment.id == (found.original_id or 0)))
        .order_by(Payment.id)
    )
    return {
        **_payment(found, row[1]),
        "businessDate": _day(found.business_date),
        "settlementDate": _day(found.settlement_date),
        "feeFen": found.fee_fen,
        "entry": found.entry,
        "cardClass": found.card_class,
        "scheme": found.scheme,
        "filedBatch": found.filed_batch,
        "postings": entries(session, [f"payment/{found.id}"]),
        "related": [_payment(*one) for one in related],
    }


def of_keys(session: Session, terminal: str, keys: Collection[str]) -> list[dict[str, Any]]:
    """Those of a terminal's payments ("batch/trace") that the host has, in the order in which they came."""
    pairs = [tuple(int(part) for part in key.split("/")) for key in keys]
    rows = session.execute(
        select(Payment, Terminal.number)
        .join(Terminal, Payment.terminal_id == Terminal.id)
        .where(Terminal.number == terminal, tuple_(Payment.batch_number, Payment.trace).in_(pairs))
        .order_by(Payment.id)
    )
    return [_payment(*row) for row in rows]


def _payment(row: Payment, terminal: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "batch": row.batch_number,
        "trace": row.trace,
        "amountFen": -row.amount_fen if row.kind in GIVES else row.amount_fen,
        "card": row.pan_masked or "",
        "rrn": row.rrn or "",
        "auth": row.auth_code or "",
        "response": row.response or "",
        "cause": "" if row.response in (None, APPROVED) else RESPONSES.get(row.response, ""),
        "at": row.at.isoformat(timespec="milliseconds"),
        "terminal": terminal,
    }


def entries(session: Session, references: list[str] | None = None) -> list[dict[str, Any]]:
    """Entries of the book with their lines: those of the references, oldest first, or the newest, newest first."""
    wanted = select(JournalEntry)
    if references is None:
        wanted = wanted.order_by(JournalEntry.id.desc()).limit(ENTRIES_MOST)
    else:
        wanted = wanted.where(JournalEntry.reference.in_(references)).order_by(JournalEntry.id)
    found = session.scalars(wanted).all()
    lines: dict[int, list[dict[str, Any]]] = {}
    rows = session.execute(
        select(Line.journal_id, Account.name, Account.kind, Line.amount_fen)
        .join(Account)
        .where(Line.journal_id.in_([entry.id for entry in found]))
        .order_by(Line.id)
    )
    for journal_id, name, kind, amount_fen in rows:
        lines.setdefault(journal_id, []).append({"account": name, "kind": kind, "fen": amount_fen})
    return [
        {
            "id": entry.id,
            "event": entry.event,
            "reference": entry.reference,
            "day": _day(entry.business_date),
            "at": entry.at.isoformat(timespec="milliseconds"),
            "lines": lines.get(entry.id, []),
        }
        for entry in found
    ]


def ledger(session: Session, day: date) -> dict[str, Any]:
    """Balances by account, the newest entries, and the proofs of the day."""
    sums = session.execute(
        select(Account.name, Account.kind, func.sum(Line.amount_fen))
        .join(Line)
        .group_by(Account.id)
        .order_by(Account.name)
    )
    accounts = [{"name": name, "kind": kind, "fen": int(total)} for name, kind, total in sums]
    shown = [proof._asdict() for proof in proofs(session, day)]
    return {"accounts": [one for one in accounts if one["fen"]], "entries": entries(session), "proofs": shown}


def batches(session: Session) -> list[dict[str, Any]]:
    """The newest batches with both sides' totals, what settlement found, and what is paid out."""
    rows = session.execute(
        select(Batch, Terminal.number)
        .join(Terminal, Batch.terminal_id == Terminal.id)
        .order_by(Batch.id.desc())
        .limit(BATCHES_MOST)
    ).all()
    return [_batch(session, batch, terminal) for batch, terminal in rows]


def _batch(session: Session, batch: Batch, terminal: str) -> dict[str, Any]:
    counts = session.execute(
        select(Payment.kind, func.count(), func.sum(Payment.amount_fen))
        .where(
            Payment.terminal_id == batch.terminal_id,
            Payment.filed_batch == batch.number,
            Payment.state.in_(("approved", "voided")),
        )
        .group_by(Payment.kind)
    ).all()
    items = session.scalars(select(BatchItem).where(BatchItem.batch_id == batch.id).order_by(BatchItem.trace))
    closed = session.scalar(select(BatchSettlement).where(BatchSettlement.batch_id == batch.id))
    return {
        "id": batch.id,
        "number": batch.number,
        "terminal": terminal,
        "state": batch.state,
        "flags": batch.flags or "",
        "opened": batch.opened_at.isoformat(timespec="seconds"),
        "closed": batch.closed_at.isoformat(timespec="seconds") if batch.closed_at else "",
        "kinds": [{"kind": kind, "count": count, "fen": int(fen)} for kind, count, fen in counts],
        "till": batch.till_totals,
        "host": batch.host_totals,
        "items": [{"trace": item.trace, "finding": item.finding, "fen": item.amount_fen} for item in items],
        "payout": None
        if closed is None
        else {
            "grossFen": closed.gross_fen,
            "feeFen": closed.fee_fen,
            "netFen": closed.net_fen,
            "amountFen": closed.amount_fen,
            "due": _day(closed.due_date),
            "state": settlement_state(session, closed),
            "why": closed.explanation,
        },
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
