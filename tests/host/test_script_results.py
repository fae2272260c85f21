"""0620: a card's script results reach its issuer, and the notice is answered once and for all."""

import pytest

from host_sim.store.schema import Alarm
from tests.host.bench import running


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def paid_with_script(bench, amount_fen=1000):
    """A sale whose answer has a script. The order's number, question, answer."""
    number = bench.host.issuer.order_script(bench.card.pan, "put-data", tag="9F58", value="03")
    return number, *await bench.till.sale(bench.card, amount_fen)


def notice(bench, question, answer, results, **changes):
    till = bench.till
    fields = {n: question[n] for n in (2, 3, 4, 22, 23, 25, 49)}
    fields |= {11: till.next_trace(), 37: answer[37], 38: answer[38], 60: f"00{till.batch:06d}951"}
    fields |= {55: bytes.fromhex("9F36020011") + b"\xdf\x31" + bytes([len(results)]) + results}
    batch = question[60][2:8]
    return {**fields, 61: f"{batch}{question[11]}{answer[13]}", **changes}


def done(number):
    return b"\x20" + number.to_bytes(4, "big")


async def test_a_script_goes_out_behind_tag_91_and_its_result_comes_back(bench):
    number, question, answer = await paid_with_script(bench)
    data = answer[55]
    assert answer[39] == "00" and data[:2] == b"\x91\x0a" and bench.card.proves(data[2:12])
    template = data[12:]
    assert template[:2] == bytes([0x72, len(template) - 2]) and template[2:5] == b"\x9f\x18\x04"
    assert template[5:9] == number.to_bytes(4, "big") and template[9] == 0x86 and template[11:15].hex() == "04da9f58"
    told = await bench.till.send("0620", notice(bench, question, answer, done(number)))
    assert told[39] == "00" and 64 in told and 55 not in told
    assert bench.host.issuer.orders(bench.card.pan) == [(number, "put-data", "done", done(number).hex())]
    _, again = await bench.till.sale(bench.card, 1000)
    assert again[55][12:] == b"", "not sent again"


async def test_the_same_notice_is_answered_the_same_and_told_once(bench):
    number, question, answer = await paid_with_script(bench)
    calls = []
    real = bench.host.issuer.script_results
    bench.host.issuer.script_results = lambda *given: calls.append(given) or real(*given)
    said = notice(bench, question, answer, done(number))
    first, second = await bench.till.send("0620", said), await bench.till.send("0620", said)
    assert first[39] == second[39] == "00" and first[37] and len(calls) == 1
    bench.till.batch += 1  # sent again in the next batch: the key is the payment's
    assert (await bench.till.send("0620", {**said, 60: f"00{bench.till.batch:06d}951"}))[39] == "00" and len(calls) == 1
    other = await bench.till.send("0620", notice(bench, question, answer, b"\x11" + done(number)[1:]))
    assert other[39] == "94" and len(calls) == 1 and len(await bench.rows(Alarm)) == 1
    assert bench.host.issuer.orders(bench.card.pan)[0][2] == "done"


NOBODYS = [
    ({37: "112309999999"}, "25"), ({61: "0000010000991123"}, "25"), ({2: "6292520000000000023"}, "25"),
    ({61: "1"}, "30"), ({55: bytes.fromhex("9F36020011")}, "30"), ({55: bytes.fromhex("DF310420000000")}, "30"),
    ({55: bytes.fromhex("DF3100")}, "30"), ({4: None}, "30"),
]  # fmt: skip


async def test_notices_that_belong_to_no_payment_or_say_nothing(bench):
    for at, (changes, response) in enumerate(NOBODYS):
        number, question, answer = await paid_with_script(bench)
        said = notice(bench, question, answer, done(number))
        assert (await bench.till.send("0620", {**said, **changes}))[39] == response, changes
        assert bench.host.issuer.orders(bench.card.pan)[at][2] == "open"


async def test_an_issuer_that_is_not_there_gets_it_with_the_resend(bench):
    number, question, answer = await paid_with_script(bench)
    real = bench.host.issuer.script_results

    def down(*given):
        bench.host.issuer.script_results = real
        raise ConnectionError

    bench.host.issuer.script_results = down
    said = notice(bench, question, answer, done(number))
    await bench.till.send_raw(bench.till.frame(bench.till.message("0620", said)))
    await bench.till.send("0820", {60: "00000001301"}, mac=False)  # the host lives, and has not answered the notice
    assert (await bench.till.send("0620", said))[39] == "00"
    assert bench.host.issuer.orders(bench.card.pan)[0][2] == "done"


async def test_a_reversed_payment_s_script_result_counts_too(bench):
    """The card had the script before it refused the payment."""
    number, question, answer = await paid_with_script(bench)
    said = notice(bench, question, answer, done(number))
    assert (await bench.till.send("0620", said))[39] == "00", "before the reversal"
    assert (await bench.till.send("0400", bench.till.reversal_of(question, "06")))[39] == "00"
    assert (await bench.till.send("0620", said))[39] == "00"
    assert bench.host.issuer.orders(bench.card.pan)[0][2] == "done"
