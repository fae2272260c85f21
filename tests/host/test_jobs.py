"""Settlement by itself: what is due is done, by one host, in order; what fails is tried again; and a whole night."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.settlement import jobs
from host_sim.settlement.jobs import JOBS, due_jobs, run_job
from host_sim.store.schema import Alarm, Job, Notice, Payout, SettlementPlan
from tests.host.bench import running
from tests.host.shop import MONDAY, Shop, local

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.done()


def run_all(shop, at):
    done = []
    while (name := run_job(shop.session, at)) is not None:
        done.append(name)
        assert len(done) < 50
    return done


def test_every_job_runs_when_it_is_due_and_not_before(shop):
    at = local(MONDAY, 12)
    assert due_jobs(shop.session, at) and set(run_all(shop, at)) == set(JOBS)
    assert not due_jobs(shop.session, at) and run_all(shop, at) == []
    assert run_all(shop, at + timedelta(seconds=5)) == ["pay at once"]
    assert set(run_all(shop, at + timedelta(minutes=1))) == {"mature", "pay at once", "pay due"}


def test_what_matures_is_paid_in_the_same_round(shop):
    shop.sale(10_000)
    shop.sale(5_000, card_class="wallet")
    done = run_all(shop, local(TUESDAY, 6))
    assert done.count("mature") == 2 and done.count("pay due") == 2, "again until there is nothing"
    sums = shop.session.execute(select(Payout.family, Payout.amount_fen).order_by(Payout.id)).all()
    assert [tuple(row) for row in sums] == [("card", 9_950), ("wallet", 4_981)]


def test_a_job_that_fails_is_undone_and_the_others_go_on(shop, monkeypatch):
    def half(session, now):
        shop.merchant.name = "half done"
        session.flush()
        raise ValueError("no good")

    monkeypatch.setitem(jobs.JOBS, "mature", (timedelta(minutes=1), half))
    at = local(MONDAY, 12)
    assert set(run_all(shop, at)) == set(JOBS)
    assert shop.merchant.name == "示范便利店"
    assert shop.session.get_one(Job, "mature").last_error == "ValueError: no good"
    run_all(shop, at + timedelta(minutes=1))
    assert [alarm.text for alarm in shop.session.scalars(select(Alarm))] == [
        "mature: ValueError: no good. It is tried again."
    ], "one alarm however often it fails"
    monkeypatch.undo()
    run_all(shop, at + timedelta(minutes=2))
    assert shop.session.get_one(Job, "mature").last_error is None


def test_a_book_that_is_wrong_raises_an_alarm(shop):
    sale = shop.sale(10_000)
    run_all(shop, local(MONDAY, 12))
    assert shop.session.scalar(select(func.count(Alarm.id))) == 0
    sale.amount_fen += 1
    run_all(shop, local(TUESDAY, 12))
    assert {alarm.kind for alarm in shop.session.scalars(select(Alarm))} == {"proof failed"}


async def test_a_host_pays_a_sale_out_by_itself(tmp_path):
    async with running(tmp_path, settle_s=None) as bench:
        await bench.till.sale(bench.card, 10_000)
        assert await bench.host.settle() > 0 and await bench.host.settle() == 0
        bench.clock.move(hours=21)  # Tuesday 06:00
        assert await bench.host.settle() > 0
        bench.clock.move(minutes=1)
        await bench.host.settle()
        (payout,) = await bench.rows(Payout)
        assert (payout.state, payout.amount_fen, payout.bank_reference) == ("paid", 9_950, "B0000000001")
        assert bench.host.bank.paid_fen() == 9_950
        assert await bench.host.store.read(lambda session: balance_fen(session, Key("bank"))) == -9_950
        assert [notice.subject for notice in await bench.rows(Notice)] == ["到账通知：示范便利店 结算款¥99.50已付"]
        assert await bench.rows(Alarm) == []


async def test_a_host_settles_without_being_told(tmp_path):
    async with running(tmp_path, settle_s=0.01) as bench:
        ready = []

        async def look():
            count = select(func.count()).select_from(SettlementPlan)
            ready.append(await bench.host.store.read(lambda session: session.scalar(count)))

        await look()
        while ready[-1] != 2:
            await bench.until(lambda: True)
            await look()
