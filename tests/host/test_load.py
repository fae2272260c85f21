"""What a sale costs the host: statements, which never vary, and processor time under load, which must stay bounded."""

import pytest
from sqlalchemy import Engine, event

from tests.host.bench import running
from tools.load.command import measure

STATEMENTS = {"host": 17, "issuer": 7}
"""Of one online sale that nothing else happens beside, BEGIN included."""
CPU_MS_MOST = 10.0
"""A quiet machine needs about half of it."""
RATE, SECONDS, TILLS = 60, 3, 8


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def test_the_statements_of_a_sale_are_counted(bench):
    for _ in range(2):  # the day's accounts are open, every statement is compiled
        await bench.till.sale(bench.card, 100)
    counted = {"host": 0, "issuer": 0}

    def count(connection, _cursor, statement, *_rest):
        counted["issuer" if "issuer" in str(connection.engine.url) else "host"] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        await bench.till.sale(bench.card, 100)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert counted == STATEMENTS


def test_a_sale_under_load_costs_a_bounded_time(record_property):
    figures = measure(RATE, SECONDS, TILLS)
    record_property("figures", figures)
    print(figures)
    assert figures["payments"] >= 0.5 * RATE * SECONDS, figures
    assert figures["host CPU ms a payment"] <= CPU_MS_MOST, figures
