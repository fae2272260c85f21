"""Messages out of a file: under the key that they have on the line, in no batch until the line brings them too."""

import pytest

from host_sim.acquirer.feeding import FeedError, feed
from host_sim.acquirer.queue_file import QueueFile
from host_sim.networks.issuer import Issuer
from host_sim.store.schema import Alarm, Payment
from tests.host.bench import running
from tests.host.till import pack

NUMBER, MERCHANT = "90000001", "898110000000001"


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


def file_of(*messages, terminal=NUMBER):
    bodies = tuple(pack(mti, {41: NUMBER, 42: MERCHANT, **fields}) for mti, fields in messages)
    return QueueFile(terminal, bodies, "", "")


async def fed(bench, *messages):
    return [item.outcome for item in await feed(file_of(*messages), bench.host.dispatcher)]


async def filed(bench):
    return [(payment.state, payment.filed_batch) for payment in await bench.rows(Payment)]


async def test_taken_from_a_file_counts_in_no_batch(bench):
    kept = bench.till.offline_fields(bench.card, 700)
    assert await fed(bench, ("0220", kept)) == ["taken"] and await fed(bench, ("0220", kept)) == ["known"]
    assert await filed(bench) == [("approved", None)]
    answer = await bench.till.send("0500", bench.till.settle_fields((0, 0)))
    assert answer[48][30] == "1", "the till does not count it either"


async def test_the_line_brings_it_too_and_the_till_counts_it(bench):
    kept = bench.till.offline_fields(bench.card, 700)
    assert await fed(bench, ("0220", kept)) == ["taken"]
    assert (await bench.till.send("0220", kept))[39] == "00"
    assert await filed(bench) == [("approved", 1)] and await bench.rows(Alarm) == []
    assert [movement.kind for movement in bench.host.issuer.movements()] == ["sale"]


async def test_the_network_was_silent_for_the_file_and_answers_the_line(bench, monkeypatch):
    kept = bench.till.offline_fields(bench.card, 700)
    monkeypatch.setattr(Issuer, "authorise", lambda *_: 1 / 0)
    assert await fed(bench, ("0220", kept)) == ["open"]
    monkeypatch.undo()
    assert (await bench.till.send("0220", kept))[39] == "00"
    assert await filed(bench) == [("approved", 1)]
    answer = await bench.till.send("0500", bench.till.settle_fields((700, 1)))
    assert answer[48][30] == "1"


async def test_the_network_was_silent_and_the_file_is_fed_again(bench, monkeypatch):
    kept = bench.till.offline_fields(bench.card, 700)
    monkeypatch.setattr(Issuer, "authorise", lambda *_: 1 / 0)
    assert await fed(bench, ("0220", kept)) == ["open"]
    monkeypatch.undo()
    assert await fed(bench, ("0220", kept)) == ["taken"]
    assert await filed(bench) == [("approved", None)]


async def test_a_reversal_of_what_never_came_leaves_a_tombstone(bench):
    question = bench.till.sale_fields(bench.card, 300)
    assert await fed(bench, ("0400", bench.till.reversal_of(question))) == ["taken"]
    assert (await bench.till.send("0200", question))[39] == "12"


async def test_what_no_till_hands_over_is_not_taken(bench):
    sale = bench.till.sale_fields(bench.card, 300)
    kept = bench.till.offline_fields(bench.card, 700)
    for file in (
        file_of(("0200", sale)),
        file_of(("0220", kept), terminal="90000002"),
        file_of(("0220", {number: kept[number] for number in kept if number != 4})),
    ):
        with pytest.raises(FeedError):
            await feed(file, bench.host.dispatcher)
    assert await bench.rows(Payment) == []
