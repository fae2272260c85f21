"""Bring a database's tables up to date, by the migrations beside this file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, MetaData, inspect, text
from sqlalchemy.schema import CreateColumn

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x5049434F  # any constant: two processes that start together take turns


def migrate(engine: Engine, revision: str = "head") -> None:
    """Apply every migration up to revision, all in one transaction: all of them or none."""
    with engine.begin() as connection:
        _take_turns(connection)
        command.upgrade(configuration(connection), revision)


def create_missing(engine: Engine, tables: MetaData) -> None:
    """Make the tables and columns that are not there: for a database whose versions have only ever had more of both.
    A column that came later has a server's default, or may be null."""
    with engine.begin() as connection:
        _take_turns(connection)
        tables.create_all(connection)
        there = inspect(connection)
        for table in tables.sorted_tables:
            known = {column["name"] for column in there.get_columns(table.name)}
            for column in table.columns:
                if column.name not in known:
                    written = CreateColumn(column).compile(dialect=connection.dialect)
                    connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {written}")


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def configuration(connection: Connection) -> Config:
    """An Alembic configuration that works on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
