"""What a merchant asks for beside paying: sign-in, questions, statements by post, takings, the settlement slip."""

import re
from datetime import date, timedelta
from email import message_from_string, policy

import pytest
from sqlalchemy import select

from host_sim.merchant import paper_orders, questions, signing_in, takings
from host_sim.merchant.contacts import set_phone
from host_sim.merchant.statements.slip import laid_out, slip_pdf
from host_sim.merchant.statements.statement import StatementError
from host_sim.settlement.balance import why
from host_sim.settlement.maturity import mature
from host_sim.settlement.payout_run import pay_now
from host_sim.settlement.payout_steps import confirm_accepted, confirm_paid, confirm_returned
from host_sim.store.schema import GatewayNotice, Notice, SignIn
from tests.host.shop import MONDAY, Shop, local
from tests.host.test_statements import PAPER

TUESDAY = MONDAY + timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOW = local(MONDAY, 12)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, "en", refund_fee="proportional")
    yield shop
    shop.done()


class Entropy:
    """Different bytes each time, the same in every run."""

    def __init__(self):
        self.count = 0

    def __call__(self, count):
        self.count += 1
        return bytes((self.count * 37 + n * 11) % 256 for n in range(count))


def mailed_code(shop):
    mail = shop.session.scalars(select(Notice).order_by(Notice.id.desc())).first()
    text = message_from_string(mail.body, policy=policy.default).get_body(("plain",)).get_content()
    return re.search(r"\b\d{6}\b", text).group()


def other(code):
    return f"{(int(code) + 1) % 10**6:06d}"


# ---- sign-in
def test_the_code_gives_a_token_once_and_nothing_of_both_is_kept(shop):
    draw = Entropy()
    set_phone(shop.session, shop.merchant, "+8613800138000")
    number = signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    code = mailed_code(shop)
    assert code in shop.session.scalars(select(GatewayNotice)).one().body
    token = signing_in.enter_code(shop.session, number, code, NOW + MINUTE, draw)
    assert len(token) == 64
    assert signing_in.signed_in(shop.session, token, NOW + MINUTE) == shop.merchant.id
    assert signing_in.enter_code(shop.session, number, code, NOW + MINUTE, draw) == "", "a code is good once"
    kept = shop.session.scalars(select(SignIn)).one()
    assert code not in str(vars(kept)) and token not in str(vars(kept))
    assert signing_in.signed_in(shop.session, token, NOW + 9 * 60 * MINUTE) is None
    signing_in.sign_out(shop.session, token)
    assert signing_in.signed_in(shop.session, token, NOW + MINUTE) is None


def test_a_code_ends_and_so_do_tries(shop):
    draw = Entropy()
    number = signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    code = mailed_code(shop)
    assert signing_in.enter_code(shop.session, number, code, NOW + 5 * MINUTE, draw) == ""
    number = signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    code = mailed_code(shop)
    for _ in range(signing_in.TRIES_MOST):
        assert signing_in.enter_code(shop.session, number, other(code), NOW, draw) == ""
    assert signing_in.enter_code(shop.session, number, code, NOW, draw) == "", "guessed too often"


def test_codes_are_bounded_and_an_unknown_merchant_learns_nothing(shop):
    draw = Entropy()
    number = signing_in.ask_code(shop.session, "000000000000000", NOW, draw)
    assert signing_in.enter_code(shop.session, number, "000000", NOW, draw) == ""
    for _ in range(signing_in.CODES_MOST):
        signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    with pytest.raises(signing_in.SignInError, match="too-many-codes"):
        signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    signing_in.ask_code(shop.session, shop.merchant.number, NOW + 16 * MINUTE, draw)


def test_a_code_is_for_its_own_sign_in(shop):
    draw = Entropy()
    signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    first = mailed_code(shop)
    second = signing_in.ask_code(shop.session, shop.merchant.number, NOW, draw)
    assert first != mailed_code(shop)
    assert signing_in.enter_code(shop.session, second, first, NOW, draw) == ""


# ---- questions
def test_a_question_is_one_while_it_is_open(shop):
    sale = shop.sale(1_000)
    set_phone(shop.session, shop.merchant, "+8613800138000")
    line = f"payment/{sale.id}"
    asked = questions.ask(shop.session, shop.merchant.id, line, "why  so\nlate", "page", NOW)
    again = questions.ask(shop.session, shop.merchant.id, line, "and why this fee", "till", NOW)
    assert asked is again and asked.text == "why so late / and why this fee"
    questions.answer(shop.session, asked.id, "Because of the holiday.", NOW + MINUTE)
    assert "question" in shop.session.scalars(select(GatewayNotice)).one().body
    with pytest.raises(questions.QuestionError, match="ask anew"):
        questions.answer(shop.session, asked.id, "x", NOW)
    anew = questions.ask(shop.session, shop.merchant.id, line, "still?", "page", NOW)
    assert anew.id != asked.id
    assert [each.id for each in questions.questions(shop.session, shop.merchant.id)] == [anew.id, asked.id]


@pytest.mark.parametrize("line", ["payment/999", "payment/x", "thing/1", "", "batch/7", "payout/1", "payment/1" * 9])
def test_only_ones_own_lines_can_be_asked_about(shop, line):
    with pytest.raises(questions.QuestionError, match="not a line of this merchant"):
        questions.ask(shop.session, shop.merchant.id, line, "?", "page", NOW)


def test_another_merchants_line_is_nobodys_business(shop):
    sale = shop.sale(1_000)
    for line in (f"payment/{sale.id}", f"batch/{shop.batch.id}"):
        questions.ask(shop.session, shop.merchant.id, line, "", "page", NOW)
        with pytest.raises(questions.QuestionError):
            questions.ask(shop.session, shop.merchant.id + 1, line, "", "page", NOW)


# ---- by post
def ordered(shop, **changed):
    said = {"first": MONDAY, "last": MONDAY, "recipient": "Demo Store", "address": "1 Sample Road, Shanghai"} | changed
    return paper_orders.order(shop.session, shop.merchant, **said, now=local(TUESDAY, 12))


def test_a_statement_by_post_goes_its_way(shop):
    shop.sale(1_000)
    set_phone(shop.session, shop.merchant, "+8613800138000")
    order = ordered(shop)
    assert ordered(shop) is order
    for state, more in (("printed", {}), ("posted", {"tracking": "SF1"}), ("returned", {"reason": "moved"}),
                        ("posted", {"tracking": "SF2"}), ("delivered", {})):  # fmt: skip
        paper_orders.step(shop.session, order.id, state, NOW, **more)
        paper_orders.step(shop.session, order.id, state, NOW, **more)
    assert (order.state, order.tracking, order.reason) == ("delivered", "SF2", "moved")
    told = shop.session.scalars(select(GatewayNotice)).all()
    assert len(told) == 2 and "SF1" in told[0].body and "SF2" in told[1].body
    assert ordered(shop).id != order.id, "a new one once the old one has come"


@pytest.mark.parametrize(
    ("before", "state", "more"),
    [
        ((), "posted", {"tracking": "x"}),
        (("printed",), "posted", {}),
        (("printed",), "delivered", {}),
        (("cancelled",), "printed", {}),
        (("printed", "posted"), "cancelled", {}),
        (("printed", "posted"), "returned", {}),
    ],
)
def test_no_other_step_is_taken(shop, before, state, more):
    order = ordered(shop)
    for step in before:
        paper_orders.step(shop.session, order.id, step, NOW, tracking="SF1")
    order.tracking = order.tracking if state != "posted" else ""
    with pytest.raises(paper_orders.OrderError):
        paper_orders.step(shop.session, order.id, state, NOW, **more)


def test_orders_that_cannot_be_taken(shop):
    with pytest.raises(paper_orders.OrderError, match="recipient"):
        ordered(shop, recipient=" ")
    with pytest.raises(paper_orders.OrderError, match="has not ended"):
        ordered(shop, last=TUESDAY)
    with pytest.raises(StatementError):
        ordered(shop, last=MONDAY - timedelta(days=1))
    for number in range(paper_orders.OPEN_MOST):
        ordered(shop, first=MONDAY - timedelta(days=number))
    with pytest.raises(paper_orders.OrderError, match="on their way"):
        ordered(shop, first=date(2026, 1, 1))


@PAPER
def test_printing_makes_the_pdf_and_the_step(shop):
    shop.sale(1_000)
    order = ordered(shop)
    pdf = paper_orders.print_order(shop.session, order.id, local(TUESDAY, 13))
    assert pdf.startswith(b"%PDF-") and order.state == "printed"
    assert paper_orders.print_order(shop.session, order.id, local(TUESDAY, 13)) == pdf


# ---- takings and queries
def test_takings_by_all_that_charts_show(shop):
    shop.sale(1_000, local(MONDAY, 9, 59))
    sale = shop.sale(5_000, local(MONDAY, 10), card_class="credit")
    shop.refund(sale, 2_000, local(MONDAY, 12))
    shop.void(shop.sale(700, local(MONDAY, 11)))
    shop.sale(300, local(TUESDAY, 10), card_class="wallet", kind="offline")
    told = takings.takings(shop.session, shop.merchant, MONDAY, TUESDAY)
    assert (told.count, told.amount_fen) == (3, 4_300)
    assert told.by_hour == {9: 1_000, 10: 5_300, 12: -2_000}
    assert told.by_day == {MONDAY: 4_000, TUESDAY: 300}
    assert told.by_class == {"debit": -1_000, "credit": 5_000, "wallet": 300}
    assert told.by_terminal == {"90000001": 4_300}
    assert takings.today(shop.session, shop.merchant.id, MONDAY) == (2, 4_000)
    assert takings.today(shop.session, shop.merchant.id + 1, MONDAY) == (0, 0)


def test_payments_are_found_by_what_a_slip_shows(shop):
    first = shop.sale(1_000, local(MONDAY, 9), pan_masked="629252******1234")
    second = shop.sale(2_000, local(TUESDAY, 9), pan_masked="629252******9999")

    def found(**by):
        return [payment.id for payment in takings.find_payments(shop.session, shop.merchant.id, **by)]

    assert found() == [second.id, first.id]
    assert found(voucher="000001") == found(voucher="1") == found(card_end="1234") == [first.id]
    assert found(amount_fen=2_000) == found(first=TUESDAY) == [second.id]
    assert found(last=MONDAY) == [first.id] and found(voucher="%") == found(card_end="%") == []


# ---- the slip
def paid_out(shop):
    sale = shop.sale(10_000, local(MONDAY, 9), pan_masked="629252******1234")
    shop.refund(sale, 1_000, local(MONDAY, 10))
    mature(shop.session, local(TUESDAY, 1))
    return sale, pay_now(shop.session, shop.merchant.id, local(TUESDAY, 9))


@PAPER
def test_the_slip_adds_up_and_says_why(shop):
    sale, payout = paid_out(shop)
    confirm_accepted(shop.session, payout, "BANK-1", NOW)
    confirm_paid(shop.session, payout, NOW)
    told = laid_out(shop.session, payout, "en")
    sums = {name: int(text.replace(",", "").replace(".", "")) for name, text in told["sums"]}
    assert sums.pop("Paid out") == sum(sums.values()) == payout.amount_fen == 10_000 - 50 - 1_000 + 5
    assert told["state"] == "paid" and [line[5] for line in told["lines"]] == ["99.50", "-9.95"]
    assert "before the 23:00 cut-off" in why(shop.merchant, sale)["en"]
    assert "日切之前" in why(shop.merchant, sale)["zh"]
    assert slip_pdf(shop.session, payout, "zh").startswith(b"%PDF-")


def test_a_returned_one_says_so(shop):
    _, payout = paid_out(shop)
    confirm_returned(shop.session, payout, NOW, {"zh": "账号已销户", "en": "account closed"})
    told = laid_out(shop.session, payout, "zh")
    assert told["state"] == "已退回" and ["退回原因", "账号已销户"] in told["head"]
