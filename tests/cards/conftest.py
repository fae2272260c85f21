"""What a till has downloaded, and an issuer."""

import pytest

from host_sim.networks.issuer import Issuer
from tests.cards.bench import KEYS, ca_store, till_aids
from tests.host.bench import HandClock


@pytest.fixture(scope="module")
def aids():
    return till_aids()


@pytest.fixture(scope="module")
def store():
    return ca_store()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    issuer = Issuer(f"sqlite:///{tmp_path_factory.mktemp('issuer') / 'issuer.db'}", KEYS, HandClock())
    yield issuer
    issuer.close()
