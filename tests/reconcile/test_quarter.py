"""A few days of a whole acquirer: the same play as `make quarter`, with its own line at the end."""

import pytest

from tools.quarter.command import play
from tools.quarter.count import KINDS


@pytest.fixture(scope="module")
def ended():
    return play(days=5, merchants=4, tills=6, sales=4)


def test_it_ends_with_everything_accounted_for(ended):
    score = ended.score
    assert ended.money.wrong == [] and ended.money.ledger_fen == 0
    assert score.injected > 20, "there was something to find"
    payments, injected = ended.money.payments, score.injected
    assert ended.line == (
        f"ledger sum 0, proofs ok, payments {payments}, each in one payout,"
        f" differences injected {injected} found {injected} false 0 repaired {injected}"
    )
    assert ended.whole


def test_every_kind_is_found_as_what_it_is(ended):
    assert set(ended.score.table) == {(kind, kind) for kind in KINDS}


def test_a_second_run_finds_none(ended):
    assert ended.again == (0, 0)


def test_shops_did_more_than_sell(ended):
    assert ended.money.payments > 100
    assert all(ended.counts[name] for name in ("voids", "chargebacks", "lines matched")), ended.counts
