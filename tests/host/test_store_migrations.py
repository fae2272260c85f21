"""The migrations and the models are the same tables, and applying them is all or nothing."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.schema import CreateTable

from host_sim.store.connect import connect
from host_sim.store.migrate import configuration, migrate
from host_sim.store.schema import Base


@pytest.fixture
def engine(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'host.db'}")
    yield engine
    engine.dispose()


def tables(connection):
    """Every table and index as the database wrote them down, without white space and constraint order."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
    return {
        name: sorted(part.strip(" \t(),") for part in sql.split("\n")) for name, sql in rows if "alembic" not in name
    }


def test_migrated_tables_are_the_models(engine):
    migrate(engine)
    models = create_engine("sqlite://")
    Base.metadata.create_all(models)
    with engine.connect() as migrated, models.connect() as modelled:
        assert tables(migrated) == tables(modelled)
        context = MigrationContext.configure(migrated, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    models.dispose()


def test_migrating_twice_changes_nothing(engine):
    migrate(engine)
    with engine.connect() as connection:
        before = tables(connection)
    migrate(engine)
    with engine.connect() as connection:
        assert tables(connection) == before


def test_a_migration_that_fails_leaves_nothing(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE terminal (id INTEGER)")
    with pytest.raises(Exception, match="terminal"):
        migrate(engine)
    assert inspect(engine).get_table_names() == ["terminal"]


def test_every_migration_can_be_taken_back(engine):
    migrate(engine)
    with engine.begin() as connection:
        command.downgrade(configuration(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_every_table_compiles_for_postgresql():
    from sqlalchemy.dialects import postgresql

    for table in Base.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_names_fit_postgresql():
    """PostgreSQL cuts names at 63 bytes, and two cut names may be one."""
    for table in Base.metadata.sorted_tables:
        named = [*table.constraints, *table.indexes]
        assert all(len(str(item.name)) <= 63 for item in named), table.name
