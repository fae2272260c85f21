"""What many of the host's tests begin with."""

from datetime import date

import pytest

from host_sim.ledger.proofs import proofs
from tests.host.shop import Shop


@pytest.fixture
def shop(tmp_path):
    """A merchant whose refunds give back their part of the fee. What a test does with it leaves every proof right."""
    shop = Shop(tmp_path, refund_fee="proportional")
    yield shop
    assert [proof for proof in proofs(shop.session, date(2027, 1, 1)) if not proof.ok] == []
    shop.done()
