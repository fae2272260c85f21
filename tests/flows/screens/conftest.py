"""Snapshots: pictures beside the tests that a person can open. `pytest tests/flows/screens --snapshots-update`
writes them anew; look at each before it is kept."""

from pathlib import Path

import pytest

from tests.flows.screens.snapshots import Snapshots


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--snapshots-update", action="store_true", help="write the pictures of screens and slips anew")


@pytest.fixture
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Snapshots:
    update = request.config.getoption("--snapshots-update", default=False)
    return Snapshots(Path(__file__).parent, tmp_path / "differs", update)
