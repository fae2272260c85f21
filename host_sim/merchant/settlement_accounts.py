"""The account a merchant is paid to: entered and checked, confirmed a second time with a code, held for a while.

The checks are in account_numbers.py. A changed account gets no payout for HELD, so that a merchant whose sign-in was
stolen has time to say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer.vault import Vault
from host_sim.merchant import account_numbers as numbers
from host_sim.merchant.payout_mail import account_changed_notice, account_code_notice
from host_sim.settlement.stopping import Words, active_account
from host_sim.store.payouts import ACCOUNT_KINDS
from host_sim.store.schema import Merchant, SettlementAccount

HELD = timedelta(hours=24)
CODE_VALID = timedelta(minutes=30)
CODE_DIGITS = 6
TRIES_MOST = 5
NAME_MOST = 80
PROPOSALS_A_DAY = 10


@dataclass(frozen=True)
class AccountForm:
    """What a merchant enters. kind: bank or payment. company: a company's bank account, else a person's debit card.

    institution: the bank's or payment institution's name. branch and cnaps: of a bank only.
    """

    kind: str
    number: str
    holder: str
    institution: str
    company: bool = False
    branch: str = ""
    cnaps: str = ""

    def __repr__(self) -> str:
        return f"AccountForm({self.kind}, {numbers.masked(self.number)})"


class AccountError(Exception):
    """An account that cannot be had. args: field, reason in English; words: {"zh", "en"}. Never the number."""

    def __init__(self, field: str, zh: str, en: str):
        super().__init__(field, en)
        self.field = field
        self.words: Words = {"zh": zh, "en": en}


class Proposal(NamedTuple):
    """A checked account that waits for its confirmation. code: for the merchant's second confirmation, by its mail."""

    account: SettlementAccount
    code: str


class Confirmed(NamedTuple):
    """Whether an account is paid to from now on; words: what happened and what to do, {"zh", "en"}."""

    done: bool
    words: Words


def cleaned(form: AccountForm) -> AccountForm:
    """The form without the spaces and hyphens that people group numbers with, checked. Raises AccountError."""
    number = form.number.replace(" ", "").replace("-", "") if form.kind == "bank" else form.number.strip()
    cnaps = form.cnaps.replace(" ", "")
    clean = AccountForm(
        form.kind, number, form.holder.strip(), form.institution.strip(), form.company, form.branch.strip(), cnaps
    )
    if clean.kind not in ACCOUNT_KINDS:
        raise AccountError("kind", "请选择银行账户或支付账户。", "is bank or payment")
    if not 1 < len(clean.holder) <= NAME_MOST:
        raise AccountError("holder", "请填写账户户名，与银行预留一致。", "needs the holder's name as the bank has it")
    if not 1 < len(clean.institution) <= NAME_MOST:
        raise AccountError("institution", "请填写开户机构名称。", "needs the bank's or payment institution's name")
    if clean.kind == "payment":
        if not numbers.is_payment_number(number):
            raise AccountError(
                "number",
                "支付账号须为手机号、邮箱或16位数字。",
                "is a mobile number, an e-mail address or 16 digits: look it up with the payment institution",
            )
        return clean
    _check_bank(clean)
    return clean


def _check_bank(form: AccountForm) -> None:
    if form.company and not numbers.is_company_number(form.number):
        raise AccountError("number", "对公账号须为9至32位数字。", "of a company has 9 to 32 digits")
    if not form.company and not numbers.is_card_number(form.number):
        raise AccountError(
            "number",
            "银行卡号有误（校验位不符）：请逐位核对卡面号码。",
            "is no debit card number (its check digit differs): compare it with the card, digit by digit",
        )
    if not numbers.is_branch_code(form.cnaps):
        raise AccountError(
            "cnaps",
            "支行行号有误：请填写12位联行号，可向开户行查询。",
            "is no branch code (12 digits, the last a check digit): ask the branch for its CNAPS code",
        )
    if not numbers.names_bank(form.institution, form.cnaps):
        raise AccountError(
            "institution", "银行与支行行号不一致：请核对。", "does not go with the branch code: correct one of them"
        )
    if not 1 < len(form.branch) <= NAME_MOST:
        raise AccountError("branch", "请填写开户支行名称。", "needs the branch's name")


def propose_account(
    session: Session, vault: Vault, merchant_id: int, form: AccountForm, entropy: Callable[[int], bytes], now: datetime
) -> Proposal:
    """Take down a checked account and send the code that confirms it. An earlier proposal is withdrawn.

    Raises AccountError.
    """
    clean = cleaned(form)
    merchant = session.get_one(Merchant, merchant_id, with_for_update=True)
    active = active_account(session, merchant_id)
    if active is not None and vault.open(active.cipher, merchant.number) == clean.number:
        raise AccountError("number", "该账户已是当前结算账户。", "is the account that is paid to already")
    _make_room(session, merchant_id, now)
    account = SettlementAccount(
        merchant_id=merchant_id,
        kind=clean.kind,
        state="proposed",
        holder=clean.holder,
        institution=clean.institution,
        branch=clean.branch or None,
        cnaps=clean.cnaps or None,
        masked=numbers.masked(clean.number),
        cipher=vault.seal(clean.number, merchant.number),
        proposed_at=now,
        expires_at=now + CODE_VALID,
    )
    session.add(account)
    session.flush()
    code = f"{int.from_bytes(entropy(8), 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
    account.code_digest = _digest(vault, account, code)
    account_code_notice(session, account, code, now)
    session.flush()
    return Proposal(account, code)


def confirm_account(session: Session, vault: Vault, account_id: int, code: str, now: datetime) -> Confirmed:
    """The second confirmation. A wrong code counts, so this returns what happened and raises nothing.

    After TRIES_MOST wrong codes, or CODE_VALID, the account must be entered anew.
    """
    account = session.get_one(SettlementAccount, account_id, with_for_update=True)
    if account.state == "active":
        return Confirmed(True, {"zh": "该账户已生效。", "en": "This account is paid to already."})
    if account.state != "proposed" or now > account.expires_at or account.tries >= TRIES_MOST:
        account.state = "withdrawn" if account.state == "proposed" else account.state
        session.flush()
        again = {"zh": "验证码已失效，请重新填写结算账户。", "en": "The code no longer holds: enter the account anew."}
        return Confirmed(False, again)
    if account.code_digest is None or not compare_digest(account.code_digest, _digest(vault, account, code.strip())):
        account.tries += 1
        session.flush()
        left = TRIES_MOST - account.tries
        wrong = {"zh": f"验证码错误，还可尝试{left}次。", "en": f"That is not the code: {left} tries are left."}
        return Confirmed(False, wrong)
    return _activate(session, account, now)


def _activate(session: Session, account: SettlementAccount, now: datetime) -> Confirmed:
    merchant = session.get_one(Merchant, account.merchant_id, with_for_update=True)
    former = active_account(session, merchant.id)
    words = {"zh": "结算账户已生效。", "en": "The settlement account is in use now."}
    if former is not None:
        former.state = "replaced"
        account.held_until = now + HELD
        hours = HELD // timedelta(hours=1)
        words["zh"] += f"为保障资金安全，{hours}小时内暂停出款。"
        words["en"] += f" For safety no payout leaves for {hours} hours."
    account.state, account.confirmed_at, account.code_digest = "active", now, None
    merchant.settlement_bank, merchant.settlement_account_name = account.institution, account.holder
    merchant.settlement_account_masked, merchant.settlement_account_cipher = account.masked, account.cipher
    account_changed_notice(session, account, now)
    session.flush()
    return Confirmed(True, words)


def _make_room(session: Session, merchant_id: int, now: datetime) -> None:
    rows = session.scalars(
        select(SettlementAccount).where(
            SettlementAccount.merchant_id == merchant_id, SettlementAccount.proposed_at > now - timedelta(days=1)
        )
    ).all()
    if len(rows) >= PROPOSALS_A_DAY:
        raise AccountError("account", "今日变更次数过多，请明日再试。", "was entered too often: try again tomorrow")
    for row in rows:
        if row.state == "proposed":
            row.state = "withdrawn"


def _digest(vault: Vault, account: SettlementAccount, code: str) -> str:
    return vault.token(f"settlement account {account.id}: {code}")
