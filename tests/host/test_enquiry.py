"""What a till asks about the merchant's money (F60.3 365): only its own merchant's, and a payout is started once."""

import pytest

from host_sim.settlement.modes import choose_mode
from host_sim.store.schema import Hold, Merchant, Payment, Payout
from tests.host.bench import running


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path, settle_s=None) as bench:
        now = bench.clock.now()
        await bench.host.store.write(lambda s: choose_mode(s, s.query(Merchant).one().id, "card", "manual", now))
        yield bench


async def asked(bench, what, trace=None):
    """(F39, F62 as text)."""
    fields = {11: trace or bench.till.next_trace(), 60: bench.till.f60("00", "365", ""), 62: what.encode()}
    answer = await bench.till.send("0800", fields)
    return answer[39], answer.get(62, b"").decode()


async def matured(bench, *amounts_fen):
    for amount_fen in amounts_fen:
        await bench.till.sale(bench.card, amount_fen)
    await bench.host.settle()
    bench.clock.move(hours=24)
    await bench.host.settle()


@pytest.mark.parametrize("what", ["", "X", "S1", "L00000001", "P1", "A1", "Q000001", "P-00000000001", "S0000000a"])
async def test_what_is_no_enquiry_is_a_format_error(bench, what):
    assert (await asked(bench, what))[0] == "30"


async def test_nothing_is_nothing(bench):
    assert [(await asked(bench, what))[0] for what in ("S00000000", "S00000007", "L000000070000", "A0000000009")] == (
        ["25"] * 4
    )
    assert (await asked(bench, "P" + "0" * 12))[0] == "51", "nothing is due"


async def test_a_payout_by_hand_is_started_once_however_often_it_is_asked(bench):
    await matured(bench, 10_000, 20_000)
    part = "P" + f"{5_000:012d}"
    first = await asked(bench, part, "000900")
    assert first[0] == "00" and first[1].startswith("S00000001I" + f"{5_000:012d}{10_000:012d}{50:012d}202611240001")
    assert await asked(bench, part, "000900") == first and len(await bench.rows(Payout)) == 1
    assert (await asked(bench, part, "000901"))[1].startswith("S00000002I")
    assert (await asked(bench, "P" + f"{999_999:012d}", "000902"))[0] == "51"
    rest = (await asked(bench, "P" + "0" * 12, "000903"))[1]
    assert rest.startswith(f"S00000003I{29_850 - 10_000:012d}")
    assert (await asked(bench, "P" + "0" * 12, "000904"))[0] == "51"
    assert (await asked(bench, "S00000000"))[1] == rest


async def test_its_lines_and_no_other_merchants(bench):
    await matured(bench, *(100 * number for number in range(1, 11)))
    assert (await asked(bench, "P" + "0" * 12))[0] == "00"
    first, more = (await asked(bench, "L000000010000"))[1], (await asked(bench, "L000000010008"))[1]
    assert (len(first), len(more)) == (1 + 8 * 34, 1 + 2 * 34)
    assert first[1:35] == "0000000001S1123" + first[16:22] + "C" + f"{100:012d}"
    assert (await asked(bench, "L000000010010"))[0] == "25"
    assert (await asked(bench, "A0000000010")) == ("00", "Q00000001")

    def elsewhere(session):
        theirs = session.query(Merchant).one()
        other = Merchant(number="898110000000099", name="别家", language="zh", fee_plan_id=theirs.fee_plan_id)
        session.add(other)
        session.flush()
        session.query(Payout).one().merchant_id = session.query(Payment).filter_by(id=10).one().merchant_id = other.id

    await bench.host.store.write(elsewhere)
    for what in ("S00000001", "S00000000", "L000000010000", "A0000000010"):
        assert (await asked(bench, what))[0] == "25", what


async def test_payouts_that_are_stopped_are_not_started(bench):
    await matured(bench, 10_000)

    def hold(session):
        merchant = session.query(Merchant).one()
        why = {"zh": "核查", "en": "checked"}
        session.add(Hold(merchant_id=merchant.id, amount_fen=0, whole=True, reason=why, opened_at=bench.clock.now()))

    await bench.host.store.write(hold)
    assert (await asked(bench, "P" + "0" * 12))[0] == "57" and await bench.rows(Payout) == []
