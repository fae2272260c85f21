"""A clearing file taken in, on a real book: what agrees is cleared, what differs stands in suspense, repair ends it;
after every step every proof holds."""

from datetime import timedelta

import pytest

from host_sim.ledger import postings
from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.networks.clearing.files import write_file
from host_sim.networks.clearing.item import ClearingError, ClearingItem, FileHead
from host_sim.settlement.chargebacks import decide, open_chargeback
from host_sim.settlement.differences import open_differences
from host_sim.settlement.maturity import mature
from host_sim.settlement.reconciliation.engine import open_engine
from host_sim.settlement.reconciliation.repair import repair
from host_sim.settlement.reconciliation.taking import ReconciliationError, take_file
from host_sim.store.schema import BatchItem, ClearingFile, Difference, Payment
from tests.host.shop import MONDAY, Shop, local

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def duckdb():
    with open_engine() as engine:
        yield engine


class Counter:
    """A shop, its channel's files, and the proofs after each step."""

    def __init__(self, folder, engine):
        self.shop, self.folder, self.engine = Shop(folder), folder, engine
        self.session = self.shop.session

    def sale(self, amount_fen=10_000, at=None):
        payment = self.shop.sale(amount_fen, at, rrn=f"3327{self.shop.trace:08d}")
        self.session.flush()
        return payment

    def item(self, payment, fee_fen=25, kind="sale", **other):
        amount_fen = payment.amount_fen if kind == "sale" else -payment.amount_fen
        where = {"terminal": "90000001", "trace": payment.trace}
        item = ClearingItem(payment.rrn, kind, amount_fen, fee_fen, "000001", at=local(MONDAY), **where)
        return item._replace(**other)

    def take(self, *items, day=MONDAY, name="file"):
        path = self.folder / f"{name}-{day}.clr"
        write_file(path, "fixed", FileHead("unionpay", day), items)
        taken = take_file(self.session, self.engine, path, local(day + DAY, 6))
        self.proved(day + DAY)
        return dict(taken.found)

    def repair(self, day, **how):
        done = repair(self.session, local(day, 7), **how)
        self.proved(day)
        return dict(done.cleared)

    def proved(self, day=MONDAY + 9 * DAY):
        self.session.flush()
        assert [proof for proof in proofs(self.session, day) if not proof.ok] == []

    def balance(self, title):
        return balance_fen(self.session, Key(title))

    def list(self):
        self.session.expire_all()
        return [(one.kind, one.side, one.amount_fen) for one in open_differences(self.session)]


@pytest.fixture
def counter(tmp_path, duckdb):
    counter = Counter(tmp_path, duckdb)
    yield counter
    counter.session.rollback()
    counter.shop.done()


def test_a_file_that_agrees_pays_every_item_and_leaves_no_list(counter):
    first, second = counter.sale(), counter.sale(5_000)
    refund = counter.shop.refund(first, 1_000, rrn="332700000099")
    assert counter.take(counter.item(first), counter.item(second), counter.item(refund, 0, "refund")) == {"matched": 3}
    assert counter.list() == []
    assert (counter.balance("bank"), counter.balance("channel_cost")) == (10_000 + 5_000 - 1_000 - 50, 50)
    assert balance_fen(counter.session, Key("channel_receivable", "unionpay", MONDAY)) == 0
    file = counter.session.query(ClearingFile).one()
    assert (file.items, file.matched, file.amount_fen, file.fee_fen) == (3, 3, 14_000, 50)


def test_the_same_file_again_changes_nothing_and_another_of_the_day_is_refused(counter):
    sale = counter.sale()
    counter.take(counter.item(sale))
    assert counter.take(counter.item(sale)) == {}
    assert counter.balance("bank") == 9_975
    with pytest.raises(ReconciliationError, match="another file"):
        counter.take(counter.item(sale, 26), name="other")


def test_a_file_that_is_not_whole_leaves_nothing(counter):
    sale = counter.sale()
    path = counter.folder / "cut.clr"
    write_file(path, "fixed", FileHead("unionpay", MONDAY), [counter.item(sale)])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ClearingError):
        take_file(counter.session, counter.engine, path, local(MONDAY + DAY))
    counter.session.rollback()
    assert counter.session.query(ClearingFile).count() == 0 and counter.balance("bank") == 0


@pytest.mark.parametrize(
    ("change", "listed", "bank"),
    [
        ({"amount_fen": 10_001}, ("amount", "long", 1), 9_976),
        ({"amount_fen": 9_000}, ("amount", "short", 1_000), 8_975),
        ({"reference": "X1"}, ("long", "long", 9_975), 9_975),
    ],
)
def test_what_the_channel_pays_wrongly_is_in_suspense_and_goes_back(counter, change, listed, bank):
    sale = counter.sale()
    counter.take(counter.item(sale, **change))
    assert listed in counter.list() and counter.balance("bank") == bank
    right = 9_975 if listed[0] == "amount" else 10_000
    counter.repair(MONDAY + 5 * DAY)
    assert counter.list() == [] and counter.balance("bank") == right
    assert counter.balance("suspense_long") == counter.balance("suspense_short") == 0
    assert counter.repair(MONDAY + 5 * DAY) == {}


def test_an_item_twice_in_a_file_or_again_in_the_next_one_goes_back(counter):
    sale = counter.sale()
    counter.take(counter.item(sale), counter.item(sale))
    counter.take(counter.item(sale), day=MONDAY + DAY)
    assert counter.list() == [("duplicate", "long", 9_975)] * 2 and counter.balance("bank") == 3 * 9_975
    assert counter.repair(MONDAY + 2 * DAY) == {"channel": 2}
    assert counter.balance("bank") == 9_975


def test_what_is_missing_waits_and_settles_itself_when_it_comes_late(counter):
    sale = counter.sale()
    assert counter.take() == {"short": 1}
    assert counter.list() == [("short", "short", 10_000)] and counter.balance("suspense_short") == 10_000
    assert counter.take(day=MONDAY + DAY) == {}, "it is told once"
    assert counter.repair(MONDAY + 2 * DAY) == {}, "it waits"
    assert counter.take(counter.item(sale), day=MONDAY + 2 * DAY) == {"late": 1}
    one = counter.session.query(Difference).one()
    assert (one.kind, one.cleared_to, counter.list()) == ("late", "channel", [])
    assert "brought it later" in one.resolution["en"] and "补来" in one.resolution["zh"]
    assert counter.balance("bank") == 9_975
    assert counter.take(day=MONDAY + 3 * DAY) == {}


def test_what_comes_late_with_another_amount_opens_that_difference(counter):
    sale = counter.sale()
    counter.take()
    counter.take(counter.item(sale, amount_fen=10_050), day=MONDAY + DAY)
    assert counter.list() == [("amount", "long", 50)] and counter.balance("bank") == 10_025


def test_what_never_comes_is_claimed_from_the_channel(counter):
    sale = counter.sale()
    counter.take()
    assert counter.repair(MONDAY + 5 * DAY) == {"channel": 1}
    assert counter.balance("bank") == 10_000 and sale.cleared_at is not None
    assert counter.take(counter.item(sale), day=MONDAY + 5 * DAY) == {"duplicate": 1}, "it has been paid"


def test_what_neither_till_nor_channel_has_the_merchant_gives_back(counter):
    sale = counter.sale()
    counter.shop.close()
    counter.session.add(BatchItem(batch_id=1, batch_number=1, trace=sale.trace, finding="not_uploaded"))
    counter.session.flush()
    mature(counter.session, local(MONDAY + DAY))
    counter.take()
    one = counter.session.query(Difference).one()
    assert one.explanation["remedy"] == "merchant" and "without it" in one.explanation["en"]
    assert counter.repair(MONDAY + 5 * DAY) == {"merchant": 1}
    assert balance_fen(counter.session, Key("merchant_available", counter.shop.merchant.id)) == 0
    assert counter.balance("bank") == 0 and counter.take(day=MONDAY + 5 * DAY) == {}


def test_what_till_and_channel_have_and_we_have_lost_is_the_merchants(counter):
    counter.shop.close()
    counter.session.add(BatchItem(batch_id=1, batch_number=1, trace=77, finding="unknown", amount_fen=4_000, detail=""))
    counter.session.flush()
    sale = Payment(rrn="332700000077", amount_fen=4_000, trace=77)
    counter.take(counter.item(sale, 10))
    one = counter.session.query(Difference).one()
    assert (one.kind, one.merchant_id, one.explanation["remedy"]) == ("long", counter.shop.merchant.id, "merchant")
    assert counter.repair(MONDAY + DAY) == {"merchant": 1}
    assert balance_fen(counter.session, Key("merchant_available", counter.shop.merchant.id)) == -3_990


def test_a_voided_sale_and_its_void_are_both_cleared(counter):
    sale = counter.sale()
    void = counter.shop.void(sale)
    void.rrn = "332700000500"
    counter.session.flush()
    assert counter.take(counter.item(sale), counter.item(void, -25, "void")) == {"matched": 2}
    assert counter.balance("bank") == 0 and counter.list() == []
    assert counter.take(day=MONDAY + DAY) == {}


def test_a_payment_reversed_after_it_was_cleared_is_taken_back_by_a_later_file(counter):
    sale = counter.sale()
    counter.take(counter.item(sale))
    postings.reverse(counter.session, sale, local(MONDAY + DAY, 9), business_date=MONDAY + DAY)
    sale.state = "reversed"
    counter.proved()
    assert counter.take(counter.item(sale, -25, "reversal"), day=MONDAY + DAY) == {"matched": 1}
    assert counter.balance("bank") == 0 and sale.cleared_at is None


def test_a_lost_chargeback_is_taken_off_by_its_case_number(counter):
    sale = counter.sale()
    mature(counter.session, local(MONDAY + DAY))
    case = open_chargeback(counter.session, sale.id, "CASE7", "4853", 10_000, local(MONDAY + DAY))
    decide(counter.session, case.id, False, local(MONDAY + 2 * DAY))
    counter.take(counter.item(sale))
    off = counter.item(sale, 0, "chargeback", reference="CASE7")
    assert counter.take(off, day=MONDAY + 2 * DAY) == {"matched": 1}
    assert counter.balance("bank") == -25 and case.cleared_at is not None


def test_every_difference_is_explained_in_both_languages(counter):
    sale = counter.sale()
    counter.take(counter.item(sale, amount_fen=9_000), counter.item(sale, reference="X9"))
    for one in counter.session.query(Difference):
        assert one.reference in one.explanation["zh"] and one.reference in one.explanation["en"]
        assert "unionpay" in one.explanation["en"] and "Next" in one.explanation["en"]


def test_a_cost_that_was_booked_with_the_sale_is_put_right_by_the_file(counter):
    sale, other, third = counter.sale(), counter.sale(), counter.sale()
    for payment, cost_fen in ((sale, 20), (other, 30), (third, 20)):
        payment.cost_fen = cost_fen
        postings.channel_cost(counter.session, payment, local(MONDAY))
    void = counter.shop.void(third)
    void.rrn = "332700000600"
    counter.session.flush()
    lines = [counter.item(sale), counter.item(other), counter.item(third), counter.item(void, -25, "void")]
    assert counter.take(*lines) == {"matched": 4}
    assert (counter.balance("bank"), counter.balance("channel_cost")) == (2 * 9_975, 50)
    postings.reverse(counter.session, other, local(MONDAY + DAY, 9), business_date=MONDAY + DAY)
    other.state = "reversed"
    counter.proved()
    assert counter.take(counter.item(other, -25, "reversal"), day=MONDAY + DAY) == {"matched": 1}
    assert (counter.balance("bank"), counter.balance("channel_cost")) == (9_975, 25)


def test_what_never_comes_is_claimed_less_the_cost_that_was_booked(counter):
    sale = counter.sale()
    sale.cost_fen = 20
    postings.channel_cost(counter.session, sale, local(MONDAY))
    counter.take()
    assert counter.repair(MONDAY + 5 * DAY) == {"channel": 1} and counter.balance("bank") == 9_980
