"""The book: every event moves what the table says, and nothing that does not balance gets in."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from host_sim.ledger import accounts, postings
from host_sim.ledger.accounts import CHART, Key, LedgerError, balance_fen
from host_sim.ledger.book import post
from host_sim.ledger.proofs import proofs
from host_sim.settlement.maturity import mature
from host_sim.store.schema import JournalEntry, Line
from tests.host.shop import MONDAY, Shop, local

TUESDAY = MONDAY + timedelta(days=1)
AT = local(MONDAY)
CHANNEL = Key("channel_receivable", "unionpay", MONDAY)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.done()


def balances(shop):
    """The balances that are not 0, by account title and owner, debit positive."""
    session = shop.session
    names = {line.account.name for line in session.scalars(select(Line))}
    keys = {name: balance_fen(session, key_of(shop, name)) for name in names}
    return {name: fen for name, fen in sorted(keys.items()) if fen}


def key_of(shop, name):
    account = next(line.account for line in shop.session.scalars(select(Line)) if line.account.name == name)
    return Key(account.title, account.owner, account.day)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([(Key("bank"), 100), (Key("fee_income"), -99)], "differ by 1 fen"),
        ([(Key("bank"), 100)], "differ by 100 fen"),
        ([(Key("bank"), 100.0), (Key("fee_income"), -100)], "whole number"),
        ([(Key("bank"), True), (Key("fee_income"), -1)], "whole number"),
        ([(Key("till"), 100), (Key("bank"), -100)], "not in the chart"),
        ([(Key("bank", 1), 100), (Key("fee_income"), -100)], "kept per the whole book"),
        ([(Key("merchant_available"), 100), (Key("bank"), -100)], "kept per merchant"),
        ([(Key("merchant_pending", 1), 100), (Key("bank"), -100)], "kept per merchant and day"),
        ([(Key("merchant_available", n), 1) for n in range(100)] + [(Key("bank"), -100)], "at most 100"),
    ],
)
def test_what_may_not_be_posted(shop, lines, reason):
    with pytest.raises(LedgerError, match=reason):
        post(shop.session, "test", "test/1", AT, lines, business_date=MONDAY)
    assert shop.session.scalar(select(JournalEntry)) is None


def test_an_account_opened_in_what_was_undone_is_opened_again(shop):
    savepoint = shop.session.begin_nested()
    shop.sale(10_000)
    savepoint.rollback()
    shop.sale(20_000)
    assert balance_fen(shop.session, CHANNEL) == 20_000
    assert balance_fen(shop.session, Key("fee_income")) == -100


def test_an_account_that_another_process_opens_meanwhile_is_used(shop, monkeypatch):
    shop.sale(10_000)
    shop.session.info.clear()
    looked = []
    find = accounts._find

    def blind_once(session, keys):
        looked.append(keys)
        return {} if len(looked) == 1 else find(session, keys)

    monkeypatch.setattr(accounts, "_find", blind_once)
    shop.sale(20_000)
    assert balance_fen(shop.session, CHANNEL) == 30_000


def test_an_event_is_posted_once(shop):
    sale = shop.sale(10_000)
    with pytest.raises(LedgerError, match="posted before"):
        postings.sale(shop.session, sale, AT)


def test_a_posting_is_never_changed_or_deleted(shop):
    shop.sale(10_000)
    entry = shop.session.scalars(select(JournalEntry)).first()
    for spoil in (
        lambda: setattr(entry.lines[0], "amount_fen", 9_999),
        lambda: setattr(entry, "event", "gift"),
        lambda: shop.session.delete(entry.lines[0]),
    ):
        shop.session.commit()
        spoil()
        with pytest.raises(LedgerError, match="mirror"):
            shop.session.flush()
        shop.session.rollback()
    for statement in (update(Line).values(amount_fen=1), delete(JournalEntry)):
        with pytest.raises(LedgerError, match="never changed"):
            shop.session.execute(statement)


def test_an_entry_of_nothing_is_not_made(shop):
    assert post(shop.session, "test", "test/1", AT, [(Key("bank"), 0)], business_date=MONDAY) is None
    same = [(Key("bank"), 5), (Key("bank"), -5)]
    assert post(shop.session, "test", "test/1", AT, same, business_date=MONDAY) is None


def test_a_sale_without_a_fee_worked_out_is_refused(shop):
    payment = shop.payment(10_000, AT)
    payment.fee_fen = None
    with pytest.raises(LedgerError, match="fee_fen"):
        postings.sale(shop.session, payment, AT)


def test_a_sale_and_its_fee(shop):
    shop.sale(10_000)
    assert balances(shop) == {
        "channel_receivable/unionpay/2026-11-23": 10_000,
        "fee_income": -50,
        "merchant_pending/1/2026-11-23": -9_950,
    }


def test_a_void_is_the_mirror(shop):
    shop.void(shop.sale(10_000))
    assert balances(shop) == {}


def test_a_void_of_nothing_is_refused(shop):
    original = shop.payment(10_000, AT)
    void = shop.payment(10_000, AT, "void", original_id=original.id)
    with pytest.raises(LedgerError, match="no postings"):
        postings.void(shop.session, void, original, AT)


def test_a_voids_reversal_restores_the_sale(shop):
    sale = shop.sale(10_000)
    before = balances(shop)
    assert shop.reverse(shop.void(sale))
    assert balances(shop) == before


def test_a_reversal_is_the_mirror_and_happens_once(shop):
    sale = shop.sale(10_000)
    sale.cost_fen = 20
    postings.channel_cost(shop.session, sale, AT)
    assert balances(shop)["channel_cost"] == 20
    assert shop.reverse(sale)
    assert balances(shop) == {}
    with pytest.raises(LedgerError, match="posted before"):
        postings.reverse(shop.session, sale, AT)


def test_the_reversal_of_a_payment_that_posted_nothing_posts_nothing(shop):
    assert not shop.reverse(shop.payment(10_000, AT))


def test_maturity_moves_the_net(shop):
    shop.sale(10_000)
    shop.sale(20_000)
    assert mature(shop.session, local(MONDAY, 23, 30)) == 0
    assert mature(shop.session, local(TUESDAY, 0, 0)) == 2
    assert mature(shop.session, local(TUESDAY, 0, 1)) == 0
    assert balances(shop) == {
        "channel_receivable/unionpay/2026-11-23": 30_000,
        "fee_income": -150,
        "merchant_available/1": -29_850,
    }


def test_a_refund_before_anything_is_available_is_owed_and_maturity_repays_it(shop):
    sale = shop.sale(10_000)
    shop.refund(sale, 4_000)
    assert balances(shop) == {
        "channel_receivable/unionpay/2026-11-23": 6_000,
        "fee_income": -50,
        "merchant_pending/1/2026-11-23": -9_950,
        "merchant_receivable/1": 4_000,
    }
    mature(shop.session, local(TUESDAY))
    assert balances(shop) == {
        "channel_receivable/unionpay/2026-11-23": 6_000,
        "fee_income": -50,
        "merchant_available/1": -5_950,
    }


def test_a_refund_takes_what_is_available_first(shop):
    sale = shop.sale(10_000)
    shop.sale(100)
    mature(shop.session, local(TUESDAY))
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == -(9_950 + 99)
    shop.refund(sale, 10_000, local(TUESDAY))
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == -49
    another = shop.sale(500, local(TUESDAY))
    shop.refund(another, 500, local(TUESDAY))
    assert balance_fen(shop.session, Key("merchant_available", shop.merchant.id)) == 0
    assert balance_fen(shop.session, Key("merchant_receivable", shop.merchant.id)) == 451
    assert balance_fen(shop.session, Key("channel_receivable", "unionpay", TUESDAY)) == 500 - 500 - 10_000


def test_refunds_that_would_pass_the_sale_are_refused(shop):
    sale = shop.sale(10_000)
    shop.refund(sale, 6_000)
    with pytest.raises(LedgerError, match="pass the original"):
        shop.refund(sale, 4_001)


def test_a_proportional_fee_comes_back_with_the_refund(tmp_path):
    shop = Shop(tmp_path, refund_fee="proportional")
    sale = shop.sale(599)
    for amount in (200, 200, 199):
        shop.refund(sale, amount)
    assert balances(shop) == {"merchant_pending/1/2026-11-23": -596, "merchant_receivable/1": 596}
    shop.done()


def test_a_late_reversal_of_a_matured_sale_takes_what_is_available(shop):
    sale = shop.sale(10_000)
    shop.refund(shop.sale(5_000), 5_000)
    mature(shop.session, local(TUESDAY))
    shop.reverse(sale, local(TUESDAY))
    assert balance_fen(shop.session, Key("merchant_pending", shop.merchant.id, MONDAY)) == 0
    assert balances(shop)["merchant_receivable/1"] == 25
    assert all(proof.ok for proof in proofs(shop.session, TUESDAY))


def test_a_refund_reversed_repays_the_debt_once(shop):
    sale, small = shop.sale(10_000), shop.sale(3_000)
    mature(shop.session, local(TUESDAY))
    shop.refund(small, 3_000, local(TUESDAY))
    refund = shop.refund(sale, 10_000, local(TUESDAY))
    assert balances(shop)["merchant_receivable/1"] == 65
    shop.reverse(refund, local(TUESDAY))
    assert balances(shop)["merchant_available/1"] == -(9_950 + 2_985 - 3_000)
    assert "merchant_receivable/1" not in balances(shop)
    assert all(proof.ok for proof in proofs(shop.session, TUESDAY))


def test_clearing_pays_the_receivable_less_the_channels_cost(shop):
    sale = shop.sale(10_000)
    sale.cost_fen = 20
    postings.channel_cost(shop.session, sale, AT)
    postings.cleared(shop.session, sale, local(TUESDAY), business_date=TUESDAY)
    sale.cleared_at = local(TUESDAY)
    assert balance_fen(shop.session, CHANNEL) == 0
    assert balance_fen(shop.session, Key("bank")) == 9_980
    assert all(proof.ok for proof in proofs(shop.session, TUESDAY))
    shop.reverse(sale, local(TUESDAY))
    assert balance_fen(shop.session, CHANNEL) == -9_980
    assert all(proof.ok for proof in proofs(shop.session, TUESDAY))


def test_the_chart_is_the_table_of_the_ledger():
    assert len(CHART) == 15
    assert {kind for kind, _ in CHART.values()} == {"asset", "liability", "income", "expense"}


STEPS = st.lists(
    st.tuples(st.sampled_from(["sale", "void", "refund", "reverse", "unvoid", "day"]), st.integers(1, 10**6))
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.sampled_from(["none", "proportional", "full"]))
def test_whatever_happens_the_proofs_hold(tmp_path_factory, steps, policy):
    shop = Shop(tmp_path_factory.mktemp("book"), refund_fee=policy)
    day, sales, voids, refunded = MONDAY, [], [], {}
    for step, number in steps:
        at = local(day, 12)
        sale = sales[number % len(sales)] if sales else None
        if step == "sale":
            sales.append(shop.sale(number, at))
        elif step == "day":
            day += timedelta(days=1)
            mature(shop.session, local(day))
        elif step == "unvoid" and voids:
            shop.reverse(voids.pop(), at)
        elif sale is None or sale.state != "approved":
            continue
        elif step == "void" and sale.business_date == day and sale.id not in refunded:
            # A sale is voided once here: a second void of the same sale is another payment.
            voids.append(shop.void(sale, at))
        elif step == "refund" and refunded.get(sale.id, 0) < sale.amount_fen:
            amount = min(number, sale.amount_fen - refunded.get(sale.id, 0))
            shop.refund(sale, amount, at)
            refunded[sale.id] = refunded.get(sale.id, 0) + amount
        elif step == "reverse" and sale.id not in refunded:
            shop.reverse(sale, at)
    assert [proof for proof in proofs(shop.session, day) if not proof.ok] == []
    available = balance_fen(shop.session, Key("merchant_available", shop.merchant.id))
    owed = balance_fen(shop.session, Key("merchant_receivable", shop.merchant.id))
    assert available <= 0 <= owed
    assert available == 0 or owed == 0
    shop.done()
