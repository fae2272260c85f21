"""From a URL to an engine whose transactions are what they claim to be.

SQLite: WAL, synchronous=FULL, foreign keys on, a busy timeout; writers begin IMMEDIATE, so that a
transaction never fails half way for want of the write lock. Source: SQLite documentation, "Write-Ahead
Logging" and "Transaction"; SQLAlchemy 2, "SQLite: serializable isolation / savepoints / transactional DDL".
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

BUSY_TIMEOUT_MS = 10_000
POOL = 4


class StoreError(Exception):
    """The database cannot be used as asked. args: what was tried, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def connect(url: str) -> Engine:
    """An engine for an SQLAlchemy URL. Raises StoreError for a URL or driver that cannot work."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("database URL", "not understood: use sqlite:///path or postgresql+psycopg://...") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreError("database URL", "a memory database is not durable: name a file, sqlite:///path")
        return _sqlite(url)
    if backend != "postgresql":
        raise StoreError("database URL", f"{backend} is not supported: use sqlite or postgresql+psycopg")
    try:
        return create_engine(url, pool_size=POOL, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError("database URL", "the PostgreSQL driver is missing: install psycopg[binary]") from error


def read_only(engine: Engine) -> Engine:
    """An engine on the same database for readers: each transaction sees one snapshot and may not write.

    Dispose of it beside the other: on SQLite its connections are its own.
    """
    if engine.dialect.name == "sqlite":
        return _sqlite(engine.url, reads=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite(url: URL | str, reads: bool = False) -> Engine:
    # The driver must not open transactions by itself: it would put no BEGIN before a read or a DDL.
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    if reads:
        event.listen(engine, "connect", _forbid_writes)
    event.listen(engine, "begin", _begin_to_read if reads else _begin_to_write)
    event.listen(engine, "checkin", _end_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _forbid_writes(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only = ON").close()


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_to_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _end_sqlite(connection: Any, _record: Any) -> None:
    # SQLite keeps a transaction open whose COMMIT failed; the pool believes that it has ended.
    if connection is not None and connection.in_transaction:
        connection.rollback()
