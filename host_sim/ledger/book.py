"""The only way into the book: balanced entries of known accounts, added and never changed."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import event as orm_event
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState, Session

from host_sim.ledger.accounts import Key, LedgerError, account_ids
from host_sim.store.schema import Base, JournalEntry, Line

LINES_MOST = 100


def balanced(event: str, reference: str, lines: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """What an entry's lines come to, an amount in fen for each account that it moves: lines of one account are added
    up, zeros left out. Raises LedgerError if an amount is no int, they do not sum to 0, or there are too many."""
    amounts: dict[Key, int] = {}
    for key, amount_fen in lines:
        if type(amount_fen) is not int:
            raise LedgerError(event, reference, f"{key.name} is not a whole number of fen")
        amounts[key] = amounts.get(key, 0) + amount_fen
    amounts = {key: amount_fen for key, amount_fen in amounts.items() if amount_fen}
    if sum(amounts.values()):
        raise LedgerError(event, reference, f"debits and credits differ by {sum(amounts.values())} fen")
    if len(amounts) > LINES_MOST:
        raise LedgerError(event, reference, f"{len(amounts)} lines, at most {LINES_MOST}")
    return amounts


def post(
    session: Session,
    event: str,
    reference: str,
    at: datetime,
    lines: Iterable[tuple[Key, int]],
    *,
    business_date: date,
) -> int | None:
    """Add one entry and give its id. lines: (account, amount in fen), debit positive, credit negative; they sum to 0.

    Lines of the same account are added up and zeros left out; an entry of nothing but zeros is not
    made (None). Raises LedgerError if the sum is not 0, an account is not in the chart, or the event
    was posted for this reference before.
    """
    amounts = balanced(event, reference, lines)
    if not amounts:
        return None
    ids = account_ids(session, amounts)
    # Statements on the tables, not objects: the book is the busiest place of the host.
    connection = session.connection()
    values = {"event": event, "reference": reference, "at": at, "business_date": business_date}
    try:
        key = connection.execute(_ENTRY, values).inserted_primary_key
    except IntegrityError as error:
        raise LedgerError(event, reference, "posted before") from error
    entry_id = int(key[0]) if key else 0
    connection.execute(
        _LINE,
        [{"journal_id": entry_id, "account_id": ids[key], "amount_fen": amounts[key]} for key in amounts],
    )
    return entry_id


_ENTRY = insert(Base.metadata.tables[JournalEntry.__tablename__])
_LINE = insert(Base.metadata.tables[Line.__tablename__])


def _refuse(_mapper: object, _connection: object, target: JournalEntry | Line) -> None:
    raise LedgerError(type(target).__name__, str(target.id), "a posting is never changed or deleted: post its mirror")


def _refuse_bulk(state: ORMExecuteState) -> None:
    changed = state.bind_mapper.class_ if state.bind_mapper is not None else None
    if (state.is_update or state.is_delete) and changed in (JournalEntry, Line):
        raise LedgerError("bulk statement", changed.__name__, "a posting is never changed")


for _class in (JournalEntry, Line):
    for _name in ("before_update", "before_delete"):
        orm_event.listen(_class, _name, _refuse)
orm_event.listen(Session, "do_orm_execute", _refuse_bulk)
