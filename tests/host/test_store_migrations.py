"""The migrations and the models are the same tables, and applying them is all or nothing."""

import re

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from host_sim.store.connect import connect
from host_sim.store.merchants import ALWAYS, FOR_EVER
from host_sim.store.migrate import configuration, migrate
from host_sim.store.schema import Base, BatchSettlement, FeePlanLine, Payout, PayoutItem


@pytest.fixture
def engine(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'host.db'}")
    yield engine
    engine.dispose()


def tables(connection):
    """Every table and index as the database wrote them down, without white space and constraint order."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
    return {
        name: sorted(filter(None, (part.strip(" \t(),") for part in re.split("\n|, ", sql))))
        for name, sql in rows
        if "alembic" not in name
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


def test_payouts_of_before_keep_their_numbers_and_list_their_payments(engine):
    """A database of version 0004 with a payout scheduled, one paid and one under way: what has left stays."""
    migrate(engine, "0004")
    with engine.begin() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
    migrate(engine)
    with Session(engine) as session:
        payouts = session.scalars(select(Payout).order_by(Payout.id)).all()
        assert [(one.id, one.state, one.reference, one.amount_fen, one.brought_fen) for one in payouts] == [
            (2, "paid", "P2", 5_000, 25),
            (3, "instructed", "P3", 900, -95),
        ]
        assert payouts[1].next_at == payouts[1].instructed_at and payouts[0].next_at is None
        assert {one.account.masked for one in payouts} == {"****4821"}
        items = session.scalars(select(PayoutItem).order_by(PayoutItem.payment_id))
        assert [(one.payment_id, one.payout_id, one.net_fen) for one in items] == [(2, 2, 4_975), (3, 3, 995)]
        closed = session.scalars(select(BatchSettlement).order_by(BatchSettlement.id)).all()
        assert [(one.batch_id, one.amount_fen) for one in closed] == [(1, 700), (2, 5_000), (3, 900)]
        line = session.scalars(select(FeePlanLine)).one()
        assert (line.channel, line.from_fen, line.first_day, line.last_day) == ("*", 0, ALWAYS, FOR_EVER)
    with engine.begin() as connection:
        command.downgrade(configuration(connection), "0004")
        assert connection.exec_driver_sql("SELECT count(*) FROM payout").scalar() == 3


_AT = "'2026-11-20 01:00:00'"
BEFORE = [
    "INSERT INTO fee_plan (id, name, version, refund_fee) VALUES (1, 'standard', 1, 'none')",
    "INSERT INTO fee_plan_line (fee_plan_id, card_class, basis_points, floor_fen) VALUES (1, 'debit', 50, 0)",
    "INSERT INTO merchant (id, number, name, language, fee_plan_id, settlement_account_masked,"
    " settlement_account_cipher, zone, cutoff) VALUES (1, '898110000000001', 'Shop', 'en', 1, '****4821', x'01',"
    " 'Asia/Shanghai', '23:00:00')",
    "INSERT INTO terminal (id, number, merchant_id, batch_number) VALUES (1, '90000001', 1, 4)",
    *(
        f"INSERT INTO batch (id, terminal_id, number, state, opened_at) VALUES ({n}, 1, {n}, 'CLOSED', {_AT})"
        for n in (1, 2, 3)
    ),
    *(
        "INSERT INTO payment (id, terminal_id, merchant_id, batch_number, filed_batch, trace, kind, state, amount_fen,"
        " currency, channel, scheme, card_class, fee_fen, cost_fen, business_date, at, matured_at)"
        f" VALUES ({n}, 1, 1, {n}, {n}, {n}, 'sale', 'approved', {gross}, '156', 'unionpay', 'domestic', 'debit',"
        f" {fee}, 0, '2026-11-20', {_AT}, {matured})"
        for n, gross, fee, matured in ((1, 704, 4, "NULL"), (2, 5_000, 25, _AT), (3, 1_000, 5, _AT))
    ),
    *(
        "INSERT INTO payout (id, merchant_id, batch_id, gross_fen, fee_fen, net_fen, brought_fen, amount_fen, due_date,"
        f" state, explanation) VALUES ({n}, 1, {n}, {gross}, {fee}, {gross - fee}, 0, {amount}, '2026-11-23',"
        f" '{state}', '{{}}')"
        for n, gross, fee, amount, state in (
            (1, 704, 4, 700, "scheduled"),
            (2, 5_000, 25, 5_000, "paid"),
            (3, 1_000, 5, 900, "instructed"),
        )
    ),
    *(
        f"INSERT INTO journal_entry (event, reference, at, business_date) VALUES ('{event}', 'payout/{n}', {_AT},"
        " '2026-11-23')"
        for n, event in ((2, "payout_instructed"), (2, "payout_paid"), (3, "payout_instructed"))
    ),
]
