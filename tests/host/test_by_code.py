"""Payments by code at the host: once each, whatever the wallet and the line do; fees, ledger and clearing agree."""

import asyncio

import pytest
from sqlalchemy import select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.networks.wallet import WalletError
from host_sim.networks.wallet.merchant_code import MOST, build, read
from host_sim.settlement.calendar import business_day
from host_sim.store.schema import Alarm, BatchItem, ClearingFile, Difference, Payment
from tests.host.bench import running
from tests.host.shop import MONDAY
from tests.host.wallet_till import back_of, close_of, item_of, query_of, scan_of, show_of


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path, settle_s=None, clearing=tmp_path / "clearing") as bench:
        bench.wallets = bench.host.wallets
        bench.phone = bench.wallets.open_purse("002", "phone", 1_000_000, password_over_fen=50_000)
        yield bench


async def scan(bench, amount_fen, phone=None):
    question = scan_of(bench.till, "002", bench.wallets.show_code(phone or bench.phone), amount_fen)
    return question, await bench.till.send("0200", question)


def moved(bench):
    return [(one.kind, one.amount_fen) for one in bench.wallets.movements()]


async def payments(bench):
    return [(one.kind, one.state, one.amount_fen) for one in await bench.rows(Payment)]


async def test_scanned_voided_refunded_and_cleared(bench, tmp_path):
    question, answer = await scan(bench, 10_000)
    assert (answer[39], answer[63], answer[44][:3]) == ("00", "CUP", "002") and answer[4] == question[4]
    other, second = await scan(bench, 5_000)
    assert (await bench.till.send("0200", back_of(bench.till, other, second, 5_000, True)))[39] == "00"
    assert (await bench.till.send("0220", back_of(bench.till, question, answer, 4_000, False)))[39] == "00"
    assert (await bench.till.send("0220", back_of(bench.till, question, answer, 6_001, False)))[39] == "64"
    reversed_one, _ = await scan(bench, 700)
    assert (await bench.till.send("0400", close_of(reversed_one)))[39] == "00"
    assert moved(bench) == [
        ("sale", -10_000), ("sale", -5_000), ("void", 5_000), ("refund", 4_000), ("sale", -700), ("reversal", 700),
    ]  # fmt: skip
    paid = (await bench.rows(Payment))[0]
    assert (paid.channel, paid.card_class, paid.fee_fen, paid.cost_fen) == ("wallets", "wallet", 38, 20)
    assert paid.settlement_date == paid.business_date == MONDAY, "wallets settle the same day"
    assert paid.pan_masked.startswith("WeChat 1") and "**" in paid.pan_masked and paid.entry == "032"
    bench.clock.move(hours=15)
    await bench.host.mature()
    await bench.host.settle()

    def books(session):
        files = session.scalars(select(ClearingFile.name).order_by(ClearingFile.name)).all()
        open_ones = session.scalars(select(Difference.kind).where(Difference.cleared_at.is_(None))).all()
        wrong = [proof for proof in proofs(session, business_day(bench.clock.now())) if not proof.ok]
        return files, open_ones, wrong, session.scalars(select(Alarm.kind)).all(), balance_fen(session, Key("bank"))

    files, open_ones, wrong, alarms, bank_fen = await bench.host.store.read(books)
    assert (files, open_ones, wrong, alarms) == ([f"wallets-{MONDAY:%Y%m%d}.csv"], [], [], [])
    assert bank_fen == 10_000 - 20 - 4_000, "all that the wallets owe has come, less what they keep"


async def test_a_payment_that_waits_is_asked_about_and_taken_once(bench):
    question, answer = await scan(bench, 60_000)
    assert answer[39] == "09" and 38 not in answer and 63 not in answer and 37 in answer
    for _ in range(2):
        assert (await bench.till.send("0200", query_of(question)))[39] == "09"
    assert moved(bench) == [] and await payments(bench) == [("sale", "authorising", 60_000)]
    assert bench.wallets.answer(bench.phone)
    found = [await bench.till.send("0200", query_of(question)) for _ in range(2)]
    assert [one[39] for one in found] == ["00", "00"] and found[0][38] == found[1][38] and found[0][37] == answer[37]
    assert not bench.wallets.answer(bench.phone) and moved(bench) == [("sale", -60_000)]
    assert (await bench.till.send("0200", question))[39] == "94", "the same 0200 never goes twice"
    assert await payments(bench) == [("sale", "approved", 60_000)]
    assert (await bench.till.send("0200", {**query_of(question), 4: "000000059999"}))[39] == "64"
    assert (await bench.till.send("0200", {**query_of(question), 11: "000999"}))[39] == "25"


async def test_a_code_shown_is_paid_by_whichever_wallet_reads_it(bench):
    question = show_of(bench.till, 8_800)
    answer = await bench.till.send("0200", question)
    shown = answer[59]
    assert answer[39] == "09" and shown[:2] == "A3" and int(shown[2:5]) == len(shown) - 5 <= MOST
    code = read(shown[5:])
    assert (code.amount_fen, code.reference, code.merchant) == (8_800, answer[37], "Demo Store")
    alipay = bench.wallets.open_purse("003", "other phone", 9_000)
    with pytest.raises(WalletError):
        bench.wallets.pay_shown(alipay, shown[5:-4] + "0000")
    assert bench.wallets.pay_shown(alipay, shown[5:]) == "00"
    with pytest.raises(WalletError):
        bench.wallets.pay_shown(bench.phone, shown[5:])
    found = await bench.till.send("0200", query_of(question))
    assert (found[39], found[44][:3]) == ("00", "003") and moved(bench) == [("sale", -8_800)]
    assert (await bench.rows(Payment))[0].pan_masked == "Alipay"


@pytest.mark.parametrize("first", ["customer", "till"])
async def test_closing_and_paying_at_once(bench, first):
    """Whoever comes first, no money is left between."""
    question, _ = await scan(bench, 60_000)
    if first == "customer":
        assert bench.wallets.answer(bench.phone)
    assert (await bench.till.send("0400", close_of(question, "06")))[39] == "00"
    assert bench.wallets.answer(bench.phone) is False
    assert sum(fen for _, fen in moved(bench)) == 0 and len(moved(bench)) == (2 if first == "customer" else 0)
    assert (await bench.till.send("0200", query_of(question)))[39] == "12"
    assert await payments(bench) == [("sale", "reversed", 60_000)]


async def test_closed_before_it_came(bench):
    question = scan_of(bench.till, "002", bench.wallets.show_code(bench.phone), 500)
    assert (await bench.till.send("0400", close_of(question)))[39] == "25"
    assert (await bench.till.send("0200", question))[39] == "12" and moved(bench) == []


async def test_what_a_wallet_does_wrong(bench, monkeypatch):
    lost = bench.wallets.open_purse("002", "lost", 9_000, conduct="lost")
    question, answer = await scan(bench, 500, lost)
    assert answer[39] == "09" and moved(bench) == [("sale", -500)], "done, and nobody was told"
    assert (await bench.till.send("0200", query_of(question)))[39] == "00"
    slow = bench.wallets.open_purse("002", "slow", 9_000, conduct="slow")
    question, answer = await scan(bench, 600, slow)
    assert answer[39] == (await bench.till.send("0200", query_of(question)))[39] == "09"
    bench.clock.move(seconds=21)
    assert (await bench.till.send("0200", query_of(question)))[39] == "00"
    question, answer = await scan(bench, 60_000)
    monkeypatch.setattr(bench.wallets, "enquire", lambda reference: 1 / 0)
    assert (await bench.till.send("0200", query_of(question)))[39] == "09"


async def test_refused_by_form_and_by_wallet(bench):
    code = bench.wallets.show_code(bench.phone)
    bad = [
        ({59: "A3017" + code}, "30"), ({59: "B2018" + code}, "30"), ({44: "009"}, "14"), ({4: "0" * 12}, "13"),
        ({44: "003"}, "14"), ({49: "840"}, "12"), ({2: "6292520000000000015"}, "30"),
    ]  # fmt: skip
    for change, response in bad:
        assert (await bench.till.send("0200", {**scan_of(bench.till, "002", code, 100), **change}))[39] == response
    for response in ("00", "14"):  # once
        assert (await bench.till.send("0200", scan_of(bench.till, "002", code, 100)))[39] == response
    earlier = bench.wallets.show_code(bench.phone)
    bench.wallets.show_code(bench.phone)
    assert (await bench.till.send("0200", scan_of(bench.till, "002", earlier, 100)))[39] == "14"
    old = scan_of(bench.till, "002", bench.wallets.show_code(bench.phone), 100)
    bench.clock.move(seconds=61)
    assert (await bench.till.send("0200", old))[39] == "54"
    assert (await scan(bench, 5_000_001))[1][39] == "61"
    poor = bench.wallets.open_purse("002", "poor", 99)
    assert (await scan(bench, 100, poor))[1][39] == "51"
    assert moved(bench) == [("sale", -100)]
    assert code not in str(await payments(bench))


async def test_a_card_s_message_is_not_about_a_wallet_nor_the_other_way_round(bench):
    question, answer = await scan(bench, 500)
    sale, sold = await bench.till.sale(bench.card, 500)
    stolen = {
        **bench.till.void_of(sale, sold),
        37: answer[37],
        38: answer[38],
        61: f"{bench.till.batch:06d}{question[11]}",
    }
    assert (await bench.till.send("0200", stolen))[39] == "14"
    other = {**back_of(bench.till, question, answer, 500, True), 37: sold[37], 38: sold[38]}
    assert (await bench.till.send("0200", {**other, 61: f"{bench.till.batch:06d}{sale[11]}"}))[39] == "14"


async def test_settled_with_its_detail(bench):
    """A difference in the totals: the items without a card are found by their references."""
    question, answer = await scan(bench, 500)
    _, declined = await scan(bench, 5_000_001)
    assert declined[39] == "61"
    settle = await bench.till.send("0500", bench.till.settle_fields((501, 1)))
    assert settle[48][30] == "2" and int(settle[48][:12]) == 500
    assert (await bench.till.send("0320", item_of(bench.till, question, answer)))[39] == "00"
    ghost = {**item_of(bench.till, question, answer), 11: bench.till.next_trace(), 37: "000000000000"}
    assert (await bench.till.send("0320", ghost))[39] == "00"
    assert (await bench.till.send("0320", bench.till.end_fields(2, "202")))[39] == "00"
    assert [one.finding for one in await bench.rows(BatchItem)] == ["matched", "unknown"]


async def test_left_alone_a_payment_is_given_up_only_when_its_customer_cannot_pay_any_more(bench):
    await scan(bench, 60_000)
    bench.clock.move(seconds=200)
    await bench.host.recover()
    assert await payments(bench) == [("sale", "authorising", 60_000)]
    bench.clock.move(seconds=200)
    await bench.host.recover()
    assert await payments(bench) == [("sale", "declined", 60_000)]
    assert bench.wallets.answer(bench.phone) is False and moved(bench) == []


async def test_twice_at_once_is_once(bench):
    question, _ = await scan(bench, 60_000)
    twins = [await bench.signed_on() for _ in range(3)]
    bench.wallets.answer(bench.phone)
    found = await asyncio.gather(*(twin.send("0200", query_of(question)) for twin in twins))
    for twin in twins:
        await twin.close()
    assert {one[39] for one in found} == {"00"} and moved(bench) == [("sale", -60_000)]


def test_a_code_has_room_for_every_amount():
    for amount_fen in (1, 99, 100, 5_000_000, 999_999_999):
        text = build("632709000123", amount_fen, "5411", "A shop with a very long name", "SHANGHAI")
        assert len(text) <= MOST and read(text).amount_fen == amount_fen
    with pytest.raises(WalletError):
        read("")
    with pytest.raises(WalletError):
        read("店" * 10)
