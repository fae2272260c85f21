"""Tills of a town, provisioned once for all tests."""

import asyncio
import logging

import pytest

from tools.simulate.run import TILLS
from tools.simulate.town import Prepared, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return asyncio.run(prepare(tmp_path_factory.mktemp("prepared"), TILLS))


@pytest.fixture(autouse=True)
def quiet():
    """A spoiled message is the host's daily bread here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
