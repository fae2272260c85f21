"""The issuer: cryptograms, counters, PINs, money; each request once; no card number or PIN in its database."""

import pytest

from host_sim.networks.issuer import AuthRequest, Issuer, IssuerError, IssuerKeys
from host_sim.networks.issuer.cryptogram import card_key
from host_sim.networks.issuer.de55 import De55Error, read_de55
from host_sim.networks.issuer.pin import PinError, verification_value
from tests.host.bench import HandClock, luhn_complete
from tests.host.till import Card, des, xor

KEYS = IssuerKeys(bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)), bytes(32))
PAN = luhn_complete("629252000000000001")


@pytest.fixture
def issuer(tmp_path):
    issuer = Issuer(f"sqlite:///{tmp_path / 'issuer.db'}", KEYS, HandClock())
    yield issuer
    issuer.close()


@pytest.fixture
def card(issuer):
    return Card(issuer.issue_card(PAN, "01", "3012", "123456", 200_000))


def pin_block(pin: str) -> bytes:
    clear = xor(bytes.fromhex(f"0{len(pin):X}{pin}".ljust(16, "F")), bytes.fromhex("0000" + PAN[-13:-1]))
    return des(KEYS.zpk, clear)


def ask(card, reference, amount_fen=1000, **changes):
    fields = {
        "reference": reference, "amount_fen": amount_fen, "psn": card.psn, "expiry": card.expiry, "pan": card.pan,
    }  # fmt: skip
    fields |= changes
    fields.setdefault("de55", card.tap(amount_fen))
    return AuthRequest(**fields)


def test_card_key_of_the_published_option_a_example():
    key = card_key(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), "12345678901234567", "01")
    assert key.hex().upper() == "73AD54688CEF2934B0979857E3C719F1"


def test_pin_value_of_the_published_example_and_its_windows():
    pvk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    four = verification_value(pvk, PAN, "1234")
    six = verification_value(pvk, PAN, "123456")
    assert len(four) == 4 and six[:4] == four and len(six) == 8 and six[4:] == verification_value(pvk, PAN, "3456")
    assert len(verification_value(pvk, PAN, "123456789012")) == 12
    for bad in ("123", "1234567890123", "12a4", "１２３４"):
        with pytest.raises(PinError):
            verification_value(pvk, PAN, bad)


@pytest.mark.parametrize(
    "data", ["9F", "9F36", "9F3602", "9F360200", "9F3682000100", "9F3681", "8401008401 00", "9FFFFFFF0100"]
)
def test_data_objects_that_are_none_are_refused(data):
    with pytest.raises(De55Error):
        read_de55(bytes.fromhex(data))


def test_a_card_that_is_none_or_was_issued_is_refused(issuer, card):
    for pan in (PAN, PAN[:-1] + str((int(PAN[-1]) + 1) % 10), "12345678"):
        with pytest.raises(IssuerError) as caught:
            issuer.issue_card(pan, "01", "3012", "1234", 0)
        assert pan not in str(caught.value)
    with pytest.raises(IssuerError):
        issuer.balance_fen(luhn_complete("629252000000000099"))
    with pytest.raises(IssuerError):
        issuer.set_state(PAN, "odd")


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("9F26", "00" * 8), ("9F27", "40"), ("9F10", "07010103A0A001" + "00"), ("9F10", "0701"), ("9F36", "0009"),
        ("9F02", "000000000999"), ("5F2A", "0840"), ("9F37", "00"), ("82", "7C01"),
    ],
)  # fmt: skip
def test_a_changed_cryptogram_or_its_data_is_refused(issuer, card, tag, value):
    decision = issuer.authorise(ask(card, "R1", de55=card.tap(1000, **{"t" + tag: value})))
    assert (decision.response, decision.issuer_data) == ("05", None)
    assert issuer.balance_fen(PAN) == 200_000


def test_a_missing_or_doubled_object_is_refused(issuer, card):
    for de55 in (b"", b"\x9f", card.tap(1000) + bytes.fromhex("9F360200FF")):
        assert issuer.authorise(ask(card, f"R{len(de55)}", de55=de55)).response == "05"


def test_another_amount_than_the_cards_is_refused(issuer, card):
    assert issuer.authorise(ask(card, "R1", 1001, de55=card.tap(1000))).response == "05"


def test_approval_takes_the_money_and_proves_itself_to_the_card(issuer, card):
    decision = issuer.authorise(ask(card, "R1"))
    assert decision.approved and len(decision.auth_code) == 6 and decision.balance_fen == 199_000
    assert decision.issuer_data[8:] == b"00" and card.proves(decision.issuer_data)


def test_a_decline_of_a_genuine_card_proves_itself_too(issuer, card):
    decision = issuer.authorise(ask(card, "R1", 99_999_999_9))
    assert decision.response == "61" and card.proves(decision.issuer_data)


def test_the_same_reference_gets_the_same_answer_once(issuer, card):
    request = ask(card, "R1")
    assert issuer.authorise(request) == issuer.authorise(request)
    assert [m.amount_fen for m in issuer.movements()] == [-1000]


def test_a_cryptogram_never_counts_twice_and_the_counter_does_not_go_back(issuer, card):
    early, late = card.tap(1000), card.tap(1000)
    assert issuer.authorise(ask(card, "R2", de55=late)).approved
    assert issuer.authorise(ask(card, "R3", de55=late)).response == "05"
    assert issuer.authorise(ask(card, "R4", de55=early)).response == "05"
    assert issuer.authorise(ask(card, "R5", de55=early, deferred=True)).approved, "kept while there was no link"
    assert issuer.authorise(ask(card, "R6", de55=early, deferred=True)).response == "05"


@pytest.mark.parametrize(
    ("changes", "response"),
    [({"psn": "02"}, "05"), ({"expiry": "3101"}, "54"), ({"pan": luhn_complete("629252000000000099")}, "14")],
)
def test_card_data_that_is_not_the_cards_is_refused(issuer, card, changes, response):
    assert issuer.authorise(ask(card, "R1", **changes)).response == response


def test_an_expired_card_is_refused_from_the_first_of_the_next_month(issuer):
    pan = luhn_complete("629252000000000077")
    last = Card(issuer.issue_card(pan, "01", "2611", "1234", 1000))
    assert issuer.authorise(ask(last, "R1", 100)).approved
    issuer._clock.move(days=8)  # 1 December
    assert issuer.authorise(ask(last, "R2", 100)).response == "54"


@pytest.mark.parametrize(
    ("state", "response"), [("lost", "41"), ("stolen", "43"), ("restricted", "62"), ("closed", "14")]
)
def test_a_blocked_card_is_refused_until_it_is_freed(issuer, card, state, response):
    issuer.set_state(PAN, state)
    assert issuer.authorise(ask(card, "R1")).response == response
    issuer.set_state(PAN, "active")
    assert issuer.authorise(ask(card, "R2")).approved


def test_money_ends(issuer, card):
    assert issuer.authorise(ask(card, "R1", 100_000)).approved
    assert issuer.authorise(ask(card, "R2", 100_000)).approved
    assert issuer.authorise(ask(card, "R3", 1)).response == "51"
    assert issuer.balance_fen(PAN) == 0


def test_above_the_limit_a_pin_is_needed_and_must_be_right(issuer, card):
    assert issuer.authorise(ask(card, "R1", 100_001)).response == "61"
    assert issuer.authorise(ask(card, "R2", 100_001, pin_block=pin_block("123456"))).approved


@pytest.mark.parametrize("wrong", ["123457", "023456", "12345", "1234567", "1234", "12343456"])
def test_a_wrong_pin_is_refused(issuer, card, wrong):
    assert issuer.authorise(ask(card, "R1", pin_block=pin_block(wrong))).response == "55"


def test_three_wrong_pins_close_the_card_and_a_right_one_gives_the_tries_back(issuer, card):
    wrong, right = pin_block("000000"), pin_block("123456")
    answers = [issuer.authorise(ask(card, f"R{i}", pin_block=p)).response for i, p in enumerate([wrong, wrong, right])]
    assert answers == ["55", "55", "00"]
    answers = [issuer.authorise(ask(card, f"S{i}", pin_block=wrong)).response for i in range(3)]
    assert answers == ["55", "55", "75"]
    assert issuer.authorise(ask(card, "T1", pin_block=right)).response == "38"


def test_a_pin_block_that_is_none_is_a_format_error_and_costs_no_try(issuer, card):
    for block in (bytes(8), b"1234567"):
        assert issuer.authorise(ask(card, f"R{len(block)}", pin_block=block)).response == "99"
    assert issuer.authorise(ask(card, "S1", pin_block=pin_block("123456"))).approved


def test_reversal_gives_back_once_and_bars_what_comes_late(issuer, card):
    request = ask(card, "R1")
    issuer.authorise(request)
    assert issuer.reverse("R1").approved and issuer.reverse("R1").approved
    assert issuer.balance_fen(PAN) == 200_000 and issuer.authorise(request).response == "12"
    assert issuer.reverse("R2").approved
    assert issuer.authorise(ask(card, "R2")).response == "12" and issuer.balance_fen(PAN) == 200_000


def test_void_gives_all_back_and_its_reversal_takes_it_again(issuer, card):
    issuer.authorise(ask(card, "R1"))
    assert issuer.void("V1", "R1") == issuer.void("V1", "R1")
    assert issuer.balance_fen(PAN) == 200_000
    assert issuer.void("V2", "R1").response == "12" and issuer.void("V3", "unknown").response == "25"
    assert issuer.reverse("R1").response == "12", "given back already"
    issuer.reverse("V1")
    assert issuer.balance_fen(PAN) == 199_000 and issuer.void("V4", "R1").approved


def test_refunds_never_total_more_than_the_payment(issuer, card):
    issuer.authorise(ask(card, "R1"))
    assert issuer.refund("F1", "R1", 600).approved and issuer.refund("F1", "R1", 600).approved
    assert issuer.refund("F2", "R1", 401).response == "64"
    assert issuer.refund("F3", "R1", 400).approved and issuer.refund("F4", "R1", 1).response == "64"
    assert issuer.refund("F5", "F1", 1).response == "12", "a refund is no payment"
    assert issuer.balance_fen(PAN) == 200_000 and issuer.unbalanced() == []


def test_a_fen_planted_in_a_balance_is_found(issuer, card):
    with issuer._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account SET balance_fen = balance_fen + 1")
    assert issuer.unbalanced() == [("629252*********" + PAN[-4:], 200_001, 200_000)]


def test_no_card_number_pin_or_key_in_the_database(issuer, card, tmp_path):
    issuer.authorise(ask(card, "R1", pin_block=pin_block("123456")))
    issuer.close()
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"R1" in files
    for secret in (PAN, "123456", card.udk.hex(), card.track2):
        assert secret.encode() not in files
    for secret in (bytes.fromhex(PAN + "0"), bytes.fromhex("0" + PAN), card.udk, KEYS.pvk, pin_block("123456")):
        assert secret not in files
    assert "pan" not in repr(ask(card, "R2")) and "R2" in repr(ask(card, "R2"))
