"""Many entries at once: the same rules as one by one, in a few statements."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key, LedgerError, account_ids
from host_sim.ledger.book import balanced
from host_sim.store.schema import Base, JournalEntry, Line

ENTRIES_AT_ONCE = 500
_ENTRY_TABLE, _LINE_TABLE = (Base.metadata.tables[one.__tablename__] for one in (JournalEntry, Line))
_ENTRIES = insert(_ENTRY_TABLE).returning(_ENTRY_TABLE.c.id, sort_by_parameter_order=True)
_LINES = insert(_LINE_TABLE)

Entry = tuple[str, str, list[tuple[Key, int]]]
"""event, reference, lines."""


def post_many(session: Session, entries: Iterable[Entry], at: datetime, *, business_date: date) -> int:
    """Add entries, each balanced by itself, ENTRIES_AT_ONCE to a statement; gives how many lines were added.

    As book.post: zeros are left out, an entry of nothing but zeros is not made. Raises LedgerError if a sum is not 0,
    an account is not in the chart, or an event was posted for its reference before: then nothing of it may stay.
    """
    added, held = 0, []
    for event, reference, lines in entries:
        amounts = balanced(event, reference, lines)
        if amounts:
            held.append((event, reference, amounts))
        if len(held) == ENTRIES_AT_ONCE:
            added += _add(session, held, at, business_date)
            held.clear()
    return added + _add(session, held, at, business_date) if held else added


def _add(session: Session, entries: list[tuple[str, str, dict[Key, int]]], at: datetime, business_date: date) -> int:
    ids = account_ids(session, {key for _, _, amounts in entries for key in amounts})
    connection = session.connection()
    rows = [
        {"event": event, "reference": reference, "at": at, "business_date": business_date}
        for event, reference, _ in entries
    ]
    try:
        made = connection.execute(_ENTRIES, rows).scalars().all()
    except IntegrityError as error:
        first = f"{entries[0][0]} of {entries[0][1]}"
        raise LedgerError("many", f"{first} and {len(entries) - 1} more", "one was posted before") from error
    lines = [
        {"journal_id": entry_id, "account_id": ids[key], "amount_fen": amount_fen}
        for entry_id, (_, _, amounts) in zip(made, entries, strict=True)
        for key, amount_fen in amounts.items()
    ]
    connection.execute(_LINES, lines)
    return len(lines)
