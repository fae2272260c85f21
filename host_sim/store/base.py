"""What every table has in common: the declarative base, aware UTC times, bounded choices."""

from datetime import UTC, date, datetime, time
from typing import Annotated, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, MetaData, Time
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Fen = Annotated[int, mapped_column(BigInteger)]
"""An amount of money in fen. Sums of a busy day pass 31 bits, so the column has 63."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. Refuses naive values; stores UTC; gives back aware UTC on every database.

    SQLite keeps text without a zone, PostgreSQL keeps timestamptz: both compare and sort as instants.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored: give it a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables of the host. Money is int fen, instants are aware UTC, days are dates."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: UtcDateTime(), date: Date(), time: Time()}


def one_of(column: str, choices: tuple[str, ...], nullable: bool = False) -> CheckConstraint:
    """A check that a text column holds one of the choices."""
    listed = ", ".join(f"'{choice}'" for choice in choices)
    condition = f"{column} IN ({listed})"
    if nullable:
        condition = f"{column} IS NULL OR {condition}"
    return CheckConstraint(condition, name=column)
