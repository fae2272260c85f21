"""The chart of accounts, as data, and the accounts opened from it."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy import event as orm_event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from host_sim.store.schema import Account, Base, Line

# title: (kind, what it is kept per)
CHART = {
    "channel_receivable": ("asset", ("channel", "day")),
    "bank": ("asset", ()),
    "dispute": ("asset", ()),
    "merchant_receivable": ("asset", ("merchant",)),
    "suspense_short": ("asset", ()),
    "suspense_long": ("liability", ()),
    "merchant_pending": ("liability", ("merchant", "day")),
    "merchant_available": ("liability", ("merchant",)),
    "merchant_held": ("liability", ("merchant",)),
    "payout_transit": ("liability", ("payout",)),
    "fee_income": ("income", ()),
    "d0_income": ("income", ()),
    "channel_cost": ("expense", ()),
    "promotion": ("expense", ()),
    "loss": ("expense", ()),
}


class LedgerError(Exception):
    """A posting that may not be made. args: event or account, reference, reason."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


class Key(NamedTuple):
    """Which account: its title in the chart, whose (merchant id, channel, payout id) and which day's."""

    title: str
    owner: str | int | None = None
    day: date | None = None

    @property
    def name(self) -> str:
        """The account's unique name."""
        return "/".join(str(part) for part in self if part is not None)


def account_ids(session: Session, keys: Collection[Key]) -> dict[Key, int]:
    """The ids of these accounts, opened where they do not exist yet. Raises LedgerError for an unknown one.

    An account once committed is never renamed or deleted, so its id is looked up once for each open database.
    """
    known: dict[Key, int] = session.info.setdefault(_IDS, {})
    committed = _committed.get(session.connection().engine, {})
    missing = [key for key in keys if key not in known and key not in committed]
    if missing:
        for key in missing:
            _check(key)
        found = _find(session, missing)
        if len(found) < len(missing):
            _open(session, [key for key in missing if key not in found])
            found = _find(session, missing)
        known.update(found)
    return {key: known[key] if key in known else committed[key] for key in keys}


def _find(session: Session, keys: list[Key]) -> dict[Key, int]:
    rows = session.connection().execute(_FIND, {"names": [key.name for key in keys]}).all()
    ids = {row.name: row.id for row in rows}
    return {key: ids[key.name] for key in keys if key.name in ids}


def _open(session: Session, keys: list[Key]) -> None:
    """Open accounts. Another process may do the same at this moment: then theirs stays."""
    connection = session.connection()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    # Sorted, so that two processes that open the same accounts wait for each other in one order.
    rows = [
        {
            "kind": CHART[key.title][0],
            "name": key.name,
            "title": key.title,
            "owner": None if key.owner is None else str(key.owner),
            "day": key.day,
        }
        for key in sorted(keys, key=lambda key: key.name)
    ]
    connection.execute(dialect.insert(Account).on_conflict_do_nothing(index_elements=["name"]), rows)


COMMITTED_MOST = 20_000
_IDS = "picotill account ids"
_committed: WeakKeyDictionary[Engine, dict[Key, int]] = WeakKeyDictionary()
_ACCOUNT = Base.metadata.tables[Account.__tablename__].c
_FIND = select(_ACCOUNT.name, _ACCOUNT.id).where(_ACCOUNT.name.in_(bindparam("names", expanding=True)))


@orm_event.listens_for(Session, "after_commit")
def _stand(session: Session) -> None:
    # A savepoint's release comes here too, and is no commit yet.
    ids = None if session.in_nested_transaction() else session.info.pop(_IDS, None)
    if ids:
        known = _committed.setdefault(session.get_bind().engine, {})
        if len(known) + len(ids) > COMMITTED_MOST:
            known.clear()
        known.update(ids)


@orm_event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> None:
    # An account opened in what was rolled back is gone, and its id with it.
    session.info.pop(_IDS, None)


def balance_fen(session: Session, key: Key) -> int:
    """An account's balance, debit positive: a liability that is owed is negative. 0 for one never opened."""
    _check(key)
    return int(session.connection().scalar(_BALANCE, {"name": key.name}) or 0)


_LINE = Base.metadata.tables[Line.__tablename__].c
_BALANCE = (
    select(func.coalesce(func.sum(_LINE.amount_fen), 0))
    .join_from(_ACCOUNT.id.table, _LINE.id.table, _LINE.account_id == _ACCOUNT.id)
    .where(_ACCOUNT.name == bindparam("name"))
)


def _check(key: Key) -> None:
    if key.title not in CHART:
        raise LedgerError("account", key.title, "not in the chart of accounts")
    per = CHART[key.title][1]
    if (key.owner is not None) != bool(per) or (key.day is not None) != ("day" in per):
        kept = " and ".join(per) or "the whole book"
        raise LedgerError("account", key.name, f"{key.title} is kept per {kept}")
