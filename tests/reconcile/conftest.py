"""The engines that the comparison runs on, each by its connection string."""

import importlib.util
import os

import pytest

from host_sim.settlement.reconciliation.engine import open_engine
from tests.host.postgresql import programs, serving


@pytest.fixture(scope="session")
def postgresql():
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with serving(found) as server:
        yield server


def _url(kind, request):
    if kind == "duckdb":
        return "duckdb://"
    if kind == "postgresql":
        server = request.getfixturevalue("postgresql")
        return server.url(server.create()).replace("+psycopg", "")
    if importlib.util.find_spec("pyspark") is None:
        assert "PICOTILL_SPARK" not in os.environ, "PySpark is missing: python3 tools/environment.py spark"
        pytest.skip("PySpark is installed apart: make test-spark runs this")
    return "pyspark://local[2]"


@pytest.fixture(scope="session", params=["duckdb", "postgresql", "pyspark"])
def engine(request):
    with open_engine(_url(request.param, request)) as engine:
        yield engine
