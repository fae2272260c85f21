"""A host reconciles by itself: its channel's files come each night, are taken in once, what differs is listed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.networks.clearing.files import reading, write_file
from host_sim.networks.clearing.item import FileHead
from host_sim.networks.issuer.clearing import network_fee
from host_sim.settlement.calendar import business_day
from host_sim.settlement.reconciliation.repair import repair
from host_sim.store.schema import Alarm, ClearingFile, Difference, Payment
from tests.host.bench import running
from tests.host.shop import MONDAY

DAY = timedelta(days=1)


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path, settle_s=None, clearing=tmp_path / "clearing") as bench:
        yield bench


async def sell(bench):
    """A sale, one that is voided, one that is reversed, and a decline."""
    await bench.till.sale(bench.card, 1_000)
    question, sale = await bench.till.sale(bench.card, 300)
    await bench.till.send("0200", bench.till.void_of(question, sale))
    reversed_one, _ = await bench.till.sale(bench.card, 77)
    await bench.till.send("0400", bench.till.reversal_of(reversed_one))
    await bench.till.sale(bench.other, 50_000_000)


async def books(bench):
    """(names of files taken, open differences, balance of the bank, alarms, proofs that do not hold)."""

    def look(session):
        names = session.scalars(select(ClearingFile.name).order_by(ClearingFile.name)).all()
        open_ = session.scalar(select(func.count()).select_from(Difference).where(Difference.cleared_at.is_(None)))
        wrong = [proof for proof in proofs(session, business_day(bench.clock.now())) if not proof.ok]
        alarms = session.scalars(select(Alarm.kind).order_by(Alarm.id)).all()
        return names, open_, balance_fen(session, Key("bank")), alarms, wrong

    return await bench.host.store.read(look)


async def test_each_nights_file_is_taken_in_once(bench, tmp_path):
    await sell(bench)
    await bench.host.settle()
    assert (await books(bench))[0] == [], "the day has not ended"
    bench.clock.move(hours=15)  # midnight
    await bench.host.settle()
    names, open_, bank_fen, alarms, wrong = await books(bench)
    assert (names, open_, bank_fen, alarms, wrong) == ([f"unionpay-{MONDAY:%Y%m%d}.clr"], 0, 1_000, [], [])
    with reading(tmp_path / "clearing" / names[0]) as (head, items):
        kinds = sorted(item.kind for item in items)
        assert head.day == MONDAY and kinds == ["sale", "sale", "void"]
    for _ in range(3):
        bench.clock.move(hours=2)
        await bench.host.settle()
    assert len((await books(bench))[0]) == 1
    bench.clock.move(days=3)
    await bench.host.settle()
    names, open_, bank_fen, alarms, wrong = await books(bench)
    assert len(names) == 4 and open_ == 0, "a day without sales has a file too"
    assert (bank_fen, alarms, wrong) == (5, [], []), "what is left is the fee: the rest was paid out"


async def test_what_is_missing_from_a_file_is_on_the_list_and_one_command_ends_it(bench, tmp_path):
    await sell(bench)
    folder = tmp_path / "clearing"
    folder.mkdir()
    write_file(folder / f"unionpay-{MONDAY:%Y%m%d}.clr", "fixed", FileHead("unionpay", MONDAY), [])
    bench.clock.move(hours=15)
    await bench.host.settle()
    assert (await books(bench))[1:3] == (3, 0)
    bench.clock.move(days=4)
    await bench.host.settle()
    now = bench.clock.now()
    done = await bench.host.store.write(lambda session: dict(repair(session, now).cleared))
    assert done == {"channel": 3}
    names, open_, bank_fen, alarms, wrong = await books(bench)
    assert (len(names), open_, bank_fen, alarms, wrong) == (5, 0, 1_000, [], [])
    assert await bench.host.store.write(lambda session: dict(repair(session, now).cleared)) == {}


async def test_a_file_that_cannot_be_taken_is_one_alarm_and_tried_again_when_it_is_put_there_anew(bench, tmp_path):
    await sell(bench)
    folder = tmp_path / "clearing"
    folder.mkdir()
    path = folder / f"unionpay-{MONDAY:%Y%m%d}.clr"
    path.write_bytes(b"HD01 nothing more")
    bench.clock.move(hours=15)
    for _ in range(3):
        await bench.host.settle()
        bench.clock.move(minutes=10)
    assert (await books(bench))[0] == [] and (await books(bench))[3] == ["clearing file"]
    path.unlink()
    bench.clock.move(minutes=10)
    await bench.host.settle()
    assert (await books(bench))[:3] == ([path.name], 0, 1_000)


async def test_an_engine_that_is_not_there_leaves_the_files_waiting(tmp_path):
    async with running(tmp_path, settle_s=None, clearing=tmp_path / "clearing", engine="mysql://x") as bench:
        await sell(bench)
        bench.clock.move(hours=15)
        for _ in range(2):
            await bench.host.settle()
            bench.clock.move(minutes=10)
        assert (await books(bench))[::3] == ([], ["clearing engine"])


async def test_what_only_the_till_has_is_on_the_list_until_it_is_known_that_no_card_was_charged(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    lost, _ = await bench.till.sale(bench.card, 4_000)

    def lose(session):  # a book put back from an older copy
        session.query(Payment).filter_by(trace=int(lost[11])).one().state = "declined"

    await bench.host.store.write(lose)
    await bench.till.send("0500", bench.till.settle_fields((5_000, 2)))
    for item in (question, lost):
        assert (await bench.till.send("0320", bench.till.item_fields(item)))[39] == "00"
    assert (await bench.till.send("0320", bench.till.end_fields(2, "202")))[39] == "00"
    await bench.host.settle()

    def listed(session):
        rows = session.scalars(select(Difference).where(Difference.kind == "till"))
        return [(one.reference, one.amount_fen, one.cleared_to, one.explanation, one.resolution) for one in rows]

    ((reference, amount_fen, cleared_to, why, _),) = await bench.host.store.read(listed)
    assert (reference, amount_fen, cleared_to) == (f"90000001/000001/{lost[11]}", 4_000, None)
    assert lost[11] in why["zh"] and "40.00" in why["en"]
    bench.clock.move(hours=1)
    now = bench.clock.now()
    early = await bench.host.store.write(lambda session: repair(session, now, ids=[1]))
    assert (dict(early.cleared), early.waiting) == ({}, 1)
    bench.clock.move(days=4)
    now = bench.clock.now()
    assert (await bench.host.store.write(lambda session: dict(repair(session, now, ids=[1]).cleared))) == {"till": 1}
    ((_, _, cleared_to, _, resolution),) = await bench.host.store.read(listed)
    assert cleared_to == "till" and "no card was charged" in resolution["en"]


@pytest.mark.parametrize(
    ("kind", "amount_fen", "fee_fen"),
    [("sale", 10_000, 20), ("sale", 249, 0), ("sale", 250, 1), ("void", -10_000, -20), ("refund", -10_000, 0)],
)
def test_what_the_network_keeps(kind, amount_fen, fee_fen):
    assert network_fee(20)(kind, amount_fen) == fee_fen


async def test_wallets_have_a_file_of_their_own(bench, tmp_path):
    house = bench.host.wallets
    phone = house.open_purse("002", "phone", 1_000_000)
    code = house.show_code(phone)
    fields = {3: "710000", 4: f"{8_800:012d}", 11: bench.till.next_trace(), 22: "032", 25: "00", 44: "002", 49: "156"}
    shown = f"A3{len(code):03d}{code}"
    answer = await bench.till.send("0200", {**fields, 59: shown, 60: bench.till.f60("60", tail="")})
    assert answer[39] == "00", answer
    await sell(bench)
    bench.clock.move(hours=15)
    await bench.host.settle()
    names, open_, _, alarms, wrong = await books(bench)
    assert names == [f"unionpay-{MONDAY:%Y%m%d}.clr", f"wallets-{MONDAY:%Y%m%d}.csv"]
    assert (open_, alarms, wrong) == (0, [], [])
    with reading(tmp_path / "clearing" / names[1]) as (_, items):
        assert [(item.kind, item.amount_fen, item.fee_fen) for item in items] == [("sale", 8_800, 18)]
