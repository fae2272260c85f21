"""Exactly once: resends, the same key with other content, reversals before, during and after their original."""

import asyncio

import pytest

from host_sim.acquirer import concluding
from host_sim.networks.issuer import Issuer
from host_sim.store.schema import Alarm, Payment, Tombstone
from tests.host.bench import running
from tests.host.test_handlers import ledger_sums


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


def money(bench) -> int:
    return sum(movement.amount_fen for movement in bench.host.issuer.movements())


async def test_a_sale_is_never_answered_twice(bench):
    question, _ = await bench.till.sale(bench.card, 100)
    answer = await bench.till.send("0200", question)
    assert answer[39] == "94" and 38 not in answer
    assert money(bench) == -100 and await bench.rows(Alarm) == []


async def test_a_sales_key_with_other_content_raises_an_alarm(bench):
    question, _ = await bench.till.sale(bench.card, 100)
    other = bench.till.sale_fields(bench.card, 200)
    assert (await bench.till.send("0200", {**other, 11: question[11]}))[39] == "94"
    (alarm,) = await bench.rows(Alarm)
    assert alarm.kind == "content differs" and bench.card.pan not in alarm.text
    assert money(bench) == -100


@pytest.mark.parametrize("kind", ["refund", "offline"])
async def test_an_advice_is_answered_again_under_the_keys_of_now(bench, kind):
    question, sale = await bench.till.sale(bench.card, 1_000)
    fields = bench.till.refund_of(question, sale, 400) if kind == "refund" else bench.till.offline_fields(bench.card, 7)
    first = await bench.till.send("0220", fields)
    bench.clock.move(minutes=5)
    mak = bench.till.mak
    await bench.till.sign_on()
    again = await bench.till.send("0220", fields)
    assert bench.till.mak != mak and again[64] != first[64]
    assert {n: v for n, v in again.items() if n != 64} == {n: v for n, v in first.items() if n != 64}
    assert len(bench.host.issuer.movements()) == 2 and len(await bench.rows(Payment)) == 2


async def test_an_advices_key_with_other_content_is_refused_with_an_alarm(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    fields = bench.till.refund_of(question, sale, 400)
    await bench.till.send("0220", fields)
    assert (await bench.till.send("0220", {**fields, 4: "000000000401"}))[39] == "94"
    assert len(await bench.rows(Alarm)) == 1 and len(bench.host.issuer.movements()) == 2


async def unanswered(bench, mti: str, fields: dict) -> None:
    """Send, and see the host finish without an answer."""
    till = bench.till
    written = bench.host.progress(till.local_port)[1]
    await till.send_raw(till.frame(till.message(mti, fields)))
    await bench.until(lambda: bench.host.progress(till.local_port) == (till.sent, written, False))


@pytest.mark.parametrize("fails", ["network before", "network after", "record"])
async def test_an_advice_without_a_sure_result_is_not_answered_and_its_resend_goes_on(bench, monkeypatch, fails):
    question, sale = await bench.till.sale(bench.card, 1_000)
    fields = bench.till.refund_of(question, sale, 400)
    give = Issuer.refund

    def broken(issuer, *asked):
        if fails == "network after":
            give(issuer, *asked)
        raise ConnectionError

    if fails == "record":
        monkeypatch.setattr(concluding, "book", lambda *_: 1 / 0)
    else:
        monkeypatch.setattr(Issuer, "refund", broken)
    await unanswered(bench, "0220", fields)
    assert [payment.state for payment in await bench.rows(Payment)] == ["approved", "authorising"]
    assert (await ledger_sums(bench))["channel_receivable"] == 1_000
    monkeypatch.undo()
    again = await bench.till.send("0220", fields)
    assert again[39] == "00" and again[38]
    assert money(bench) == -600 and (await ledger_sums(bench))["channel_receivable"] == 600
    assert [payment.state for payment in await bench.rows(Payment)] == ["approved", "approved"]


async def test_a_sale_whose_record_fails_is_not_answered_and_its_reversal_undoes_it(bench, monkeypatch):
    monkeypatch.setattr(concluding, "book", lambda *_: 1 / 0)
    question = bench.till.sale_fields(bench.card, 1_000)
    await unanswered(bench, "0200", question)
    assert money(bench) == -1_000, "the issuer has taken it"
    monkeypatch.undo()
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
    assert money(bench) == 0 and await ledger_sums(bench) == {}
    assert [payment.state for payment in await bench.rows(Payment)] == ["reversed"]


async def test_a_reversal_undoes_the_sale_everywhere_and_may_be_resent(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    reversal = bench.till.reversal_of(question)
    first = await bench.till.send("0400", reversal)
    assert set(first) == {2, 3, 4, 11, 12, 13, 15, 25, 32, 37, 39, 41, 42, 44, 49, 60, 64}
    assert (first[39], first[37]) == ("00", sale[37])
    again = await bench.till.send("0400", reversal)
    assert again[39] == "00" and money(bench) == 0 and await ledger_sums(bench) == {}
    assert [payment.state for payment in await bench.rows(Payment)] == ["reversed"]


async def test_a_reversal_with_other_content_is_refused_with_an_alarm(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0400", bench.till.reversal_of(question))
    assert (await bench.till.send("0400", bench.till.reversal_of(question, "06")))[39] == "94"
    assert len(await bench.rows(Alarm)) == 1


@pytest.mark.parametrize("changes", [{4: "000000000999"}, {2: "other"}])
async def test_a_reversal_of_another_amount_or_card_undoes_nothing(bench, changes):
    question, _ = await bench.till.sale(bench.card, 1_000)
    if 2 in changes:
        changes = {2: bench.other.pan}
    assert (await bench.till.send("0400", {**bench.till.reversal_of(question), **changes}))[39] == "12"
    assert money(bench) == -1_000 and len(await bench.rows(Alarm)) == 1


async def test_a_reversal_before_its_original_bars_the_original(bench):
    question = bench.till.sale_fields(bench.card, 1_000)
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "25"
    assert len(await bench.rows(Tombstone)) == 1
    assert (await bench.till.send("0200", question))[39] == "12"
    assert money(bench) == 0 and await bench.rows(Payment) == []
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "25", "the stored answer"
    assert (await bench.till.send("0200", question))[39] == "94"


async def test_a_reversal_of_a_decline_is_done_with_nothing_to_undo(bench):
    question, _ = await bench.till.sale(bench.other, 50_000)
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
    assert money(bench) == 0


@pytest.mark.parametrize("issuer_first", [True, False])
async def test_a_reversal_while_the_issuer_is_deciding_wins(bench, monkeypatch, issuer_first):
    gate, asked = asyncio.Event(), asyncio.Event()
    loop, decide = asyncio.get_running_loop(), Issuer.authorise

    def slow(issuer, request):
        decision = decide(issuer, request) if issuer_first else None
        loop.call_soon_threadsafe(asked.set)
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(10)
        return decision or decide(issuer, request)

    monkeypatch.setattr(Issuer, "authorise", slow)
    question = bench.till.sale_fields(bench.card, 1_000)
    waiting = asyncio.ensure_future(bench.till.send("0200", question))
    await asked.wait()
    twin = await bench.signed_on()
    reversing = asyncio.ensure_future(twin.send("0400", twin.reversal_of(question)))
    for _ in range(500):
        if [payment.state for payment in await bench.rows(Payment)] == ["reversed"]:
            break
        await asyncio.sleep(0.01)
    gate.set()
    assert (await reversing)[39] == "00"
    late = await waiting
    assert late[39] == "12" and 38 not in late
    assert money(bench) == 0 and await ledger_sums(bench) == {}
    await twin.close()


async def test_a_voids_reversal_restores_the_sale(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    before = await ledger_sums(bench)
    void = bench.till.void_of(question, sale)
    assert (await bench.till.send("0200", void))[39] == "00"
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "12", "voided since"
    reversal = bench.till.reversal_of(void)
    assert reversal[61] == void[61] and (await bench.till.send("0400", reversal))[39] == "00"
    assert [payment.state for payment in await bench.rows(Payment)] == ["approved", "reversed"]
    assert money(bench) == -1_000 and await ledger_sums(bench) == before
    assert (await bench.till.send("0200", bench.till.void_of(question, sale)))[39] == "00", "it can be voided again"


async def test_a_refunded_sale_is_not_reversed(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0220", bench.till.refund_of(question, sale, 1))
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "12"
    assert money(bench) == -999


async def test_references_are_never_given_twice_even_by_a_host_that_starts_again(bench):
    from host_sim.acquirer.references import RANGE, References

    other = References(bench.host.store)
    taken = [
        await source.take(bench.clock.now()) for source in (bench.host.desk.references, other) for _ in range(RANGE)
    ]
    assert len(set(taken)) == 2 * RANGE and all(len(reference) == 12 for reference in taken)
