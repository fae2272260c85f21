"""What a till has downloaded, and an issuer."""

import pytest

from host_sim.acquirer.terminal_parameters import application_entries, ca_entries
from host_sim.networks.issuer import Issuer
from host_sim.networks.pki.authority import revocations
from tests.cards.bench import KEYS, TODAY
from tests.host.bench import HandClock
from till.card.emv.aids import parse_aid
from till.card.emv.ca_keys import Store, parse_ca_key
from till.card.errors import CardError


@pytest.fixture(scope="module")
def aids():
    return tuple(parse_aid(entry.whole) for entry in application_entries())


@pytest.fixture(scope="module")
def store():
    keys = []
    for entry in ca_entries():
        try:
            keys.append(parse_ca_key(entry.whole, TODAY))
        except CardError as error:
            assert "expired" in str(error)
    assert len(keys) == len(ca_entries()) - 1
    return Store(keys, [(one.rid, one.index, one.serial) for one in revocations()])


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    issuer = Issuer(f"sqlite:///{tmp_path_factory.mktemp('issuer') / 'issuer.db'}", KEYS, HandClock())
    yield issuer
    issuer.close()
