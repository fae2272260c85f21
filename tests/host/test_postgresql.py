"""The host on PostgreSQL: what must hold of the store, of exactly once, of the book and of recovery; and two hosts on
one database."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from host_sim.host import Host
from host_sim.store.engine import open_store
from host_sim.store.schema import Alarm, Payment, Payout
from tests.host.bench import LMK, Entropy, running
from tests.host.test_exactly_once import (  # noqa: F401 - run here on this module's bench
    money,
    test_a_reversal_before_its_original_bars_the_original,
    test_a_reversal_undoes_the_sale_everywhere_and_may_be_resent,
    test_a_reversal_while_the_issuer_is_deciding_wins,
    test_a_sale_is_never_answered_twice,
    test_a_voids_reversal_restores_the_sale,
    test_an_advice_is_answered_again_under_the_keys_of_now,
    test_an_advices_key_with_other_content_is_refused_with_an_alarm,
    test_references_are_never_given_twice_even_by_a_host_that_starts_again,
)
from tests.host.test_handlers import ledger_sums
from tests.host.test_recovery import (  # noqa: F401
    test_a_void_without_a_result_blocks_its_sale_until_it_is_undone,
    test_an_advice_that_a_host_left_gets_its_result_from_the_network,
    test_what_has_no_result_at_the_end_of_its_batch_is_a_difference,
    wrong,
)
from tests.host.test_store import alarm, grouped, kinds

ROUNDS = 12


@pytest.fixture(scope="module")
def template(postgresql):
    """A database that has the tables already."""
    template = postgresql.create()
    asyncio.run(open_store(postgresql.url(template)).close())
    return template


@pytest.fixture
async def bench(postgresql, template):
    urls = (postgresql.url(postgresql.create(template)), postgresql.url(postgresql.create()))
    async with running(urls) as bench:
        yield bench


@pytest.fixture
async def store(postgresql, template):
    store = open_store(postgresql.url(postgresql.create(template)))
    yield store
    await store.close()


@pytest.fixture
async def second(bench):
    """Another host on the same two databases, and a connection of the same terminal to it."""
    other = Host(*bench.urls, bench.clock, _other_entropy(), LMK)
    await other.start()
    bench.others = [other]
    own, bench.host = bench.host, other
    till = await bench.signed_on()
    bench.host = own
    yield till
    await till.close()
    await other.stop()


def _other_entropy() -> Entropy:
    entropy = Entropy()
    entropy.count = 1 << 32
    return entropy


async def test_a_unit_that_fails_undoes_only_itself_and_a_read_cannot_write(store):
    def fails(session):
        session.add(Payment())
        session.flush()

    results = await grouped(store, alarm("a"), fails, alarm("b"))
    assert [type(one) if isinstance(one, Exception) else one for one in results] == ["a", IntegrityError, "b"]
    with pytest.raises(DBAPIError, match="read-only"):
        await store.read(alarm("x"))
    assert await kinds(store) == ["a", "b"]


async def test_a_day_balances(bench):
    question, sale = await bench.till.sale(bench.card, 10_000)
    _, other = await bench.till.sale(bench.card, 100_001, "123456")
    refund = await bench.till.send("0220", bench.till.refund_of(question, sale, 4_000))
    offline = await bench.till.send("0220", bench.till.offline_fields(bench.other, 700))
    declined = (await bench.till.sale(bench.other, 50_000))[1]
    assert [one[39] for one in (sale, other, refund, offline, declined)] == ["00", "00", "00", "00", "51"]
    assert money(bench) == -10_000 - 100_001 + 4_000 - 700
    assert bench.host.issuer.unbalanced() == [] and bench.host.issuer.balance_fen(bench.other.pan) == 19_300
    assert await wrong(bench) == [] and sum((await ledger_sums(bench)).values()) == 0


async def test_of_a_sale_that_comes_through_two_hosts_at_once_one_is_taken(bench, second):
    for _ in range(ROUNDS):
        body = bench.till.message("0200", bench.till.sale_fields(bench.card, 100))
        answers = await asyncio.gather(bench.till.send_body(body), second.send_body(body))
        assert sorted(answer[39] for answer in answers) == ["00", "94"]
    assert [payment.state for payment in await bench.rows(Payment)] == ["approved"] * ROUNDS
    assert money(bench) == -100 * ROUNDS and await bench.rows(Alarm) == [] and await wrong(bench) == []


async def test_an_advice_that_comes_through_two_hosts_at_once_counts_once(bench, second):
    for _ in range(ROUNDS):
        body = bench.till.message("0220", bench.till.offline_fields(bench.card, 100))
        one, other = await asyncio.gather(bench.till.send_body(body), second.send_body(body))
        assert one == other and one[39] == "00"
    assert money(bench) == -100 * ROUNDS and len(await bench.rows(Payment)) == ROUNDS and await wrong(bench) == []


async def test_a_sale_and_its_reversal_through_two_hosts_at_once_leave_nothing(bench, second):
    seen = Counter()
    for _ in range(ROUNDS):
        question = bench.till.sale_fields(bench.card, 100)
        reversal = bench.till.reversal_of(question)
        paid, undone = await asyncio.gather(bench.till.send("0200", question), second.send("0400", reversal))
        seen[undone[39]] += 1
        assert undone[39] in ("00", "25") and (await second.send("0400", reversal))[39] in ("00", "25")
        if undone[39] == "25":
            assert paid[39] == "12", "its reversal was first"
    await bench.host.recover()
    assert money(bench) == 0 and set((await ledger_sums(bench)).values()) <= {0}, seen
    assert "approved" not in await bench.host.store.read(lambda s: list(s.scalars(select(Payment.state))))
    assert await wrong(bench) == []


async def test_two_hosts_settle_one_database_and_pay_once(bench, second):
    """Both do the jobs and speak to the bank at the same time: each payout is made, told and paid once."""
    other = bench.others[0]
    for _ in range(3):
        await bench.till.sale(bench.card, 10_000)
    await asyncio.gather(bench.host.settle(), other.settle())
    bench.clock.move(hours=21)  # Tuesday 06:00
    await asyncio.gather(bench.host.settle(), other.settle())
    bench.clock.move(minutes=1)
    await asyncio.gather(bench.host.settle(), other.settle())
    await bench.host.settle()
    assert [(one.state, one.amount_fen) for one in await bench.rows(Payout)] == [("paid", 29_850)]
    assert bench.host.bank.paid_fen() == 29_850
    assert await bench.rows(Alarm) == [] and await wrong(bench) == []
