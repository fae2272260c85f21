"""A merchant's settlement account: numbers that cannot be are refused, a change is confirmed and holds payouts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from host_sim.acquirer.vault import Vault
from host_sim.merchant import account_numbers as numbers
from host_sim.merchant.settlement_accounts import (
    HELD,
    AccountError,
    AccountForm,
    cleaned,
    confirm_account,
    propose_account,
)
from host_sim.settlement.stopping import stopped
from host_sim.store.schema import Notice, SettlementAccount
from tests.host.bench import Entropy, luhn_complete
from tests.host.shop import MONDAY, Shop, local

CARD = luhn_complete("621700001000123456")
NOW = local(MONDAY, 9)
# Head offices' published codes: their last digits are check digits that this test did not make.
CODES = ("102100099996", "105100000017", "308584000013")


def form(**changed):
    fields = {
        "kind": "bank",
        "number": CARD,
        "holder": "示范便利店",
        "institution": "中国工商银行",
        "branch": "北京总行营业部",
        "cnaps": CODES[0],
    }
    return AccountForm(**(fields | changed))


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    shop.vault = Vault(bytes(32), Entropy())
    account = shop.session.scalars(select(SettlementAccount)).one()
    account.cipher = shop.vault.seal("6217000010001239999", shop.merchant.number)
    yield shop
    shop.done()


def propose(shop, at=NOW, **changed):
    return propose_account(shop.session, shop.vault, shop.merchant.id, form(**changed), Entropy(), at)


def confirm(shop, proposal, code=None, at=NOW):
    return confirm_account(shop.session, shop.vault, proposal.account.id, code or proposal.code, at)


@pytest.mark.parametrize("code", CODES)
def test_published_branch_codes_have_their_check_digit(code):
    assert numbers.is_branch_code(code)
    for at in range(12):
        for digit in "0123456789":
            other = code[:at] + digit + code[at + 1 :]
            assert numbers.is_branch_code(other) is (other == code), "every wrong digit is found"


@given(st.text(max_size=13))
def test_other_texts_are_no_numbers(text):
    assert numbers.is_branch_code(text) in (True, False)
    if not (text.isascii() and text.isdigit()):
        assert not numbers.is_branch_code(text) and not numbers.is_card_number(text)


@given(st.integers(0, 10**15 - 1), st.integers(0, 17), st.integers(1, 9))
def test_a_wrong_digit_of_a_card_is_found(number, at, by):
    card = luhn_complete(f"62{number:015d}")
    wrong = card[:at] + str((int(card[at]) + by) % 10) + card[at + 1 :]
    assert numbers.is_card_number(card) and not numbers.is_card_number(wrong)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": CARD[:-1] + str((int(CARD[-1]) + 1) % 10)}, "number"),
        ({"number": CARD[:12]}, "number"),
        ({"number": "4000000000000002"}, "number"),
        ({"number": "62x7000010001234567"}, "number"),
        ({"number": "12345678", "company": True}, "number"),
        ({"number": "000000000000", "company": True}, "number"),
        ({"cnaps": "102100099995"}, "cnaps"),
        ({"cnaps": "10210009999"}, "cnaps"),
        ({"cnaps": "１０２１０００９９９９６"}, "cnaps"),
        ({"institution": "招商银行"}, "institution"),
        ({"institution": ""}, "institution"),
        ({"branch": ""}, "branch"),
        ({"holder": " "}, "holder"),
        ({"holder": "x" * 81}, "holder"),
        ({"kind": "cash"}, "kind"),
        ({"kind": "payment", "number": "shop"}, "number"),
        ({"kind": "payment", "number": "12345678901"}, "number"),
    ],
)
def test_wrong_data_is_caught_before_anything_is_kept(shop, changed, field):
    with pytest.raises(AccountError) as error:
        propose(shop, **changed)
    assert error.value.field == field and all(error.value.words.values())
    assert CARD not in str(error.value) + repr(form(**changed))
    assert len(shop.session.scalars(select(SettlementAccount)).all()) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"number": " ".join(CARD[at : at + 4] for at in range(0, 19, 4))},
        {"number": "1100-2233-4455-66", "company": True},
        {"institution": "Industrial and Commercial Bank of China", "cnaps": CODES[0]},
        {"institution": "某农村商业银行", "cnaps": "402100000018"},
        {"kind": "payment", "number": "13800138000", "branch": "", "cnaps": ""},
        {"kind": "payment", "number": "shop@merchant.example", "branch": "", "cnaps": ""},
        {"kind": "payment", "number": "2088000000000001", "branch": "", "cnaps": ""},
    ],
)
def test_what_people_write_is_taken(changed):
    assert " " not in cleaned(form(**changed)).number


def test_a_change_is_confirmed_by_the_code_and_holds_payouts(shop):
    proposal = propose(shop)
    before = shop.session.scalars(select(SettlementAccount).where(SettlementAccount.state == "active")).one()
    assert proposal.account.state == "proposed" and stopped(shop.session, shop.merchant, NOW) is None
    done = confirm(shop, proposal)
    assert done.done and "24" in done.words["zh"] and "24" in done.words["en"]
    assert (before.state, proposal.account.state) == ("replaced", "active")
    assert shop.merchant.settlement_account_masked == "*" * 15 + CARD[-4:]
    assert "2026-11-24 09:00" in stopped(shop.session, shop.merchant, NOW + HELD - timedelta(seconds=1))["zh"]
    assert stopped(shop.session, shop.merchant, NOW + HELD) is None
    assert confirm(shop, proposal, "000000").done, "again changes nothing"
    subjects = list(shop.session.scalars(select(Notice.subject).order_by(Notice.id)))
    assert subjects == ["验证码：示范便利店 变更结算账户", "提醒：示范便利店 结算账户已变更"]


def test_the_first_account_holds_nothing(shop):
    shop.session.scalars(select(SettlementAccount)).one().state = "withdrawn"
    assert confirm(shop, propose(shop)).done and stopped(shop.session, shop.merchant, NOW) is None


def test_wrong_codes_are_counted_and_bounded(shop):
    proposal = propose(shop)
    wrong = "999999" if proposal.code != "999999" else "000000"
    said = [confirm(shop, proposal, wrong).words["zh"] for _ in range(5)]
    assert [text[-3:] for text in said] == [f"{left}次。" for left in (4, 3, 2, 1, 0)]
    assert not confirm(shop, proposal).done and proposal.account.state == "withdrawn"


def test_a_code_ends_after_its_time(shop):
    proposal = propose(shop)
    assert not confirm(shop, proposal, at=NOW + timedelta(minutes=30, seconds=1)).done
    assert not confirm(shop, proposal).done


def test_a_newer_proposal_withdraws_the_older(shop):
    older = propose(shop)
    newer = propose(shop, number=luhn_complete("621700001000123457"))
    assert not confirm(shop, older).done and confirm(shop, newer).done
    with pytest.raises(AccountError, match="paid to already"):
        propose(shop, number=luhn_complete("621700001000123457"))


def test_proposals_are_bounded(shop):
    for _ in range(9):
        propose(shop)
    with pytest.raises(AccountError, match="too often"):
        for _ in range(2):
            propose(shop)


def test_neither_number_nor_code_is_in_the_tables(shop, tmp_path):
    proposal = propose(shop)
    shop.session.commit()
    row = {column.name: getattr(proposal.account, column.key) for column in SettlementAccount.__table__.columns}
    assert CARD not in str(row) and proposal.code not in str(row)
    assert shop.vault.open(proposal.account.cipher, shop.merchant.number) == CARD
    for path in tmp_path.iterdir():
        assert CARD.encode() not in path.read_bytes()
