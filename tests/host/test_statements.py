"""Statements are the ledger, to the fen: over random days, and in every form."""

import csv
import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from ofxparse import OfxParser
from sqlalchemy import func, select

from host_sim.ledger.accounts import Key, balance_fen
from host_sim.ledger.book import post
from host_sim.merchant.statements import book
from host_sim.merchant.statements.camt053 import CODES, as_camt053
from host_sim.merchant.statements.ofx import as_ofx
from host_sim.merchant.statements.paper import as_pdf, laid_out
from host_sim.merchant.statements.statement import KINDS, StatementError
from host_sim.merchant.statements.table import as_csv
from host_sim.merchant.statements.typeset import chinese_font
from host_sim.merchant.statements.words import WORDS
from host_sim.settlement.maturity import mature
from host_sim.store.schema import Account, JournalEntry, Line
from tests.host.camt import schema
from tests.host.shop import MONDAY, Shop, local

DAY = timedelta(days=1)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ofxparse", "ignore:.*HTML parser.*")
PAPER = pytest.mark.skipif(chinese_font() is None, reason="no Chinese font: apt-get install fonts-wqy-microhei")


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, refund_fee="proportional")
    yield shop
    shop.done()


def random_days(shop, seed, days):
    """A few payments of every kind a day, money that matures, and now and then a payout that comes back."""
    draw = random.Random(seed)
    sold = []
    for number in range(days):
        day = MONDAY + number * DAY
        mature(shop.session, local(day, 1))
        for _ in range(draw.randrange(1, 6)):
            at = local(day, draw.randrange(2, 22), draw.randrange(60))
            card_class = draw.choice(("debit", "credit", "foreign", "wallet"))
            kind = draw.choice(("sale", "sale", "offline"))
            sold.append(shop.sale(draw.randrange(1, 500_000), at, kind=kind, card_class=card_class))
        chosen = draw.choice(sold)
        if chosen.state == "approved" and not draw.randrange(3):
            sold.remove(chosen)
            act = draw.choice((shop.reverse, shop.void)) if chosen.business_date == day else None
            if act is None:
                shop.refund(chosen, draw.randrange(1, chosen.amount_fen + 1), local(day, 22))
            else:
                act(chosen, local(day, 22))
    return MONDAY + (days - 1) * DAY


def owed_to(shop, last):
    """All that the book owes the merchant up to a business day, summed straight over its lines."""
    total = select(func.sum(Line.amount_fen)).join(JournalEntry).join(Account)
    theirs = total.where(Account.owner == str(shop.merchant.id), Account.title.startswith("merchant_"))
    return -int(shop.session.scalar(theirs.where(JournalEntry.business_date <= last)) or 0)


def made(shop, first, last):
    return book.statement(shop.session, shop.merchant, first, last, local(last + 3 * DAY))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), days=st.integers(1, 6))
def test_every_statement_of_random_days_is_the_ledger(tmp_path_factory, seed, days):
    shop = Shop(tmp_path_factory.mktemp("shop"), refund_fee="proportional")
    try:
        last = random_days(shop, seed, days)
        singles = [made(shop, MONDAY + n * DAY, MONDAY + n * DAY) for n in range(days)]
        whole = made(shop, MONDAY, last)
        for one in [*singles, whole]:
            assert one.closing.total_fen == owed_to(shop, one.last)
            assert one.opening.total_fen + sum(each.net_fen for each in one.movements) == one.closing.total_fen
            assert sum(total.net_fen for total in one.totals) == one.closing.total_fen - one.opening.total_fen
        for before, after in pairwise(singles):
            assert before.closing == after.opening
        assert [each for one in singles for each in one.movements] == list(whole.movements)
        assert whole.closing == book.balances(shop.session, shop.merchant.id)
        forms_agree(whole)
    finally:
        shop.done()


def forms_agree(statement):
    """CSV, CAMT.053 and OFX say the same sums as the statement, counted again by the libraries of others."""
    moved_fen = statement.closing.total_fen - statement.opening.total_fen
    rows = list(csv.reader(StringIO(as_csv(statement, "en").decode("utf-8-sig"))))
    header, body = rows[0], rows[1:]
    net, balance = header.index("Net"), header.index("Balance")
    assert sum(fen(row[net]) for row in body if row[net]) == moved_fen
    assert (fen(body[0][balance]), fen(body[-1][balance])) == (statement.opening.total_fen, statement.closing.total_fen)
    document = etree.fromstring(as_camt053(statement, "zh"))
    schema().assertValid(document)
    names = {"c": document.nsmap[None]}
    entries = document.findall(".//c:Ntry", names)
    signs = {"CRDT": 1, "DBIT": -1}
    total = sum(signs[e.findtext("c:CdtDbtInd", None, names)] * fen(e.findtext("c:Amt", None, names)) for e in entries)
    assert total == moved_fen
    assert sum(fen(row.amount) for row in transactions(statement)) == moved_fen


def transactions(statement):
    return OfxParser.parse(BytesIO(as_ofx(statement, "en"))).account.statement.transactions


def fen(text):
    amount = Decimal(text) * 100
    assert amount == int(amount)
    return int(amount)


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [(MONDAY, MONDAY - DAY, "before it begins"), (MONDAY, MONDAY + 366 * DAY, "longer than")],
)
def test_a_period_that_is_none_is_refused(shop, first, last, reason):
    with pytest.raises(StatementError, match=reason):
        book.statement(shop.session, shop.merchant, first, last, local(MONDAY))
    with pytest.raises(StatementError, match="from 1 to 12"):
        book.month(shop.session, shop.merchant, 2026, 13, local(MONDAY))


def test_a_day_line_by_line(shop):
    sale = shop.sale(120_050, local(MONDAY, 9, 5), pan_masked="629252******1234", rrn="112300000001")
    shop.sale(30_000, local(MONDAY, 10), kind="offline")
    shop.void(shop.sale(8_800, local(MONDAY, 11)), local(MONDAY, 11, 1))
    shop.refund(sale, 20_050, local(MONDAY, 12))
    mature(shop.session, local(MONDAY + DAY, 1))
    told = made(shop, MONDAY, MONDAY)
    assert [(each.kind, each.voucher, each.gross_fen, each.fee_fen) for each in told.movements] == [
        ("sale", "000001", 120_050, 600),
        ("offline", "000002", 30_000, 150),
        ("sale", "000003", 8_800, 44),
        ("void", "000004", -8_800, -44),
        ("refund", "000005", -20_050, -100),
    ]
    assert told.closing.total_fen == 120_050 + 30_000 - 20_050 - 600 - 150 + 100
    assert told.closing.owed_fen == 20_050 - 100, "refunded before anything had matured"
    after = made(shop, MONDAY + DAY, MONDAY + DAY)
    assert after.movements == () and after.closing.total_fen == told.closing.total_fen
    assert after.closing.pending_fen == 0 == after.closing.owed_fen, "matured: debts first"
    shown = told.movements[0]
    assert (shown.terminal, shown.card, shown.rrn) == ("90000001", "629252******1234", "112300000001")
    assert shown.settles == MONDAY + DAY


def test_a_month_is_its_days_and_knows_whether_it_has_ended(shop):
    shop.sale(1_000, local(date(2026, 11, 30), 10))
    shop.sale(2_000, local(date(2026, 12, 1), 10))
    month = book.month(shop.session, shop.merchant, 2026, 11, local(date(2026, 12, 1), 11))
    assert (month.first, month.last, len(month.movements), month.final) == (
        date(2026, 11, 1), date(2026, 11, 30), 1, True,
    )  # fmt: skip
    assert month.number == "898110000000001-20261101-20261130"
    december = book.month(shop.session, shop.merchant, 2026, 12, local(date(2026, 12, 1), 11))
    assert not december.final and december.opening == month.closing


def test_another_merchants_money_is_not_on_it(shop):
    other = str(shop.merchant.id) + "1"
    lines = [(Key("merchant_available", other), -700), (Key("bank"), 700)]
    post(shop.session, "adjusted", "difference/1", local(MONDAY), lines, business_date=MONDAY)
    assert made(shop, MONDAY, MONDAY).movements == ()
    assert balance_fen(shop.session, Key("merchant_available", other)) == -700


def test_a_kind_of_entry_that_nobody_knows_yet_still_counts(shop):
    lines = [(Key("merchant_available", shop.merchant.id), -700), (Key("bank"), 700)]
    post(shop.session, "brand_new", "thing/1", local(MONDAY), lines, business_date=MONDAY)
    (only,) = made(shop, MONDAY, MONDAY).movements
    assert (only.kind, only.net_fen, only.reference) == ("adjustment", 700, "thing/1")


def test_a_spreadsheet_runs_nothing_of_it(shop):
    shop.sale(1_000, rrn="=1+1", pan_masked="@SUM(A1)")
    row = as_csv(made(shop, MONDAY, MONDAY), "zh").decode("utf-8-sig").split("\r\n")[2]
    assert "'=1+1" in row and "'@SUM(A1)" in row


def test_camt_says_what_it_must(shop):
    shop.sale(100_000, local(MONDAY, 9), rrn="112300000001")
    shop.void(shop.sale(8_800, local(MONDAY, 11)), local(MONDAY, 11, 1))
    statement = made(shop, MONDAY, MONDAY)
    document = etree.fromstring(as_camt053(statement, "en"))
    schema().assertValid(document)
    names = {"c": document.nsmap[None]}
    balances = {
        balance.findtext("c:Tp/c:CdOrPrtry/c:Cd", None, names): balance.findtext("c:Amt", None, names)
        for balance in document.findall(".//c:Bal", names)
    }
    assert balances == {"OPBD": "0.00", "CLBD": "995.00", "CLAV": "0.00"}
    charged = document.find(".//c:Ntry/c:Chrgs/c:Rcrd", names)
    assert charged.findtext("c:Amt", None, names) == "5.00" and charged.findtext("c:CdtDbtInd", None, names) == "DBIT"
    assert document.findtext(".//c:Refs/c:EndToEndId", None, names) == "112300000001"
    early = as_camt053(replace(statement, final=False), "en")
    assert b">ITBD<" in early and b">CLBD<" not in early and b">BOOK<" not in early


def test_the_schema_would_notice(shop):
    shop.sale(1_000)
    good = as_camt053(made(shop, MONDAY, MONDAY), "zh")
    for old, new in ((b"<Ccy>CNY", b"<Ccy>yuan"), (b"CRDT", b"PLUS"), (b"<NtryRef>1</NtryRef>", b"<Number>1</Number>")):
        assert old in good
        assert not schema().validate(etree.fromstring(good.replace(old, new, 1)))


def test_accounting_programs_see_fees_apart_and_import_nothing_twice(shop):
    shop.sale(100_000, local(MONDAY, 9))
    shop.refund(shop.sale(50_000, local(MONDAY, 10)), 50_000, local(MONDAY, 11))
    rows = transactions(made(shop, MONDAY, MONDAY))
    assert [(row.type, fen(row.amount)) for row in rows] == [
        ("pos", 100_000), ("fee", -500), ("pos", 50_000), ("fee", -250), ("debit", -50_000), ("fee", 250),
    ]  # fmt: skip
    again = transactions(made(shop, MONDAY, MONDAY + 2 * DAY))
    ids = [row.id for row in rows]
    assert len(set(ids)) == len(ids) and [row.id for row in again] == ids


def test_every_kind_has_its_words_and_codes():
    assert set(KINDS) == set(CODES)
    assert WORDS["zh"].keys() == WORDS["en"].keys() >= set(KINDS)


@PAPER
@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_paper_it_is_the_same_every_time(shop, language):
    for number in range(60):
        shop.sale(1_000 + number, local(MONDAY, 9, number % 60))
    statement = made(shop, MONDAY, MONDAY)
    pdf = as_pdf(statement, language)
    assert pdf.startswith(b"%PDF-") and pdf == as_pdf(statement, language)
    shown = laid_out(statement, language)
    assert len(shown["lines"]) == 60 and shown["summary"][0][1] == "60"
    assert shown["sides"][2]["total"].replace(",", "").lstrip("¥CNY ") == "614.70"


def test_without_a_chinese_font_it_says_what_to_do(shop, monkeypatch):
    monkeypatch.setattr("host_sim.merchant.statements.typeset.chinese_font", lambda: None)
    with pytest.raises(StatementError, match="fonts-wqy-microhei"):
        as_pdf(made(shop, MONDAY, MONDAY), "zh")
