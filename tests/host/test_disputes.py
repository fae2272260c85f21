"""What is held, contested and in suspense: every step's postings, deadlines, and what is said twice."""

from datetime import timedelta

import pytest

from host_sim.acquirer.original import given_back
from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.proofs import proofs
from host_sim.settlement import differences
from host_sim.settlement.chargebacks import (
    ChargebackError,
    clear_chargeback,
    decide,
    expire,
    hand_in,
    open_chargeback,
)
from host_sim.settlement.clearing import ClearingError, clear_payment
from host_sim.settlement.differences import DifferenceError, clear_difference, open_difference, pay_difference
from host_sim.settlement.holds import HoldError, hold, release
from host_sim.settlement.maturity import mature
from tests.host.shop import MONDAY, Shop, local

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
LATER = MONDAY + timedelta(days=400)
WORDS = {"zh": "说明", "en": "words"}


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, refund_fee="proportional")
    yield shop
    assert [proof for proof in proofs(shop.session, LATER) if not proof.ok] == []
    shop.done()


def fen(shop, title, owner=None, day=None):
    return balance_fen(shop.session, Key(title, owner, day))


def sides(shop):
    """Available, held, owed; each as a positive amount."""
    merchant = shop.merchant.id
    return (
        -fen(shop, "merchant_available", merchant),
        -fen(shop, "merchant_held", merchant),
        fen(shop, "merchant_receivable", merchant),
    )


def matured(shop, amount=10_000):
    sale = shop.sale(amount)
    mature(shop.session, local(TUESDAY))
    return sale


def contest(shop, sale, amount=None, case="C-1", at=None):
    return open_chargeback(shop.session, sale.id, case, "4853", amount or sale.amount_fen, at or local(TUESDAY, 9))


# ---- holds
def test_a_hold_takes_what_is_available_and_gives_it_back(shop):
    matured(shop)
    one = hold(shop.session, shop.merchant.id, 4_000, WORDS, local(TUESDAY, 9))
    assert sides(shop) == (5_950, 4_000, 0)
    release(shop.session, one.id, local(TUESDAY, 10))
    assert sides(shop) == (9_950, 0, 0)
    with pytest.raises(HoldError, match="was released"):
        release(shop.session, one.id, local(TUESDAY, 11))


def test_a_hold_of_more_than_there_is_makes_a_debt_that_its_release_pays(shop):
    matured(shop)
    one = hold(shop.session, shop.merchant.id, 12_000, WORDS, local(TUESDAY, 9))
    assert sides(shop) == (0, 12_000, 2_050)
    shop.refund(shop.sale(1_000, local(TUESDAY, 10)), 1_000, local(TUESDAY, 10))
    release(shop.session, one.id, local(TUESDAY, 11))
    assert sides(shop) == (12_000 - 2_050 - 995, 0, 0)


@pytest.mark.parametrize(("amount", "reason"), [(0, WORDS), (-1, WORDS), (5, {"zh": "说明"}), (5, {"en": "words"})])
def test_a_hold_without_amount_or_reason_is_refused(shop, amount, reason):
    with pytest.raises(HoldError):
        hold(shop.session, shop.merchant.id, amount, reason, local(MONDAY))


def test_held_money_is_not_paid_out(shop):
    shop.sale(10_000)
    hold(shop.session, shop.merchant.id, 4_000, WORDS, local(MONDAY, 12))
    (payout,) = shop.night(TUESDAY)
    assert payout.amount_fen == 5_950


# ---- chargebacks
def test_a_chargeback_holds_the_money_and_the_channel_takes_it(shop):
    one = contest(shop, matured(shop))
    assert sides(shop) == (0, 10_000, 50), "the fee is not given back: it is owed"
    assert fen(shop, "dispute") == 10_000 and fen(shop, "channel_receivable", "unionpay", TUESDAY) == -10_000
    assert (one.state, one.evidence_due) == ("open", TUESDAY + timedelta(days=10))


def test_a_lost_chargeback_is_the_cardholders_and_cleared(shop):
    one = contest(shop, matured(shop))
    decide(shop.session, one.id, False, local(WEDNESDAY))
    assert sides(shop) == (0, 0, 50) and fen(shop, "dispute") == 0
    clear_chargeback(shop.session, one.id, local(WEDNESDAY))
    clear_chargeback(shop.session, one.id, local(WEDNESDAY))
    assert fen(shop, "channel_receivable", "unionpay", TUESDAY) == 0 and fen(shop, "bank") == -10_000


def test_a_won_chargeback_is_released(shop):
    one = contest(shop, matured(shop), 6_000)
    hand_in(shop.session, one.id, "slip.pdf", "application/pdf", b"%PDF", local(TUESDAY, 10))
    decide(shop.session, one.id, True, local(WEDNESDAY))
    assert sides(shop) == (9_950, 0, 0) and fen(shop, "dispute") == 0
    assert fen(shop, "channel_receivable", "unionpay", TUESDAY) == 0
    with pytest.raises(ChargebackError, match="only a lost one"):
        clear_chargeback(shop.session, one.id, local(WEDNESDAY))


def test_a_chargeback_after_the_payout_is_owed_and_repaid_by_next_sales(shop):
    sale = shop.sale(10_000)
    shop.night(TUESDAY)
    one = contest(shop, sale)
    assert sides(shop) == (0, 10_000, 10_000)
    shop.sale(30_000, local(TUESDAY, 12))
    (payout,) = shop.night(WEDNESDAY)
    assert payout.amount_fen == 29_850 - 10_000 and payout.brought_fen == -10_000
    decide(shop.session, one.id, True, local(WEDNESDAY, 12))
    (back,) = shop.night(WEDNESDAY + timedelta(days=1))
    assert (back.gross_fen, back.amount_fen) == (0, 10_000)


def test_the_same_case_again_is_the_same_and_another_content_is_refused(shop):
    sale = matured(shop)
    one = contest(shop, sale, 6_000)
    assert contest(shop, sale, 6_000) is one and sides(shop)[1] == 6_000
    with pytest.raises(ChargebackError, match="differs from what came before"):
        contest(shop, sale, 5_000)


def test_refunds_and_chargebacks_together_never_pass_the_sale(shop):
    sale = matured(shop)
    shop.refund(sale, 3_000, local(TUESDAY))
    contest(shop, sale, 4_000)
    with pytest.raises(ChargebackError, match="more than is left"):
        contest(shop, sale, 3_001, "C-2")
    assert contest(shop, sale, 3_000, "C-2").state == "open"


def test_what_is_no_standing_sale_is_not_contested(shop):
    refund = shop.refund(shop.sale(1_000), 500)
    voided = shop.sale(700)
    shop.void(voided)
    for payment in (refund, voided):
        with pytest.raises(ChargebackError, match="no standing sale"):
            contest(shop, payment, 100, f"C-{payment.id}")


def test_evidence_is_taken_until_the_end_of_its_last_day(shop):
    one = contest(shop, matured(shop))
    last = local(one.evidence_due, 23, 59, 59)
    first = hand_in(shop.session, one.id, "a.png", "image/png", b"1", local(TUESDAY, 10))
    assert hand_in(shop.session, one.id, "b.png", "image/png", b"1", last) is first, "the same content"
    assert hand_in(shop.session, one.id, "b.png", "image/png", b"2", last) is not first
    with pytest.raises(ChargebackError, match="until"):
        hand_in(shop.session, one.id, "c.png", "image/png", b"3", last + timedelta(seconds=1))
    assert one.state == "contested" and expire(shop.session, last + timedelta(days=9)) == 0


@pytest.mark.parametrize(("kind", "data"), [("text/html", b"x"), ("image/png", b""), ("image/png", b"x" * 5_000_001)])
def test_documents_that_cannot_be_taken_are_refused(shop, kind, data):
    one = contest(shop, matured(shop))
    with pytest.raises(ChargebackError, match="at most 5 MB"):
        hand_in(shop.session, one.id, "x", kind, data, local(TUESDAY))


def test_documents_are_bounded(shop):
    one = contest(shop, matured(shop))
    for number in range(20):
        hand_in(shop.session, one.id, "x", "text/plain", b"%d" % number, local(TUESDAY))
    with pytest.raises(ChargebackError, match="20 documents"):
        hand_in(shop.session, one.id, "x", "text/plain", b"more", local(TUESDAY))


def test_a_deadline_passed_is_lost(shop):
    one = contest(shop, matured(shop))
    assert expire(shop.session, local(one.evidence_due, 23, 59, 59)) == 0
    assert expire(shop.session, local(one.evidence_due + timedelta(days=1), 0)) == 1
    assert one.state == "lost" and str(one.evidence_due) in one.explanation["zh"]
    assert expire(shop.session, local(one.evidence_due + timedelta(days=1), 1)) == 0


def test_a_decision_again_changes_nothing_and_another_is_refused(shop):
    one = contest(shop, matured(shop))
    decide(shop.session, one.id, False, local(WEDNESDAY))
    assert decide(shop.session, one.id, False, local(WEDNESDAY)) is one
    with pytest.raises(ChargebackError, match="was lost before"):
        decide(shop.session, one.id, True, local(WEDNESDAY))
    with pytest.raises(ChargebackError, match="is decided"):
        hand_in(shop.session, one.id, "x", "text/plain", b"x", local(WEDNESDAY))


# ---- clearing
def test_a_refund_is_cleared_off_what_the_channel_pays(shop):
    sale = matured(shop)
    refund = shop.refund(sale, 4_000, local(TUESDAY))
    assert clear_payment(shop.session, sale, local(TUESDAY, 9)) and clear_payment(
        shop.session, refund, local(WEDNESDAY)
    )
    assert not clear_payment(shop.session, refund, local(WEDNESDAY))
    assert fen(shop, "bank") == 6_000
    assert fen(shop, "channel_receivable", "unionpay", TUESDAY) == 0


def test_what_does_not_stand_is_not_cleared(shop):
    void = shop.void(shop.sale(700))
    with pytest.raises(ClearingError, match="work list"):
        clear_payment(shop.session, void, local(TUESDAY))


# ---- differences
def found(shop, side, amount=1_000, kind=None, payment=None):
    return open_difference(
        shop.session,
        channel="unionpay",
        day=MONDAY,
        reference="R1",
        kind=kind or side,
        side=side,
        amount_fen=amount,
        explanation=WORDS,
        now=local(TUESDAY),
        business_date=TUESDAY,
        payment_id=payment.id if payment else None,
    )


def clear(shop, one, to, **more):
    return clear_difference(shop.session, one.id, to, WORDS, local(WEDNESDAY), WEDNESDAY, **more)


@pytest.mark.parametrize("side", ["long", "short"])
@pytest.mark.parametrize("to", ["merchant", "channel", "loss"])
@pytest.mark.parametrize("paid", [False, True])
def test_a_difference_is_found_and_cleared(shop, side, to, paid):
    sale = matured(shop)
    sign = 1 if side == "long" else -1
    one = found(shop, side, payment=sale)
    assert fen(shop, f"suspense_{side}") == -sign * 1_000
    assert fen(shop, "channel_receivable", "unionpay", MONDAY) == 10_000 + sign * 1_000
    assert [line.id for line in differences.open_differences(shop.session)] == [one.id]
    assert [proof.ok for proof in proofs(shop.session, LATER)] == [True] * len(proofs(shop.session, LATER))
    if paid:
        for _ in range(2):
            pay_difference(shop.session, one.id, local(TUESDAY, 12), TUESDAY)
        assert fen(shop, "bank") == sign * 1_000
    clear(shop, one, to)
    assert fen(shop, f"suspense_{side}") == 0 and list(differences.open_differences(shop.session)) == []
    assert sides(shop)[0] == 9_950 + (sign * 1_000 if to == "merchant" else 0)
    assert fen(shop, "loss") == (-sign * 1_000 if to == "loss" else 0)


def test_a_difference_found_or_cleared_again_changes_nothing(shop):
    one = found(shop, "long")
    assert found(shop, "long") is one and fen(shop, "suspense_long") == -1_000
    clear(shop, one, "loss")
    assert clear(shop, one, "loss") is one
    with pytest.raises(DifferenceError, match="was cleared to loss"):
        clear(shop, one, "channel")


def test_a_difference_of_nobody_needs_a_merchant_to_be_cleared_to_one(shop):
    one = found(shop, "long")
    with pytest.raises(DifferenceError, match="say which"):
        clear(shop, one, "merchant")
    clear(shop, one, "merchant", merchant_id=shop.merchant.id)
    assert sides(shop)[0] == 1_000
    with pytest.raises(DifferenceError, match="positive"):
        found(shop, "short", 0, kind="late")
    with pytest.raises(DifferenceError, match="one of"):
        clear(shop, one, "nobody")


def test_a_sale_that_is_contested_is_not_refunded_too(shop):
    sale = matured(shop)
    one = contest(shop, sale, 6_000)
    assert given_back(shop.session, sale)[0] == 6_000
    decide(shop.session, one.id, True, local(WEDNESDAY))
    assert given_back(shop.session, sale)[0] == 0
