"""What outlives a host that dies or a network that fails: undos, payments without a result, advices that come late."""

import asyncio
import threading
from importlib import import_module

import pytest

from host_sim.acquirer import concluding, payments
from host_sim.acquirer.concluding import conclude
from host_sim.acquirer.vault import Vault
from host_sim.host import Host
from host_sim.ledger.proofs import proofs
from host_sim.networks.issuer import Decision, Issuer
from host_sim.store.schema import Alarm, BatchItem, Notice, Payment, Undo
from tests.host.bench import LMK, Entropy, running
from tests.host.test_exactly_once import money, unanswered
from tests.host.test_handlers import ledger_sums


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def starts_again(bench) -> None:
    """The host ends and another begins on the same databases."""
    await bench.host.stop()
    await bench.till.close()
    bench.host = Host(*bench.urls, bench.clock, Entropy(), LMK)
    await bench.host.start()
    await bench.until(lambda: bench.host.busy == 0)
    bench.till.port = bench.host.port
    await bench.till.connect()


async def states(bench) -> list[str]:
    return [payment.state for payment in await bench.rows(Payment)]


async def wrong(bench) -> list[str]:
    """Proofs that fail on the business day of now."""
    day = bench.clock.now().date()
    return [proof.name for proof in await bench.host.store.read(lambda s: proofs(s, day)) if not proof.ok]


async def settle(bench, debit: tuple[int, int], items: list, network: str) -> None:
    """Settle the till's batch with these totals and items, and sign on to the next."""
    assert (await bench.till.send("0500", bench.till.settle_fields(debit)))[39] == "00"
    for item in items:
        assert (await bench.till.send("0320", bench.till.item_fields(item)))[39] == "00"
    assert (await bench.till.send("0320", bench.till.end_fields(len(items), network)))[39] == "00"
    await bench.till.sign_on()


# ---- what a network must take back


async def test_a_network_that_refuses_to_take_back_calls_for_a_person_once(tmp_path, monkeypatch):
    async with running(tmp_path) as bench:
        question, _ = await bench.till.sale(bench.card, 1_000)
        monkeypatch.setattr(Issuer, "reverse", lambda *_: Decision("91"))
        assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
        assert [alarm.kind for alarm in await bench.rows(Alarm)] == ["network undo open"]
        monkeypatch.setattr(Issuer, "reverse", lambda *_: Decision("12"))
        for _ in range(3):
            bench.clock.move(hours=2)
            assert await bench.host.recover() == 1
        alarms = await bench.rows(Alarm)
        assert [alarm.kind for alarm in alarms] == ["network undo open", "network undo refused"]
        assert "answered 12" in alarms[1].text and "who bears it" in alarms[1].text
        monkeypatch.undo()
        bench.clock.move(hours=2)
        assert await bench.host.recover() == 1 and money(bench) == 0


@pytest.mark.parametrize("how", ["resend", "timer", "restart"])
async def test_a_reversal_is_answered_once_it_is_on_disk_and_the_network_is_asked_until_it_has_done(
    tmp_path, monkeypatch, how
):
    async with running(tmp_path) as bench:
        question, _ = await bench.till.sale(bench.card, 1_000)
        monkeypatch.setattr(Issuer, "reverse", lambda *_: 1 / 0)
        assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
        assert money(bench) == -1_000 and await states(bench) == ["reversed"]
        await bench.host.recover()
        (undo,) = await bench.rows(Undo)
        assert undo.done_at is None and undo.last_error == "network failed: ZeroDivisionError"
        assert [alarm.kind for alarm in await bench.rows(Alarm)] == ["network undo open"], "one, however often it fails"
        assert await wrong(bench) == ["network_undo"]
        monkeypatch.undo()
        if how == "resend":
            assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
        elif how == "timer":
            bench.clock.move(hours=1)
            assert await bench.host.recover() == 1
        else:
            await starts_again(bench)
        assert money(bench) == 0 and (await bench.rows(Undo))[0].done_at is not None and await wrong(bench) == []
        assert await bench.host.recover() == 0


async def test_a_sale_whose_network_fails_is_undone_though_the_undo_fails_at_first(bench, monkeypatch):
    decide = Issuer.authorise

    def broken(issuer, request):
        decide(issuer, request)
        raise ConnectionError

    monkeypatch.setattr(Issuer, "authorise", broken)
    monkeypatch.setattr(Issuer, "reverse", lambda *_: 1 / 0)
    assert (await bench.till.sale(bench.card, 100))[1][39] == "96"
    assert money(bench) == -100 and (await bench.rows(Undo))[0].done_at is None
    monkeypatch.undo()
    bench.clock.move(hours=1)
    await bench.host.recover()
    assert money(bench) == 0


async def test_a_network_that_refuses_to_take_back_leaves_the_undo_open(bench, monkeypatch):
    question, _ = await bench.till.sale(bench.card, 1_000)
    monkeypatch.setattr(Issuer, "reverse", lambda *_: Decision("12"))
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
    (undo,) = await bench.rows(Undo)
    assert undo.done_at is None and undo.last_error == "network answered 12" and len(await bench.rows(Alarm)) == 2


async def test_a_void_without_a_result_blocks_its_sale_until_it_is_undone(bench, monkeypatch):
    question, sale = await bench.till.sale(bench.card, 1_000)
    give = Issuer.void

    def broken(issuer, *asked):
        give(issuer, *asked)
        raise ConnectionError

    monkeypatch.setattr(Issuer, "void", broken)
    monkeypatch.setattr(Issuer, "reverse", lambda *_: 1 / 0)
    assert (await bench.till.send("0200", bench.till.void_of(question, sale)))[39] == "96"
    monkeypatch.undo()
    assert money(bench) == 0, "the issuer has given it back"
    assert (await bench.till.send("0200", bench.till.void_of(question, sale)))[39] == "12"
    assert (await bench.till.send("0220", bench.till.refund_of(question, sale, 1_000)))[39] == "64"
    assert (await states(bench))[-2:] == ["refused"] * 2, "by the host, before the issuer is asked"
    bench.clock.move(minutes=30)
    await bench.host.recover()
    assert money(bench) == -1_000
    assert (await bench.till.send("0200", bench.till.void_of(question, sale)))[39] == "00" and money(bench) == 0


# ---- payments without a result


async def dies(bench, monkeypatch, mti: str, fields: dict) -> None:
    """The host takes the message, the network decides, and the host never gets to its second unit."""

    monkeypatch.setattr(payments, "conclude", lambda *_: 1 / 0)
    await unanswered(bench, mti, fields)
    monkeypatch.setattr(payments, "conclude", conclude)


@pytest.mark.parametrize("how", ["timer", "restart"])
@pytest.mark.parametrize("kind", ["sale", "void"])
async def test_a_sale_or_void_that_a_host_left_is_given_up_and_undone(tmp_path, monkeypatch, how, kind):
    async with running(tmp_path) as bench:
        question = bench.till.sale_fields(bench.card, 1_000)
        if kind == "void":
            question = bench.till.void_of(question, await bench.till.send("0200", question))
        before = money(bench)
        await dies(bench, monkeypatch, "0200", question)
        assert money(bench) != before and (await states(bench))[-1] == "authorising"
        if how == "timer":
            assert await bench.host.recover() == 0, "it may be under way still"
            bench.clock.move(minutes=3)
            await bench.host.recover()
        else:
            await starts_again(bench)
        assert money(bench) == before and (await states(bench))[-1] == "declined"
        assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
        assert money(bench) == before and await wrong(bench) == []


async def test_a_sale_given_up_while_the_network_still_decides_is_undone_again(bench, monkeypatch):
    decided, go = threading.Event(), threading.Event()
    decide = Issuer.authorise

    def slow(issuer, request):
        decided.set()
        go.wait(10)
        return decide(issuer, request)

    monkeypatch.setattr(Issuer, "authorise", slow)
    monkeypatch.setattr(Issuer, "reverse", lambda *_: Decision("00"))  # forgets what it was told too early
    waiting = asyncio.ensure_future(bench.till.sale(bench.card, 1_000))
    await asyncio.to_thread(decided.wait)
    bench.clock.move(minutes=3)
    assert await bench.host.recover() == 1
    monkeypatch.delattr(Issuer, "reverse")
    monkeypatch.undo()
    go.set()
    assert (await waiting)[1][39] == "96"
    assert money(bench) == 0 and await states(bench) == ["declined"]


@pytest.mark.parametrize("kind", ["refund", "offline"])
async def test_an_advice_that_a_host_left_gets_its_result_from_the_network(bench, monkeypatch, kind):
    question, sale = await bench.till.sale(bench.card, 1_000)
    fields = bench.till.refund_of(question, sale, 400) if kind == "refund" else bench.till.offline_fields(bench.card, 7)
    await dies(bench, monkeypatch, "0220", fields)
    after = money(bench)
    bench.clock.move(minutes=3)
    assert await bench.host.recover() == 1
    assert (await states(bench))[-1] == "approved" and await wrong(bench) == []
    again = await bench.till.send("0220", fields)
    assert again[39] == "00" and again[38] and money(bench) == after


async def test_an_offline_sale_that_never_reached_the_network_waits_for_its_resend(bench, monkeypatch):
    fields = bench.till.offline_fields(bench.card, 700)
    monkeypatch.setattr(Issuer, "authorise", lambda *_: 1 / 0)
    await unanswered(bench, "0220", fields)
    monkeypatch.undo()
    bench.clock.move(minutes=3)
    await bench.host.recover()
    assert await states(bench) == ["authorising"]
    assert (await bench.till.send("0220", fields))[39] == "00" and await states(bench) == ["approved"]


async def test_what_has_no_result_at_the_end_of_its_batch_is_a_difference(bench, monkeypatch):
    question, sale = await bench.till.sale(bench.card, 1_000)
    await dies(bench, monkeypatch, "0200", bench.till.sale_fields(bench.card, 300))
    refund = bench.till.refund_of(question, sale, 400)
    monkeypatch.setattr(Issuer, "refund", lambda *_: 1 / 0)
    await unanswered(bench, "0220", refund)
    await settle(bench, (1_000, 1), [], "207")
    assert await states(bench) == ["approved", "declined", "authorising"]
    assert [item.finding for item in await bench.rows(BatchItem)] == ["not_uploaded"] * 2
    assert [alarm.kind for alarm in await bench.rows(Alarm)] == ["payment unresolved"] * 2
    assert "2笔交易" in await body_of_notice(bench) and money(bench) == -1_000
    assert await wrong(bench) == []
    bench.clock.move(days=1)
    assert await wrong(bench) == ["authorising"]
    monkeypatch.undo()
    assert (await bench.till.send("0220", refund))[39] == "00", "a refund is sent again as it was, with its own batch"
    last = (await bench.rows(Payment))[-1]
    assert (last.state, last.filed_batch) == ("approved", 2) and await wrong(bench) == []


async def body_of_notice(bench) -> str:
    from email import message_from_string
    from email.policy import SMTP

    (notice,) = await bench.rows(Notice)
    return message_from_string(notice.body, policy=SMTP).get_body(("plain",)).get_content()


# ---- never 96 to what may have been taken


async def test_what_is_sent_again_is_never_answered_96(bench, monkeypatch):
    question, sale = await bench.till.sale(bench.card, 1_000)
    refund = bench.till.refund_of(question, sale, 400)
    assert (await bench.till.send("0220", refund))[39] == "00"
    monkeypatch.setattr(Vault, "digest", lambda *_: 1 / 0)  # the resend fails before it is recognised
    await unanswered(bench, "0220", refund)
    for name in ("reversal._reverse", "settle._settle", "upload._item", "upload._end"):
        module, function = name.split(".")
        monkeypatch.setattr(import_module(f"host_sim.acquirer.handlers.{module}"), function, lambda *_: 1 / 0)
    till = bench.till
    for mti, fields in (
        ("0400", till.reversal_of(question)),
        ("0500", till.settle_fields((1_000, 1))),
        ("0320", till.item_fields(question)),
        ("0320", till.end_fields(0, "207")),
    ):
        await unanswered(bench, mti, fields)


@pytest.mark.parametrize("decision", [Decision("00"), Decision("00", "12345"), Decision("00", "123456", bytes(300))])
async def test_an_approval_that_no_answer_can_be_made_of_is_none(bench, monkeypatch, decision):
    decide = Issuer.authorise

    def odd(issuer, request):
        decide(issuer, request)
        return decision

    monkeypatch.setattr(Issuer, "authorise", odd)
    assert (await bench.till.sale(bench.card, 100))[1][39] == "96"
    assert money(bench) == 0 and await ledger_sums(bench) == {}


async def test_an_approval_whose_answer_cannot_be_packed_is_not_answered(bench, monkeypatch):
    said = concluding.said

    def odd(*of):
        return {**said(*of), 44: "x" * 26}

    monkeypatch.setattr(concluding, "said", odd)
    question = bench.till.sale_fields(bench.card, 100)
    await unanswered(bench, "0200", question)
    monkeypatch.undo()
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00" and money(bench) == 0


# ---- advices that come late


async def test_an_advice_that_ends_in_a_later_batch_counts_there_with_its_day(bench, monkeypatch):
    await bench.till.sale(bench.card, 1_000)
    kept = bench.till.offline_fields(bench.card, 500)
    monkeypatch.setattr(Issuer, "authorise", lambda *_: 1 / 0)
    await unanswered(bench, "0220", kept)
    monkeypatch.undo()
    await settle(bench, (1_000, 1), [], "207")
    bench.clock.move(days=1)
    kept[60] = bench.till.f60("30")
    assert (await bench.till.send("0220", kept))[39] == "00"
    payment = (await bench.rows(Payment, kind="offline"))[0]
    assert (payment.batch_number, payment.filed_batch, str(payment.business_date)) == (1, 2, "2026-11-24")
    answer = await bench.till.send("0500", bench.till.settle_fields((500, 1)))
    assert answer[48][30] == "1" and await wrong(bench) == []


@pytest.mark.parametrize("kind", ["offline", "refund"])
async def test_an_approved_advice_whose_answer_was_lost_counts_where_it_is_sent_again(bench, kind):
    question, sale = await bench.till.sale(bench.card, 1_000)
    refund = bench.till.refund_of(question, sale, 500)
    kept = bench.till.offline_fields(bench.card, 500) if kind == "offline" else refund
    await bench.till.send("0220", kept)  # the till never gets the answer
    await settle(bench, (1_000, 1), [question], "202")
    assert [item.finding for item in await bench.rows(BatchItem)] == ["matched"]
    assert [alarm.kind for alarm in await bench.rows(Alarm)] == ["advice not uploaded"]
    if kind == "offline":
        kept[60] = bench.till.f60("30")
    assert (await bench.till.send("0220", kept))[39] == "00"
    assert (await bench.rows(Payment, kind=kind))[0].filed_batch == 2
    totals = ((500, 1), (0, 0)) if kind == "offline" else ((0, 0), (500, 1))
    answer = await bench.till.send("0500", bench.till.settle_fields(*totals))
    assert answer[48][30] == "1" and await wrong(bench) == []


async def test_an_approval_that_comes_while_its_batch_is_settled_waits_for_the_next(bench, monkeypatch):
    kept = bench.till.offline_fields(bench.card, 500)
    await dies(bench, monkeypatch, "0220", kept)
    await bench.till.send("0500", bench.till.settle_fields((0, 0)))
    await unanswered(bench, "0220", kept)
    assert money(bench) == -500 and await states(bench) == ["authorising"]
    await bench.till.send("0320", bench.till.end_fields(0, "207"))
    await bench.till.sign_on()
    kept[60] = bench.till.f60("30")
    assert (await bench.till.send("0220", kept))[39] == "00" and money(bench) == -500


async def test_a_sale_that_is_approved_while_its_batch_is_settled_is_undone(bench, monkeypatch):
    twin, decide = await bench.signed_on(), Issuer.authorise
    loop = asyncio.get_running_loop()

    def meanwhile(issuer, request):
        decision = decide(issuer, request)
        settling = twin.send("0500", {**twin.settle_fields((0, 0)), 11: "000900"})
        assert asyncio.run_coroutine_threadsafe(settling, loop).result(10)[39] == "00"
        return decision

    monkeypatch.setattr(Issuer, "authorise", meanwhile)
    _, answer = await bench.till.sale(bench.card, 1_000)
    assert answer[39] == "90" and 38 not in answer and 55 not in answer
    assert await states(bench) == ["reversed"] and money(bench) == 0
    assert await ledger_sums(bench) == {} and await wrong(bench) == []
    await twin.close()


async def test_a_payment_counts_on_the_day_of_its_commit(bench, monkeypatch):
    bench.clock.move(hours=13, minutes=59)  # 22:59 in Shanghai
    decide = Issuer.authorise

    def slow(issuer, request):
        bench.clock.move(minutes=1)
        return decide(issuer, request)

    monkeypatch.setattr(Issuer, "authorise", slow)
    _, answer = await bench.till.sale(bench.card, 1_000)
    assert (answer[13], answer[12], answer[15]) == ("1123", "225900", "1124")
    (payment,) = await bench.rows(Payment)
    assert str(payment.business_date) == "2026-11-24"


async def test_an_offline_sale_is_refunded_by_the_date_on_its_slip_or_of_its_upload(bench):
    kept = bench.till.offline_fields(bench.card, 500)
    bench.clock.move(days=1)
    answer = await bench.till.send("0220", kept)
    assert answer[13] == "1124"
    for date, response in (("1123", "00"), ("1124", "00"), ("1122", "25")):
        refund = bench.till.refund_of(kept, answer, 100)
        refund[61] = f"000001{kept[11]}{date}"
        assert (await bench.till.send("0220", refund))[39] == response


# ---- a network that hangs


async def test_a_network_that_hangs_holds_up_its_own_calls_only_until_the_deadline(bench, monkeypatch):
    switch, go = bench.host.desk.switch, threading.Event()
    switch.deadline_s = 0.2
    decide = Issuer.authorise

    def hangs(issuer, request):
        go.wait(10)
        return decide(issuer, request)

    monkeypatch.setattr(Issuer, "authorise", hangs)
    assert (await bench.till.sale(bench.card, 100))[1][39] == "96"
    assert await switch.call(bench.foreign, lambda: "another network") == "another network"
    assert await switch.call(bench.host.issuer, lambda: "another line") == "another line"
    go.set()
    monkeypatch.undo()
    bench.clock.move(hours=1)
    await bench.host.recover()
    switch.deadline_s = 12.0
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00" and money(bench) == -100
