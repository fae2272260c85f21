"""Each message at the host's door, over a real socket: what is refused and why, then what it does."""

import pytest

from host_sim.host import Host
from host_sim.networks.issuer import Issuer
from host_sim.store.schema import Alarm, Merchant, Payment, Terminal
from tests.host.bench import LMK, Entropy, running
from tests.host.till import Till


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def ledger_sums(bench) -> dict:
    """Balance of each kind of account."""

    def read(session):
        from sqlalchemy import func

        from host_sim.store.schema import Account, Line

        rows = session.query(Account.title, func.sum(Line.amount_fen)).join(Line).group_by(Account.title)
        return {title: int(total) for title, total in rows if total}

    return await bench.host.store.read(read)


# ---- the door


async def test_an_unknown_terminal_is_told_so_without_a_mac(bench):
    answer = await bench.till.send("0200", {**bench.till.sale_fields(bench.card, 100), 41: "90000009"})
    assert answer[39] == "97" and 64 not in answer


async def test_a_merchant_that_is_not_the_terminals_is_refused(bench):
    answer = await bench.till.send("0200", {**bench.till.sale_fields(bench.card, 100), 42: "898110000000002"})
    assert answer[39] == "03"


async def test_a_wrong_mac_is_refused_and_nothing_is_kept(bench):
    body = bench.till.message("0200", bench.till.sale_fields(bench.card, 100))
    answer = await bench.till.send_body(body[:-8] + b"00000000")
    assert answer[39] == "A0" and set(answer) == {11, 39, 41, 42, 60}
    assert await bench.rows(Payment) == []


async def test_nothing_that_is_not_proved_is_signed(bench):
    """The XOR of its blocks is all that F64 covers: an echoed field would let its sender choose what is signed."""
    till = bench.till
    sale = {**till.sale_fields(bench.card, 100), 42: "8981100000000ZZ"}
    for mti, fields, code in (
        ("0200", sale, "A0"),
        ("0200", {**sale, 60: till.f60("99")}, "40"),
        ("0200", {**sale, 60: "22"}, "30"),
        ("0200", {**sale, 63: "\x07"}, "30"),
        ("0200", {**sale, 64: None}, "30"),
        ("0220", {**sale, 60: till.f60("30"), 61: "0000010000011123"}, "A0"),
        ("0400", {**till.reversal_of(sale), 42: sale[42]}, "A0"),
        ("0500", till.settle_fields((0, 0)), "A0"),
        ("0320", till.end_fields(0, "207"), "A0"),
    ):
        body = till.message(mti, fields)
        body = body[:-8] + b"00000000" if 64 not in fields else till.message(mti, fields, mac=False)
        answer = await till.send_body(body)
        assert answer[39] == code and set(answer) <= {11, 39, 41, 42, 60}, (mti, code)


async def test_a_request_to_the_terminal_waits_for_a_proved_message(bench):
    bench.host.ask_terminal("90000001", 3)
    body = bench.till.message("0200", bench.till.sale_fields(bench.card, 100))
    await bench.till.send_body(body[:-8] + b"00000000")
    await bench.till.send("0820", {60: bench.till.f60("00", "301", "")}, mac=False)
    assert bench.till.header.hex()[5] == "0"
    await bench.till.sale(bench.card, 100)
    assert bench.till.header.hex()[5] == "3"


async def test_without_a_mac_key_the_answer_is_sign_on_again(bench):
    await bench.host.enroll({"name": "x"}, "90000002", "898110000000001")
    bench.till.terminal = "90000002"
    answer = await bench.till.send("0200", bench.till.sale_fields(bench.card, 100))
    assert answer[39] == "A0" and 64 not in answer


async def test_the_keys_of_before_a_sign_on_hold_until_a_message_under_the_new_ones(bench):
    """Anybody can send an 0800, so it alone, or many, put nobody out of work. A PIN is under the same keys."""
    till = bench.till
    stranger = await bench.signed_on()
    for _ in range(3):
        await stranger.sign_on()
    assert (await till.sale(bench.card, 100_001, "123456"))[1][39] == "00"
    mak, pik = till.mak, till.pik
    await till.sign_on()
    assert (await till.sale(bench.card, 100_001, "123456"))[1][39] == "00"
    fields, till.mak, till.pik = till.sale_fields(bench.card, 100), mak, pik
    assert (await till.send("0200", fields))[39] == "A0", "proved: now the former pair is gone"
    await till.sign_on()
    given = till.mak, till.pik
    for _ in range(3):
        await stranger.sign_on()
    assert (await till.sale(bench.card, 100_001, "123456"))[1][39] == "00"
    assert (till.mak, till.pik) == given, "and what a till has got is not taken from it before it has used it"
    await stranger.close()


@pytest.mark.parametrize("missing", [2, 4, 14, 22, 23, 35, 49, 55])
async def test_a_missing_field_is_a_format_error(bench, missing):
    fields = bench.till.sale_fields(bench.card, 100)
    assert (await bench.till.send("0200", {**fields, missing: None}))[39] == "30"


async def test_an_unexpected_field_and_an_unknown_message_are_refused(bench):
    assert (await bench.till.send("0200", {**bench.till.sale_fields(bench.card, 100), 54: "0"}))[39] == "30"
    fields = bench.till.sale_fields(bench.card, 100)
    assert (await bench.till.send("0100", {**fields, 3: "030000", 60: bench.till.f60("10")}))[39] == "40"
    assert (await bench.till.send("0200", {**fields, 60: "22"}))[39] == "30"


async def test_a_terminal_with_a_track_key_uses_it_and_one_without_sends_tracks_in_clear(bench):
    till = bench.till
    tdk, till.tdk = till.tdk, b""
    assert (await till.send("0200", till.sale_fields(bench.card, 100)))[39] == "30", "in clear"
    said = {**till.sale_fields(bench.card, 100), 53: "0610000000000000"}
    assert (await till.send("0200", said))[39] == "14", "what says that it is enciphered is deciphered"
    till.tdk = tdk[8:] + tdk[:8]
    assert (await till.send("0200", till.sale_fields(bench.card, 100)))[39] in ("14", "54"), "under another key"
    till.tdk = tdk
    assert (await till.send("0200", till.sale_fields(bench.card, 100)))[39] == "00"


@pytest.mark.parametrize(
    ("changes", "response"),
    [
        ({4: "000000000000"}, "13"),
        ({49: "840"}, "12"),
        ({2: "6292520000000000017"}, "14"),
        ({2: "5100000000000008"}, "14"),
        ({35: "6292520000000000016D29122200000012"}, "54"),
        ({35: "6292520000000000024D30122200000012"}, "14"),
        ({60: "22000009000"}, "77"),
        ({22: "071"}, "30"),
        ({26: "12"}, "30"),
        ({22: "071", 26: "12", 52: bytes(8), 53: "1000000000000000"}, "99"),
        ({22: "071", 26: "12", 52: bytes(8), 53: "2600000000000000"}, "99"),
    ],
)
async def test_what_is_wrong_with_a_sale_has_its_code(bench, changes, response):
    answer = await bench.till.send("0200", {**bench.till.sale_fields(bench.card, 100), **changes})
    assert answer[39] == response
    assert await bench.rows(Payment) == [] and bench.host.issuer.movements() == []


# ---- sign-on, echo


async def test_sign_on_gives_new_keys_and_the_batch(bench):
    before = bench.till.pik, bench.till.mak
    answer = await bench.till.sign_on()
    assert set(answer) == {11, 12, 13, 32, 37, 39, 41, 42, 60, 62} and answer[60] == "00000001003"
    assert before[0] != bench.till.pik and before[1] != bench.till.mak
    terminal = (await bench.rows(Terminal))[0]
    assert terminal.mak_block.startswith("D") and bench.till.mak.hex().upper() not in terminal.mak_block


async def test_echo(bench):
    answer = await bench.till.send("0820", {60: bench.till.f60("00", "301", "")}, mac=False)
    assert set(answer) == {12, 13, 39, 41, 42, 60} and answer[39] == "00"


async def test_an_enrolled_terminal_is_not_enrolled_again(bench):
    from host_sim.acquirer.enrolment import EnrolmentError

    for fields, number in (({"name": "x"}, "90000001"), ({}, "90000003"), ({"name": "x", "odd": 1}, "90000003")):
        with pytest.raises(EnrolmentError):
            await bench.host.enroll(fields, number, "898110000000001")
    assert bench.provisioning["tmk_check"].__len__() == 8


@pytest.mark.parametrize(
    "odd",
    [
        {"email": "nobody"}, {"email": "a@b@c.example"}, {"email": "店@例.example"}, {"zone": "Mars/Olympus"},
        {"zone": "../etc"}, {"cutoff": "23:00"}, {"cutoff": None}, {"language": "fr"}, {"settlement_account": "4821"},
    ],
)  # fmt: skip
async def test_what_would_only_fail_when_a_batch_is_closed_is_refused_at_once(bench, odd):
    from host_sim.acquirer.enrolment import EnrolmentError

    email = odd.pop("email", None)
    with pytest.raises(EnrolmentError) as caught:
        await bench.host.enroll({"name": "x", **odd}, "90000003", "898110000000003", email)
    assert "nobody" not in str(caught.value)


async def test_an_address_that_has_become_none_keeps_no_batch_open(bench):
    def spoil(session):
        session.query(Merchant).one().email = "nobody"

    await bench.host.store.write(spoil)
    await bench.till.sale(bench.card, 100)
    assert (await bench.till.send("0500", bench.till.settle_fields((100, 1))))[39] == "00"
    assert (await bench.till.send("0320", bench.till.end_fields(0, "207")))[39] == "00"
    (alarm,) = await bench.rows(Alarm)
    assert alarm.kind == "notice_failed" and "nobody" not in alarm.text


# ---- sale


async def test_a_sale_answers_every_field_and_books_the_money(bench):
    question, answer = await bench.till.sale(bench.card, 12_345)
    assert set(answer) == {2, 3, 4, 11, 12, 13, 14, 15, 25, 32, 37, 38, 39, 41, 42, 44, 49, 55, 60, 63, 64}
    assert answer[39] == "00" and answer[63] == "CUP" and len(answer[44]) == 22
    assert (answer[12], answer[13], answer[15]) == ("090000", "1123", "1123")
    assert answer[55][:2] == b"\x91\x0a" and bench.card.proves(answer[55][2:])
    assert answer[60] == question[60]
    (payment,) = await bench.rows(Payment)
    assert (payment.state, payment.amount_fen, payment.fee_fen, payment.filed_batch) == ("approved", 12_345, 62, 1)
    assert await ledger_sums(bench) == {"channel_receivable": 12_345, "merchant_pending": -12_283, "fee_income": -62}
    (movement,) = bench.host.issuer.movements()
    assert (movement.amount_fen, movement.reference) == (-12_345, answer[37])


async def test_a_sale_above_the_limit_with_its_pin(bench):
    assert (await bench.till.sale(bench.card, 100_001, "123456"))[1][39] == "00"
    assert (await bench.till.sale(bench.card, 100_001, "654321"))[1][39] == "55"
    assert (await bench.till.sale(bench.card, 100_001))[1][39] == "61"


async def test_a_decline_is_answered_with_the_issuers_proof_and_books_nothing(bench):
    _, answer = await bench.till.sale(bench.other, 50_000)
    assert answer[39] == "51" and 38 not in answer and 63 not in answer and bench.other.proves(answer[55][2:])
    assert await ledger_sums(bench) == {}
    assert [payment.state for payment in await bench.rows(Payment)] == ["declined"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_network_that_fails_ends_in_96_and_no_money_moves(bench, monkeypatch, after):
    decide = Issuer.authorise

    def broken(issuer, request):
        if after:
            decide(issuer, request)
        raise ConnectionError

    monkeypatch.setattr(Issuer, "authorise", broken)
    _, answer = await bench.till.sale(bench.card, 100)
    assert answer[39] == "96"
    monkeypatch.undo()
    assert sum(movement.amount_fen for movement in bench.host.issuer.movements()) == 0
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00"
    assert [payment.state for payment in await bench.rows(Payment)] == ["declined", "approved"]
    assert sum(movement.amount_fen for movement in bench.host.issuer.movements()) == -100


async def test_a_handler_that_fails_answers_96_and_the_host_goes_on(bench, monkeypatch):
    from host_sim.acquirer import dispatch

    async def broken(_request, _desk):
        raise RuntimeError("card 6292520000000000016")

    monkeypatch.setitem(dispatch.HANDLERS, "sale", broken)
    assert (await bench.till.sale(bench.card, 100))[1][39] == "96"


async def test_no_card_data_in_the_host_database(bench, tmp_path):
    await bench.till.sale(bench.card, 150_000, "123456")
    question, _ = await bench.till.sale(bench.card, 100)
    await bench.till.send("0400", bench.till.reversal_of(question))
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    pan = bench.card.pan
    secrets = [pan.encode(), bytes.fromhex(pan + "0"), bytes.fromhex("0" + pan), bench.card.track2.encode()]
    secrets += [pan.encode("utf-16-le"), pan.encode().hex().encode(), bench.till.mak, bench.till.mak.hex().encode()]
    assert not [secret for secret in secrets if secret in files]
    assert b"6292520000000000016"[:6] + b"*********" in files


# ---- void


async def test_a_void_gives_back_and_mirrors_the_sale(bench):
    question, sale = await bench.till.sale(bench.card, 12_345)
    answer = await bench.till.send("0200", bench.till.void_of(question, sale))
    assert answer[39] == "00" and 55 not in answer and answer[38] and answer[37] != sale[37] and answer[63] == "CUP"
    assert await ledger_sums(bench) == {}
    assert [payment.state for payment in await bench.rows(Payment)] == ["voided", "approved"]
    assert sum(movement.amount_fen for movement in bench.host.issuer.movements()) == 0


@pytest.mark.parametrize(
    ("changes", "response"),
    [
        ({37: "000000000000"}, "25"),
        ({38: "999999"}, "25"),
        ({61: "0000010009991123"}, "25"),
        ({61: "000002"}, "30"),
        ({4: "000000012344"}, "64"),
    ],
)
async def test_a_void_must_name_its_sale(bench, changes, response):
    question, sale = await bench.till.sale(bench.card, 12_345)
    assert (await bench.till.send("0200", {**bench.till.void_of(question, sale), **changes}))[39] == response


async def test_a_void_with_another_card_is_refused(bench):
    question, sale = await bench.till.sale(bench.card, 12_345)
    assert (await bench.till.send("0200", {**bench.till.void_of(question, sale), 2: bench.other.pan}))[39] == "14"


async def test_a_sale_is_voided_once_and_not_on_another_day(bench):
    first, sale = await bench.till.sale(bench.card, 100)
    assert (await bench.till.send("0200", bench.till.void_of(first, sale)))[39] == "00"
    assert (await bench.till.send("0200", bench.till.void_of(first, sale)))[39] == "12"
    second, sale = await bench.till.sale(bench.card, 100)
    bench.clock.move(hours=14)  # 23:00 in Shanghai: the next business day
    assert (await bench.till.send("0200", bench.till.void_of(second, sale)))[39] == "12"


async def test_a_void_from_another_terminal_is_refused(bench):
    question, sale = await bench.till.sale(bench.card, 100)
    provisioning = await bench.host.enroll({"name": "x"}, "90000002", "898110000000001")
    till = await Till(bench.host.port, provisioning).connect()
    await till.sign_on()
    assert (await till.send("0200", till.void_of(question, sale)))[39] == "12"
    await till.close()


# ---- refund


async def test_partial_refunds_up_to_the_sale_and_no_further(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    for amount_fen, response in ((600, "00"), (401, "64"), (400, "00"), (1, "64")):
        assert (await bench.till.send("0220", bench.till.refund_of(question, sale, amount_fen)))[39] == response
    assert sum(movement.amount_fen for movement in bench.host.issuer.movements()) == 0
    states = [payment.state for payment in await bench.rows(Payment, kind="refund")]
    assert states == ["approved", "refused", "approved", "refused"], "refused by the host, before the issuer is asked"
    assert (await ledger_sums(bench))["merchant_receivable"] == 1_000
    assert (await bench.till.send("0200", bench.till.void_of(question, sale)))[39] == "12", "refunded: no void"


async def test_concurrent_refunds_are_serialised(bench):
    import asyncio

    question, sale = await bench.till.sale(bench.card, 1_000)
    tills = [await bench.signed_on() for _ in range(5)]
    for number, till in enumerate(tills):
        till.trace = 100 + number
    answers = await asyncio.gather(*(till.send("0220", till.refund_of(question, sale, 400)) for till in tills))
    assert sorted(answer[39] for answer in answers) == ["00", "00", "64", "64", "64"]
    states = [payment.state for payment in await bench.rows(Payment, kind="refund")]
    assert sorted(states) == ["approved"] * 2 + ["refused"] * 3
    for till in tills:
        await till.close()


@pytest.mark.parametrize(("changes", "response"), [({37: "0" * 12}, "25"), ({61: "0000010000021122"}, "25")])
async def test_a_refund_must_name_reference_and_date(bench, changes, response):
    question, sale = await bench.till.sale(bench.card, 1_000)
    assert (await bench.till.send("0220", {**bench.till.refund_of(question, sale, 1), **changes}))[39] == response


async def test_a_refund_after_the_window_or_to_another_card_is_refused(bench):
    question, sale = await bench.till.sale(bench.card, 1_000)
    refund = bench.till.refund_of(question, sale, 1)
    assert (await bench.till.send("0220", {**refund, 2: bench.other.pan}))[39] == "14"
    bench.clock.move(days=31)
    assert (await bench.till.send("0220", bench.till.refund_of(question, sale, 1)))[39] == "12"


# ---- offline


async def test_an_offline_sale_is_authorised_later_and_counts_in_the_batch_it_comes_in(bench):
    kept = bench.till.offline_fields(bench.card, 5_000)
    await bench.till.sale(bench.card, 100)  # a newer cryptogram goes first
    answer = await bench.till.send("0220", kept)
    assert answer[39] == "00" and answer[38]
    payment = (await bench.rows(Payment, kind="offline"))[0]
    assert (payment.state, payment.filed_batch, payment.original_date) == ("approved", 1, "1123")


async def test_an_offline_sale_that_the_issuer_refuses_is_refused(bench):
    answer = await bench.till.send("0220", bench.till.offline_fields(bench.other, 50_000))
    assert answer[39] == "51"
    assert [payment.state for payment in await bench.rows(Payment)] == ["refused"]
    fields = bench.till.offline_fields(bench.card, 100)
    assert (await bench.till.send("0220", {**fields, 61: "0000010009991123"}))[39] == "30"


async def test_a_host_that_starts_again_goes_on_where_it_was(tmp_path):
    async with running(tmp_path) as bench:
        question, sale = await bench.till.sale(bench.card, 1_000)
        await bench.host.stop()
        await bench.till.close()
        again = Host(
            f"sqlite:///{tmp_path / 'host.db'}", f"sqlite:///{tmp_path / 'issuer.db'}", bench.clock, Entropy(), LMK
        )
        bench.host = again
        await again.start()
        bench.till.port = again.port
        await bench.till.connect()
        void = await bench.till.send("0200", bench.till.void_of(question, sale))
        assert void[39] == "00" and void[37] > sale[37], "keys, accounts and references are still there"
        _, more = await bench.till.sale(bench.card, 1_000)
        assert more[39] == "00" and len({sale[37], void[37], more[37]}) == 3
