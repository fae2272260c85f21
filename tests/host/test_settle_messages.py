"""Settlement on the wire: totals, flags, items, repair, the end, and every step a second time."""

import asyncio

import pytest
from aiosmtpd.smtp import SMTP

from host_sim.store.schema import Alarm, Batch, BatchItem, BatchSettlement, Notice, Payment
from tests.host.bench import running


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def unfile(bench, trace: str) -> None:
    """Plant a difference: the payment is on the host, and in no batch."""

    def plant(session):
        session.query(Payment).filter_by(trace=int(trace)).one().filed_batch = None

    await bench.host.store.write(plant)


async def findings(bench) -> list:
    return [(item.trace, item.finding) for item in await bench.rows(BatchItem)]


async def test_totals_that_match_and_the_end(bench):
    await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0220", bench.till.offline_fields(bench.card, 500))
    question, sale = await bench.till.sale(bench.card, 300)
    await bench.till.send("0200", bench.till.void_of(question, sale))
    reversed_one, _ = await bench.till.sale(bench.card, 77)
    await bench.till.send("0400", bench.till.reversal_of(reversed_one))
    await bench.till.sale(bench.other, 50_000)  # declined
    settle = bench.till.settle_fields((1_800, 3), (300, 1))
    answer = await bench.till.send("0500", settle)
    assert set(answer) == {11, 12, 13, 15, 32, 37, 39, 41, 42, 48, 49, 60, 64}
    assert answer[39] == "00" and answer[48] == settle[48][:30] + "1" + "0" * 30 + "1"
    end = await bench.till.send("0320", bench.till.end_fields(0, "207"))
    assert set(end) == {11, 12, 13, 32, 37, 39, 41, 42, 60, 64} and end[39] == "00"
    assert [(b.number, b.state) for b in await bench.rows(Batch)] == [(1, "CLOSED"), (2, "OPEN")]
    (closed,) = await bench.rows(BatchSettlement)
    assert closed.gross_fen == 1_500 and len(await bench.rows(Notice)) == 1
    await bench.till.sign_on()
    assert bench.till.batch == 2


@pytest.mark.parametrize("digits", ["0" * 61, "0" * 64])
async def test_totals_of_another_length_are_a_format_error(bench, digits):
    answer = await bench.till.send("0500", {**bench.till.settle_fields((0, 0)), 48: digits})
    assert answer[39] == "30"


async def test_foreign_cards_are_counted_apart(bench):
    await bench.till.sale(bench.card, 1_000)
    await bench.till.sale(bench.foreign, 700)
    answer = await bench.till.send("0500", bench.till.settle_fields((1_000, 1)))
    assert answer[48][30] == "1" and answer[48][31:] == "000000000700" + "001" + "0" * 15 + "2"


async def test_once_totals_are_in_the_batch_takes_no_payment(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0500", bench.till.settle_fields((1_000, 1)))
    assert (await bench.till.sale(bench.card, 1))[1][39] == "90"
    assert (await bench.till.send("0200", bench.till.void_of(question, sale)))[39] == "90"
    assert (await bench.till.send("0220", bench.till.offline_fields(bench.card, 1)))[39] == "90"
    assert len(bench.host.issuer.movements()) == 1


async def test_steps_out_of_order_are_refused(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    assert (await bench.till.send("0320", bench.till.item_fields(question)))[39] == "12"
    assert (await bench.till.send("0320", bench.till.end_fields(0, "207")))[39] == "12"
    bench.till.batch = 9
    assert (await bench.till.send("0500", bench.till.settle_fields((0, 0))))[39] == "77"
    assert (await bench.till.send("0320", bench.till.end_fields(0, "207")))[39] == "77"


async def test_a_difference_is_uploaded_repaired_and_paid(bench):
    first, _ = await bench.till.sale(bench.card, 1_000)
    second, _ = await bench.till.sale(bench.card, 500)
    await unfile(bench, second[11])
    answer = await bench.till.send("0500", bench.till.settle_fields((1_500, 2)))
    assert answer[48][:31] == "000000001000" + "001" + "0" * 15 + "2"
    assert (await bench.till.send("0320", bench.till.end_fields(2, "207")))[39] == "95", "not a match"
    for question in (first, second):
        assert (await bench.till.send("0320", bench.till.item_fields(question)))[39] == "00"
    assert (await bench.till.send("0320", bench.till.end_fields(2, "202")))[39] == "00"
    assert await findings(bench) == [(int(first[11]), "matched"), (int(second[11]), "repaired")]
    assert (await bench.rows(BatchSettlement))[0].gross_fen == 1_500 and await bench.rows(Alarm) == []


async def test_a_void_is_an_item_without_card_data(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    void = bench.till.void_of(question, sale)
    await bench.till.send("0200", void)
    await bench.till.send("0500", bench.till.settle_fields((1_001, 1), (1_000, 1)))
    for item in (question, void):
        assert (await bench.till.send("0320", bench.till.item_fields(item)))[39] == "00"
    await bench.till.send("0320", bench.till.end_fields(2, "202"))
    assert await findings(bench) == [(int(question[11]), "matched"), (int(void[11]), "matched")]


async def test_what_cannot_be_repaired_is_kept_as_a_difference(bench):
    first, _ = await bench.till.sale(bench.card, 1_000)
    missing, _ = await bench.till.sale(bench.card, 500)
    unknown = bench.till.sale_fields(bench.card, 300)
    await bench.till.send("0500", bench.till.settle_fields((1_301, 2)))
    await bench.till.send("0320", bench.till.item_fields({**first, 4: "000000001001"}))
    await bench.till.send("0320", bench.till.item_fields(unknown))
    assert (await bench.till.send("0320", bench.till.end_fields(3, "202")))[39] == "00"
    assert await findings(bench) == [
        (int(first[11]), "amount_differs"), (int(unknown[11]), "unknown"), (int(missing[11]), "not_uploaded"),
    ]  # fmt: skip
    alarms = [alarm.text for alarm in await bench.rows(Alarm)]
    assert len(alarms) == 3 and "terminal says 3 items, 2 came" in alarms[2]
    assert (await bench.rows(BatchSettlement))[0].gross_fen == 1_500, "the host's own record is what is paid"


async def test_an_item_that_was_settled_elsewhere_is_not_moved(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0500", bench.till.settle_fields((1_000, 1)))
    await bench.till.send("0320", bench.till.end_fields(0, "207"))
    await bench.till.sign_on()
    await bench.till.send("0500", bench.till.settle_fields((1_000, 1)))
    await bench.till.send("0320", {**bench.till.item_fields(question), 60: bench.till.f60("00", "205", "")})
    assert await findings(bench) == [(int(question[11]), "unknown")]
    assert (await bench.rows(Payment))[0].filed_batch == 1


async def test_every_step_may_be_repeated_and_a_closed_batch_repeats_its_flags(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    await unfile(bench, question[11])
    settle, item = bench.till.settle_fields((1_000, 1)), bench.till.item_fields(question)
    end = bench.till.end_fields(1, "202")
    flags = (await bench.till.send("0500", settle))[48]
    assert flags[30] == "2"
    steps = (("0500", settle), ("0320", item), ("0320", item), ("0500", settle), ("0320", end), ("0320", end))
    for mti, fields in (*steps, ("0500", settle)):
        answer = await bench.till.send(mti, fields)
        assert answer[39] == "00" and answer.get(48, flags) == flags
    assert len(await bench.rows(BatchSettlement)) == len(await bench.rows(BatchItem)) == 1
    assert [b.number for b in await bench.rows(Batch)] == [1, 2]
    assert (await bench.till.send("0320", item))[39] == "00", "an item's answer outlives its batch"


async def test_other_totals_or_items_under_the_same_key_raise_an_alarm(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0500", bench.till.settle_fields((900, 1)))
    assert (await bench.till.send("0500", bench.till.settle_fields((901, 1))))[39] == "94"
    await bench.till.send("0320", bench.till.item_fields(question))
    assert (await bench.till.send("0320", bench.till.item_fields({**question, 4: "000000000900"})))[39] == "94"
    assert len(await bench.rows(Alarm)) == 2


async def test_the_batch_number_of_yesterday_is_refused_until_sign_on(bench):
    await bench.till.send("0500", bench.till.settle_fields((0, 0)))
    await bench.till.send("0320", bench.till.end_fields(0, "207"))
    assert (await bench.till.sale(bench.card, 1))[1][39] == "77"
    await bench.till.sign_on()
    assert (await bench.till.sale(bench.card, 1))[1][39] == "00"


async def test_an_offline_sale_of_the_last_batch_keeps_its_key_and_counts_in_this_one(bench):
    kept = bench.till.offline_fields(bench.card, 500)
    await bench.till.send("0500", bench.till.settle_fields((0, 0)))
    await bench.till.send("0320", bench.till.end_fields(0, "207"))
    await bench.till.sign_on()
    kept[60] = bench.till.f60("30")
    first = await bench.till.send("0220", kept)
    assert first[39] == "00" and (await bench.till.send("0220", kept))[38] == first[38]
    (payment,) = await bench.rows(Payment)
    assert (payment.batch_number, payment.filed_batch) == (1, 2)
    assert (await bench.till.send("0500", bench.till.settle_fields((500, 1))))[48][30] == "1"


async def test_a_reversal_after_its_batch_is_closed_is_left_to_reconciliation(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0500", bench.till.settle_fields((1_000, 1)))
    await bench.till.send("0320", bench.till.end_fields(0, "207"))
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "12"
    assert [alarm.kind for alarm in await bench.rows(Alarm)] == ["reversal refused"]


class Mailbox:
    """An SMTP server's handler that keeps what it takes."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return "250 OK"


async def test_the_notice_goes_out_by_mail_when_the_batch_closes(tmp_path):
    loop, mailbox = asyncio.get_running_loop(), Mailbox()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    async with running(tmp_path, smtp=server.sockets[0].getsockname()) as bench:
        await bench.till.sale(bench.card, 1_000)
        await bench.till.send("0500", bench.till.settle_fields((1_000, 1)))
        await bench.till.send("0320", bench.till.end_fields(0, "207"))
        assert bench.host.busy == 1
        await bench.until(lambda: bench.host.busy == 0)
        assert [notice.state for notice in await bench.rows(Notice)] == ["sent"]
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["shop@merchant.example"]]
    server.close()


async def test_two_items_with_one_trace_are_both_counted_once(bench):
    """A payment that waited since an older batch has the trace of one of today: F61 tells them apart."""
    bench.till.trace = 9
    today, _ = await bench.till.sale(bench.card, 1_000)
    waited = bench.till.offline_fields(bench.card, 700, batch=990)
    waited |= {11: today[11], 61: f"000990{today[11]}{waited[61][12:]}"}
    assert (await bench.till.send("0220", waited))[39] == "00"
    await bench.till.send("0500", bench.till.settle_fields((1_701, 2)))
    items = [
        bench.till.item_fields(today),
        {**bench.till.item_fields(waited), 61: f"000990{today[11]}"},
    ]
    for item in (*items, *items):
        assert (await bench.till.send("0320", item))[39] == "00"
    assert (await bench.till.send("0320", bench.till.end_fields(2, "202")))[39] == "00"
    found = [(item.batch_number, item.trace, item.finding, item.amount_fen) for item in await bench.rows(BatchItem)]
    assert found == [(1, int(today[11]), "matched", 1_000), (990, int(today[11]), "matched", 700)]
    assert await bench.rows(Alarm) == []
    assert (await bench.rows(BatchSettlement))[0].gross_fen == 1_700


async def test_an_item_that_names_another_trace_is_not_taken(bench):
    question, _ = await bench.till.sale(bench.card, 1_000)
    await bench.till.send("0500", bench.till.settle_fields((1_001, 1)))
    item = {**bench.till.item_fields(question), 61: "000990000999"}
    assert (await bench.till.send("0320", item))[39] == "30"
    assert await bench.rows(BatchItem) == []
