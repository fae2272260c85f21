"""Payouts through the bank: every way an order can go, said once, twice, late or never."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.networks.bank import CONDUCTS, Advice, Answer, BankError, Order, SimulatedBank
from host_sim.settlement.bank_run import bank_round, claim, outcome, take_advice
from host_sim.store.schema import Alarm, Notice, Payout
from tests.host.bench import HandClock
from tests.host.shop import MONDAY, Shop, local

TUESDAY = MONDAY + timedelta(days=1)
ACCOUNT = "6217000010001234567"
NOW, MINUTE, DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)


class PlainVault:
    """The one account, whatever its cipher text."""

    def open(self, sealed, bound_to):
        assert (sealed, bound_to) == (b"sealed", "898110000000001")
        return ACCOUNT


class Desk:
    """A shop with one payout instructed at 06:00 on Tuesday, a bank, and the rounds between them."""

    def __init__(self, directory):
        self.shop = Shop(directory)
        self.shop.sale(10_000)
        (self.payout,) = self.shop.night(TUESDAY)
        self.clock = HandClock()
        self.clock.time = local(TUESDAY, 6)
        self.bank = SimulatedBank(f"sqlite:///{directory / 'bank.db'}", b"key", self.clock)

    def round(self, after=NOW, **faults):
        """One round, `after` later. faults: names of the bank's calls that fail this time."""
        self.clock.time += after

        async def write(work):
            result = work(self.shop.session)
            self.shop.session.flush()
            return result

        async def call(function, *args):
            if function.__name__ in faults:
                raise faults[function.__name__]
            return function(*args)

        return asyncio.run(bank_round(write, call, self.bank, PlainVault(), self.clock))

    def alarms(self):
        return list(self.shop.session.scalars(select(Alarm.kind)))

    def subjects(self):
        return list(self.shop.session.scalars(select(Notice.subject).order_by(Notice.id)))

    def bank_fen(self):
        return balance_fen(self.shop.session, Key("bank"))


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    assert [proof for proof in proofs(desk.shop.session, TUESDAY) if not proof.ok] == []
    assert desk.bank_fen() == -desk.bank.paid_fen(), "the bank's own count"
    desk.bank.close()
    desk.shop.done()


def test_an_order_is_accepted_then_paid_and_the_merchant_is_told_once(desk):
    assert desk.round() == 1
    assert (desk.payout.state, desk.payout.bank_reference) == ("accepted", "B0000000001")
    assert desk.round() == 0, "nothing to tell or ask before its time"
    assert desk.round(MINUTE) == 1 and desk.payout.state == "paid"
    assert desk.bank_fen() == -9_950 and desk.subjects() == ["到账通知：示范便利店 结算款¥99.50已付"]
    assert desk.round(DAY) == 0 and desk.alarms() == []


@pytest.mark.parametrize("conduct", ["refuses", "returns"])
def test_what_the_bank_refuses_or_returns_is_available_again_with_the_reason(desk, conduct):
    desk.bank.expect(ACCOUNT, conduct, "name")
    desk.round()
    desk.round(2 * MINUTE)
    assert desk.payout.state == "returned" and "收款户名与账号不符" in desk.payout.return_reason["zh"]
    assert "holder's name" in desk.payout.return_reason["en"]
    assert balance_fen(desk.shop.session, Key("merchant_available", desk.shop.merchant.id)) == -9_950
    assert desk.subjects() == ["退回通知：示范便利店 结算款¥99.50被退回"]


def test_money_that_comes_back_after_it_was_paid(desk):
    desk.bank.expect(ACCOUNT, "returns_paid")
    desk.round()
    desk.round(MINUTE)
    assert desk.payout.state == "paid"
    desk.round(DAY)
    assert desk.payout.state == "returned" and desk.bank_fen() == 0 and len(desk.subjects()) == 2


def test_a_callback_that_comes_twice_counts_once(desk):
    desk.bank.expect(ACCOUNT, "twice")
    desk.round()
    desk.round(MINUTE)
    assert desk.round(MINUTE) == 1 and desk.bank_fen() == -9_950
    assert len(desk.subjects()) == 1 and desk.alarms() == []


def test_a_late_result_raises_one_alarm_and_counts(desk):
    desk.bank.expect(ACCOUNT, "late")
    desk.round()
    for _ in range(47):
        desk.round(timedelta(hours=1))
    assert desk.payout.state == "accepted" and desk.alarms() == ["payout late"]
    desk.round(timedelta(hours=1))
    assert desk.payout.state == "paid" and desk.alarms() == ["payout late"]


def test_a_bank_that_never_calls_back_is_asked(desk):
    desk.bank.expect(ACCOUNT, "silent")
    desk.round()
    assert desk.round(29 * MINUTE) == 0
    assert desk.round(MINUTE) == 1 and desk.payout.state == "paid"


def test_an_order_whose_answer_is_lost_is_told_again_and_is_one_order(desk):
    desk.bank.expect(ACCOUNT, "loses_answer")
    desk.round()
    assert (desk.payout.state, desk.payout.last_error) == ("instructed", "no answer")
    desk.round(MINUTE)
    assert desk.payout.state == "paid" and desk.bank_fen() == -9_950


def test_a_bank_that_is_away_is_tried_again_with_growing_pauses(desk):
    away = BankError("no route to the bank")
    pauses = []
    for _ in range(9):
        desk.clock.time = max(desk.clock.time, desk.payout.next_at)
        desk.round(submit=away)
        pauses.append((desk.payout.next_at - desk.clock.time) // MINUTE)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    desk.clock.time = desk.payout.next_at
    desk.round()
    desk.round(MINUTE)
    assert desk.payout.state == "paid" and desk.alarms() == []


def test_an_order_the_bank_has_lost_is_told_again(desk):
    desk.round()
    desk.payout.next_at = desk.clock.time
    (told,) = claim(desk.shop.session, PlainVault(), desk.clock.time)
    assert told.order is None
    outcome(desk.shop.session, told, None, desk.clock.time)
    assert desk.payout.state == "instructed"
    desk.round(MINUTE)
    assert desk.payout.state == "paid"


def test_an_outcome_that_another_try_has_overtaken_is_left(desk):
    session, now = desk.shop.session, desk.clock.time
    (first,) = claim(session, PlainVault(), now)
    assert claim(session, PlainVault(), now) == [], "claimed by one"
    desk.clock.time = now + timedelta(minutes=5)
    (second,) = claim(session, PlainVault(), desk.clock.time)
    outcome(session, first, Answer("returned", "B1", "closed"), desk.clock.time)
    assert desk.payout.state == "instructed"
    outcome(session, second, desk.bank.submit(second.order), desk.clock.time)
    assert desk.payout.state == "accepted" and second.order.reference == first.order.reference


def test_what_contradicts_or_is_not_ours_raises_an_alarm_and_moves_nothing(desk):
    desk.bank.expect(ACCOUNT, "refuses")
    desk.round()
    session, now = desk.shop.session, desk.clock.time
    take_advice(session, Advice(1, desk.payout.reference, Answer("paid", "B1")), now)
    take_advice(session, Advice(2, "nobody-1", Answer("paid", "B1")), now)
    session.flush()
    assert desk.payout.state == "returned" and desk.alarms() == ["payout contradicts", "payout unknown"]
    for text in session.scalars(select(Alarm.text)):
        assert "ask the bank" in text and ACCOUNT not in text


def test_an_address_that_is_none_keeps_no_payout_open(desk):
    desk.shop.merchant.email = "nobody"
    desk.round()
    desk.round(MINUTE)
    assert desk.payout.state == "paid" and desk.alarms() == ["notice_failed"]


def test_the_bank_takes_a_reference_once(desk):
    order = Order("R-1", 100, ACCOUNT, "示范便利店", "示范银行", "102290000017")
    first = desk.bank.submit(order)
    assert desk.bank.submit(order) == first and desk.bank.enquire("R-2") is None
    with pytest.raises(BankError, match="another content"):
        desk.bank.submit(Order("R-1", 101, ACCOUNT, "示范便利店", "示范银行", "102290000017"))
    desk.bank.expect(ACCOUNT, "refuses")
    assert desk.bank.enquire("R-1") == first, "what is promised is promised"
    with pytest.raises(BankError, match="conduct is one of"):
        desk.bank.expect(ACCOUNT, "steals")
    assert ACCOUNT not in repr(order)


def test_no_account_number_is_on_the_banks_disk(desk, tmp_path):
    desk.bank.expect(ACCOUNT, "pays")
    desk.round()
    for path in tmp_path.iterdir():
        assert ACCOUNT.encode() not in path.read_bytes(), path.name


def test_every_conduct_ends_in_a_result():
    assert {steps[-1][0] for steps in CONDUCTS.values()} == {"paid", "returned"}


def test_payouts_are_told_in_bounded_rounds(desk, monkeypatch):
    monkeypatch.setattr("host_sim.settlement.bank_run.PAYOUTS_PER_RUN", 1)
    desk.shop.sale(2_000, local(TUESDAY))
    desk.shop.night(TUESDAY + DAY)
    desk.clock.time = local(TUESDAY + DAY, 6)
    assert len(claim(desk.shop.session, PlainVault(), desk.clock.time)) == 1
    assert len(list(desk.shop.session.scalars(select(Payout)))) == 2
    desk.clock.time += timedelta(minutes=6)
    desk.round()
    desk.round()
