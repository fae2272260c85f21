"""Two acquirers side by side: other fees, profile, number, channel and cut-off, by their entries alone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from host_sim.acquirer.acquirers import Acquirer, AcquirerError, load_acquirer
from host_sim.acquirer.profiles import load_profile
from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.store.schema import AdvanceTerms, BatchSettlement, Merchant, Payment
from tests.host.bench import running

LATE = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
"""22:30 in Shanghai: past the second acquirer's cut-off, not the first's."""


async def one(bench, model):
    (row,) = await bench.rows(model)
    return row


async def test_two_acquirers_side_by_side(tmp_path):
    seen = {}
    for name in ("picotill", "second"):
        folder = tmp_path / name
        folder.mkdir()
        async with running(folder, acquirer=load_acquirer(name)) as bench:
            bench.clock.time = LATE
            answer = (await bench.till.sale(bench.card, 50_000))[1]
            assert answer[39] == "00"
            payment, merchant = await one(bench, Payment), await one(bench, Merchant)
            channel = Key("channel_receivable", payment.channel, payment.business_date)
            terms = await bench.host.store.read(lambda session: len(session.scalars(select(AdvanceTerms)).all()))
            receivable, cost, failed = await bench.host.store.read(
                lambda session, channel=channel: (
                    balance_fen(session, channel),
                    balance_fen(session, Key("channel_cost")),
                    [proof for proof in proofs(session, date(2027, 1, 1)) if not proof.ok],
                )
            )
            assert failed == []
            seen[name] = {
                "tpdu": bench.till.tpdu.hex(),
                "acquirer": answer[32],
                "channel": payment.channel,
                "fee": payment.fee_fen,
                "cost": (cost, receivable),
                "cutoff": merchant.cutoff,
                "day": payment.business_date,
                "paid": payment.settlement_date,
                "terms": terms,
            }
    monday = date(2026, 11, 23)
    assert seen == {
        "picotill": {
            "tpdu": "6000030000",
            "acquirer": "48980000001",
            "channel": "unionpay",
            "fee": 250,
            "cost": (0, 50_000),
            "cutoff": time(23),
            "day": monday,
            "paid": monday + timedelta(days=1),
            "terms": 0,
        },
        "second": {
            "tpdu": "6000040000",
            "acquirer": "48980000002",
            "channel": "second",
            "fee": 190,
            "cost": (100, 49_900),
            "cutoff": time(22),
            "day": monday + timedelta(days=1),
            "paid": monday + timedelta(days=2),
            "terms": 1,
        },
    }


def test_a_profile_that_extends_another_is_laid_over_it():
    first, second = load_profile("cup-3des"), load_profile("cup-3des-xor")
    assert (second.mac_algorithm, second.mac_key_bytes, second.refund_window_days) == ("xor-3des", 8, 90)
    assert second.fields == first.fields and second.header_bytes == first.header_bytes
    assert first.tpdu == "6000030000" and first.mac_algorithm == "cup-ecb"


@pytest.mark.parametrize(
    "changed", [{"institution": "1"}, {"zone": "Nowhere"}, {"colour": "red"}, {"price": [{"card": "debit"}]}]
)
def test_a_wrong_entry_is_refused_with_its_name(changed):
    entry = {
        "name": "third",
        "profile": "cup-3des",
        "institution": "48980000003",
        "channel": "third",
        "cutoff": time(23),
        "zone": "Asia/Shanghai",
        "plan": "third",
        "refund_fee": "none",
        "cost_basis_points": 0,
        "price": [{"card_class": "debit", "basis_points": 50}],
    }
    assert Acquirer.from_data(entry).name == "third"
    with pytest.raises(AcquirerError, match="third"):
        Acquirer.from_data(entry | changed)
    with pytest.raises(AcquirerError, match="picotill, second"):
        load_acquirer("third")


async def test_a_batch_of_the_second_acquirer_is_settled(tmp_path):
    async with running(tmp_path, acquirer=load_acquirer("second")) as bench:
        await bench.till.sale(bench.card, 120_000, "123456")
        answer = await bench.till.send("0500", bench.till.settle_fields((120_000, 1)))
        assert answer[39] == "00" and answer[48][30] == "1"
        assert (await bench.till.send("0320", bench.till.end_fields(1, "207")))[39] == "00"
        closed = await one(bench, BatchSettlement)
        assert (closed.gross_fen, closed.fee_fen) == (120_000, 360), "the tier from 1,000 yuan on"
