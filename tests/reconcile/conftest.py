"""The engines that the comparison runs on, each by its connection string."""

import os

import pytest

from host_sim.settlement.reconciliation.engine import open_engine

ENGINES = ["duckdb", "postgresql"]
if "PICOTILL_SPARK" in os.environ:  # make test-spark: PySpark is installed apart
    ENGINES.append("pyspark")


def _url(kind, request):
    if kind == "duckdb":
        return "duckdb://"
    if kind == "postgresql":
        server = request.getfixturevalue("postgresql")
        return server.url(server.create()).replace("+psycopg", "")
    return "pyspark://local[2]"


@pytest.fixture(scope="session", params=ENGINES)
def engine(request):
    with open_engine(_url(request.param, request)) as engine:
        yield engine
