"""The ledger's table, line by line: what each event debits and credits, and what each balance then stands for.

The steps of a sale, of clearing, payouts and disputes happen to one merchant with 10,000 fen sold at 50 basis points.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from host_sim.ledger import postings
from host_sim.ledger.accounts import Key, LedgerError, balance_fen
from host_sim.settlement.at_once import pay_early
from host_sim.settlement.chargebacks import decide, open_chargeback
from host_sim.settlement.clearing import clear_payment
from host_sim.settlement.differences import clear_difference, open_difference
from host_sim.settlement.fees import share_fen
from host_sim.settlement.holds import hold, release
from host_sim.settlement.maturity import mature
from host_sim.settlement.payout_run import pay_now
from host_sim.settlement.payout_steps import confirm_paid, confirm_returned
from host_sim.store.schema import JournalEntry, Line
from tests.host.shop import MONDAY, local
from tests.host.test_payouts import agree_terms

TUESDAY = MONDAY + timedelta(days=1)
WORDS = {"zh": "说明", "en": "words"}
NOON = local(TUESDAY, 12)


def entries(shop, *events):
    """Of each event: title of the account -> fen, debit positive; one entry each."""
    found = {}
    for entry in shop.session.scalars(select(JournalEntry).where(JournalEntry.event.in_(events))):
        assert entry.event not in found
        found[entry.event] = {line.account.title: line.amount_fen for line in entry.lines}
        assert sum(line.amount_fen for line in entry.lines) == 0
    return found


def sold(shop):
    sale = shop.sale(10_000)
    mature(shop.session, local(TUESDAY))
    return sale


def difference(shop, side):
    return open_difference(
        shop.session, channel="unionpay", day=MONDAY, reference="R", kind=side, side=side, amount_fen=700,
        explanation=WORDS, now=NOON, business_date=TUESDAY,
    )  # fmt: skip


def case(shop):
    return open_chargeback(shop.session, sold(shop).id, "C", "4853", 4_000, NOON)


def paid(shop):
    sold(shop)
    payout = pay_now(shop.session, shop.merchant.id, NOON)
    confirm_paid(shop.session, payout, NOON)
    return payout


def early(shop):
    agree_terms(shop)
    shop.sale(10_000)
    pay_early(shop.session, shop.merchant.id, local(MONDAY, 12))


def cost(shop):
    sale = shop.sale(10_000)
    sale.cost_fen = 20
    postings.channel_cost(shop.session, sale, local(MONDAY))


def cleared(shop):
    clear_payment(shop.session, shop.sale(10_000), NOON)


def refund_short(shop):
    sale = sold(shop)
    pay_now(shop.session, shop.merchant.id, NOON, 9_000)
    shop.refund(sale, 4_000, NOON)


def returned_unpaid(shop):
    sold(shop)
    confirm_returned(shop.session, pay_now(shop.session, shop.merchant.id, NOON), NOON, WORDS)


def returned_paid(shop):
    confirm_returned(shop.session, paid(shop), NOON, WORDS)


def held_and_released(shop):
    sold(shop)
    release(shop.session, hold(shop.session, shop.merchant.id, 600, WORDS, NOON).id, NOON)


def to(side, where):
    def step(shop):
        one = difference(shop, side)
        clear_difference(shop.session, one.id, where, WORDS, NOON, TUESDAY, merchant_id=shop.merchant.id)

    return step


RECEIVABLE, PENDING, AVAILABLE, HELD, DISPUTE = (
    "channel_receivable", "merchant_pending", "merchant_available", "merchant_held", "dispute",
)  # fmt: skip
EVENTS = {
    "sale": (sold, {"sale": {RECEIVABLE: 10_000, PENDING: -10_000}}),
    "fee": (sold, {"fee": {PENDING: 50, "fee_income": -50}}),
    "channels cost": (cost, {"channel_cost": {"channel_cost": 20, RECEIVABLE: -20}}),
    "void": (lambda shop: shop.void(shop.sale(10_000)), {"void_sale": {PENDING: 10_000, RECEIVABLE: -10_000}}),
    "voids fee": (lambda shop: shop.void(shop.sale(10_000)), {"void_fee": {"fee_income": 50, PENDING: -50}}),
    "reversal": (
        lambda shop: shop.reverse(shop.sale(10_000)),
        {"reversal_sale": {PENDING: 10_000, RECEIVABLE: -10_000}},
    ),
    "maturity": (sold, {"maturity": {PENDING: 9_950, AVAILABLE: -9_950}}),
    "maturity at once": (early, {"maturity": {PENDING: 9_950, AVAILABLE: -9_950}}),
    "clearing file paid": (cleared, {"clearing": {"bank": 10_000, RECEIVABLE: -10_000}}),
    "payout instructed": (paid, {"payout_instructed": {AVAILABLE: 9_950, "payout_transit": -9_950}}),
    "payout paid": (paid, {"payout_paid": {"payout_transit": 9_950, "bank": -9_950}}),
    "returned before paid": (returned_unpaid, {"payout_returned": {"payout_transit": 9_950, AVAILABLE: -9_950}}),
    "returned after paid": (returned_paid, {"payout_returned": {"bank": 9_950, AVAILABLE: -9_950}}),
    "refund": (lambda shop: shop.refund(sold(shop), 4_000, NOON), {"refund": {AVAILABLE: 4_000, RECEIVABLE: -4_000}}),
    "refund with a shortfall": (
        refund_short,
        {"refund": {AVAILABLE: 950, "merchant_receivable": 3_050, RECEIVABLE: -4_000}},
    ),
    "refunds fee": (
        lambda shop: shop.refund(sold(shop), 4_000, NOON),
        {"refund_fee": {"fee_income": 20, AVAILABLE: -20}},
    ),
    "chargeback held": (case, {"chargeback_held": {AVAILABLE: 4_000, HELD: -4_000}}),
    "chargeback": (case, {"chargeback": {DISPUTE: 4_000, RECEIVABLE: -4_000}}),
    "chargeback lost": (
        lambda shop: decide(shop.session, case(shop).id, False, NOON),
        {"chargeback_lost": {HELD: 4_000, DISPUTE: -4_000}},
    ),
    "chargeback won": (
        lambda shop: decide(shop.session, case(shop).id, True, NOON),
        {
            "chargeback_won": {RECEIVABLE: 4_000, DISPUTE: -4_000},
            "chargeback_released": {HELD: 4_000, AVAILABLE: -4_000},
        },
    ),
    "D0 fee": (early, {"d0_fee": {AVAILABLE: 4, "d0_income": -4}}),
    "long found": (lambda shop: difference(shop, "long"), {"difference": {RECEIVABLE: 700, "suspense_long": -700}}),
    "short found": (lambda shop: difference(shop, "short"), {"difference": {"suspense_short": 700, RECEIVABLE: -700}}),
    "long to merchant": (to("long", "merchant"), {"difference_cleared": {"suspense_long": 700, AVAILABLE: -700}}),
    "short to loss": (to("short", "loss"), {"difference_cleared": {"loss": 700, "suspense_short": -700}}),
    "short to channel": (to("short", "channel"), {"difference_cleared": {RECEIVABLE: 700, "suspense_short": -700}}),
    "held": (held_and_released, {"held": {AVAILABLE: 600, HELD: -600}, "released": {HELD: 600, AVAILABLE: -600}}),
}


@pytest.mark.parametrize("event", EVENTS)
def test_what_an_event_posts(shop, event):
    step, expected = EVENTS[event]
    step(shop)
    assert entries(shop, *expected) == expected


def test_what_has_no_result_or_waits_on_a_till_posts_nothing(shop):
    waiting = shop.payment(10_000, local(MONDAY))
    waiting.state = "authorising"
    assert shop.session.scalar(select(Line)) is None
    waiting.state = "declined"


def test_partial_refunds_give_back_exactly_the_fee(shop):
    sale = sold(shop)
    back = [shop.refund(sale, part, NOON).fee_fen for part in (3_333, 3_333, 3_334)]
    assert sum(back) == -sale.fee_fen and back == [-17, -16, -17]
    assert share_fen(50, 3_333, 10_000) == 17
    assert balance_fen(shop.session, Key("fee_income")) == 0


def test_a_refund_never_passes_its_sale_however_many(shop):
    sale = sold(shop)
    shop.refund(sale, 9_999, NOON)
    shop.refund(sale, 1, NOON)
    payment = shop.payment(1, NOON)
    payment.kind, payment.original_id, payment.fee_fen = "refund", sale.id, 0
    with pytest.raises(LedgerError, match="pass the original"):
        postings.refund(shop.session, payment, sale, NOON)
    payment.state = "declined"


def test_an_offline_payment_counts_from_its_upload(shop):
    """Made on Friday, uploaded on Sunday at 23:00: Monday's business, paid on Tuesday."""
    friday = MONDAY + timedelta(days=4)
    payment = shop.sale(10_000, local(friday + timedelta(days=2), 23), kind="offline", original_date="1127")
    assert payment.business_date == friday + timedelta(days=3)
    assert payment.settlement_date == friday + timedelta(days=4)
