"""What a till left to people: the fate of a reversal it gave up, asked until somebody has decided; debts, told once."""

import pytest

from host_sim.acquirer.till_left import LeftError, decide, left
from host_sim.acquirer.undoing import undo_now
from host_sim.store.schema import Alarm, Payment
from tests.host.bench import running


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def ask(bench, text):
    till = bench.till
    answer = await till.send("0800", {11: till.next_trace(), 60: f"00{till.batch:06d}365", 62: text.encode()})
    return answer[39], bytes(answer.get(62, b"")).decode()


def about(question):
    return f"U{question[60][2:8]}{question[11]}"


async def decided(bench, stands):
    store = bench.host.store
    (one,) = (await store.read(left))["given_up"]
    undo = await store.write(lambda session: decide(session, one["id"], stands, bench.clock.now()))
    if undo is not None:
        await undo_now(bench.host.desk, undo)
    return one


async def test_where_no_money_moved_nobody_is_asked(bench):
    assert await ask(bench, "U000001000777") == ("00", "UR"), "never came"
    refused, _ = await bench.till.sale(bench.card, 10**9)
    assert await ask(bench, about(refused)) == ("00", "UR")
    question, _ = await bench.till.sale(bench.card, 1000)
    assert (await bench.till.send("0400", bench.till.reversal_of(question)))[39] == "00"
    assert await ask(bench, about(question)) == ("00", "UR")
    assert (await bench.host.store.read(left)) == {"given_up": [], "debts": []} and await bench.rows(Alarm) == []


STANDS, UNDONE = (True, "US", "approved", 1), (False, "UR", "reversed", 2)


@pytest.mark.parametrize(("stands", "word", "state", "moved"), [STANDS, UNDONE])
async def test_where_it_stands_a_person_decides_once(bench, stands, word, state, moved):
    question, _ = await bench.till.sale(bench.card, 1000)
    for _ in range(2):
        assert await ask(bench, about(question)) == ("00", "U-")
    assert [row.kind for row in await bench.rows(Alarm)] == ["reversal given up"]
    one = await decided(bench, stands)
    assert (one["trace"], one["kind"], one["fen"]) == (int(question[11]), "sale", 1000)
    for _ in range(2):
        assert await ask(bench, about(question)) == ("00", word)
    (payment,) = await bench.rows(Payment)
    assert payment.state == state and len(bench.host.issuer.movements()) == moved
    assert (await bench.host.store.read(left))["given_up"] == []
    store, now = bench.host.store, bench.clock.now()
    assert await store.write(lambda session: decide(session, one["id"], stands, now)) is None
    with pytest.raises(LeftError, match="was decided before"):
        await store.write(lambda session: decide(session, one["id"], not stands, now))


async def test_what_was_settled_since_can_only_stand(bench):
    question, _ = await bench.till.sale(bench.card, 1000)
    assert await ask(bench, about(question)) == ("00", "U-")
    await bench.till.send("0500", bench.till.settle_fields((1000, 1)))
    await bench.till.send("0320", bench.till.end_fields(0, "207"))
    with pytest.raises(LeftError, match="let it stand"):
        await decided(bench, False)
    assert await ask(bench, about(question)) == ("00", "U-"), "what failed has decided nothing"
    await decided(bench, True)
    assert await ask(bench, about(question)) == ("00", "US")


async def test_a_debt_is_told_as_often_as_one_likes_and_is_there_once(bench):
    for _ in range(2):
        assert await ask(bench, "D00000100001200000000880051") == ("00", "D")
    (debt,) = (await bench.host.store.read(left))["debts"]
    assert (debt["batch"], debt["trace"], debt["fen"], debt["response"]) == (1, 12, 8800, "51")
    for text in ("D0000010000120000000088005", "U00000100001", "X000001000012", ""):
        assert (await ask(bench, text))[0] == "30", text
