"""What a merchant does on its page, each a function of a session: (what the page shows then). Said in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from host_sim.acquirer.vault import Vault
from host_sim.console import merchant_told
from host_sim.console.refusals import words_of
from host_sim.merchant import contacts, paper_orders, questions, takings
from host_sim.merchant.settlement_accounts import AccountError, AccountForm, confirm_account, propose_account
from host_sim.merchant.settlement_words import money
from host_sim.merchant.statements.statement import StatementError
from host_sim.settlement import chargebacks
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.modes import ModeError, choose_mode
from host_sim.settlement.payout_run import pay_now
from host_sim.store.schema import Chargeback, Merchant, SettlementAccount

Wish = dict[str, Any]
Shown = dict[str, Any]
FEN_MOST = 10**13


class Refused(Exception):
    """A wish that cannot be done. args: words, {"zh", "en"}."""


@dataclass(frozen=True)
class Doer:
    """Who does: the signed-in merchant, when, with what."""

    merchant_id: int
    now: datetime
    vault: Vault
    entropy: Callable[[int], bytes]


def do(session: Session, doer: Doer, wish: Wish) -> Shown:
    """Do one wish. Raises Refused; then nothing of it is kept."""
    deed = DEEDS.get(str(wish.get("do")))
    if deed is None:
        raise Refused({"zh": "不认识的操作：请刷新页面。", "en": "Not known here: load the page again."})
    try:
        return deed(session, doer, wish)
    except (PayoutError, AccountError, chargebacks.ChargebackError) as error:
        raise Refused(error.words) from None
    except (
        ModeError,
        StatementError,
        questions.QuestionError,
        paper_orders.OrderError,
        contacts.ContactError,
    ) as error:
        raise Refused(words_of(error)) from None
    except (KeyError, ValueError, TypeError):
        raise Refused({"zh": "填写有误：请核对后重试。", "en": "Something is filled in wrongly: correct it."}) from None


def fen(text: str) -> int:
    """An amount typed in yuan: 12, 12.3 or 12.34. Raises ValueError."""
    whole, _, part = text.strip().replace(",", "").partition(".")
    if not whole.isdecimal() or not (part == "" or (part.isdecimal() and len(part) <= 2)):
        raise ValueError("amount")
    amount = int(whole) * 100 + int((part + "00")[:2])
    if amount > FEN_MOST:
        raise ValueError("amount")
    return amount


def _settle(session: Session, doer: Doer, wish: Wish) -> Shown:
    part = str(wish.get("amount") or "")
    payout = pay_now(session, doer.merchant_id, doer.now, fen(part) if part else None)
    said = {
        "zh": f"已发起结算{money(payout.amount_fen, 'zh')}。",
        "en": f"{money(payout.amount_fen, 'en')} is on its way.",
    }
    return {"said": said, "open": payout.id}


def _mode(session: Session, doer: Doer, wish: Wish) -> Shown:
    mode = str(wish["mode"])
    at = time.fromisoformat(str(wish["at"])) if mode in ("daily", "weekly") else None
    weekday = int(wish["weekday"]) if mode == "weekly" else None
    choose_mode(session, doer.merchant_id, str(wish["family"]), mode, doer.now, at=at, weekday=weekday)
    return {"said": {"zh": "结算方式已保存。", "en": "The settlement mode is kept."}}


def _propose(session: Session, doer: Doer, wish: Wish) -> Shown:
    form = AccountForm(
        kind=str(wish["kind"]),
        number=str(wish["number"]),
        holder=str(wish["holder"]),
        institution=str(wish["institution"]),
        company=bool(wish.get("company")),
        branch=str(wish.get("branch", "")),
        cnaps=str(wish.get("cnaps", "")),
    )
    propose_account(session, doer.vault, doer.merchant_id, form, doer.entropy, doer.now)
    return {
        "said": {
            "zh": "账户已核对。验证码已发送到您的邮箱，请输入以确认。",
            "en": "The account was checked. A code was sent to your mail: enter it to confirm.",
        }
    }


def _confirm(session: Session, doer: Doer, wish: Wish) -> Shown:
    account = session.get(SettlementAccount, int(wish["id"]))
    if account is None or account.merchant_id != doer.merchant_id:
        raise KeyError("id")
    confirmed = confirm_account(session, doer.vault, account.id, str(wish["code"]), doer.now)
    return {"said": confirmed.words, "bad": not confirmed.done}


def _payout(session: Session, doer: Doer, wish: Wish) -> Shown:
    merchant = session.get_one(Merchant, doer.merchant_id)
    shown = merchant_told.payout_details(session, doer.merchant_id, int(wish["id"]), merchant.zone)
    if shown is None:
        raise KeyError("id")
    return {"payout": shown}


def _period(session: Session, doer: Doer, wish: Wish) -> Shown:
    first, last = date.fromisoformat(str(wish["first"])), date.fromisoformat(str(wish["last"]))
    return {"period": merchant_told.period(session, doer.merchant_id, first, last, doer.now)}


def _find(session: Session, doer: Doer, wish: Wish) -> Shown:
    amount = str(wish.get("amount") or "")
    rows = takings.find_payments(
        session,
        doer.merchant_id,
        voucher=str(wish.get("voucher") or ""),
        card_end=str(wish.get("card") or ""),
        amount_fen=fen(amount) if amount else None,
    )
    return {"found": merchant_told.found(session, doer.merchant_id, rows)}


def _ask(session: Session, doer: Doer, wish: Wish) -> Shown:
    text = str(wish.get("text") or "")
    asked = questions.ask(session, doer.merchant_id, str(wish["reference"]), text, "page", doer.now)
    return {"said": {"zh": f"第{asked.id}号问题已提交，答复后会通知您。", "en": f"Question {asked.id} is with us."}}


def _order(session: Session, doer: Doer, wish: Wish) -> Shown:
    merchant = session.get_one(Merchant, doer.merchant_id)
    first, last = date.fromisoformat(str(wish["first"])), date.fromisoformat(str(wish["last"]))
    to = (str(wish["recipient"]), str(wish["address"]))
    made = paper_orders.order(session, merchant, first, last, *to, doer.now)
    return {"said": {"zh": f"已下单，编号{made.id}。", "en": f"Ordered, number {made.id}."}}


def _cancel(session: Session, doer: Doer, wish: Wish) -> Shown:
    known = {one.id for one in paper_orders.orders(session, doer.merchant_id)}
    if int(wish["id"]) not in known:
        raise KeyError("id")
    paper_orders.step(session, int(wish["id"]), "cancelled", doer.now)
    return {"said": {"zh": "已取消。", "en": "Cancelled."}}


def _evidence(session: Session, doer: Doer, wish: Wish) -> Shown:
    case = session.get(Chargeback, int(wish["id"]))
    if case is None or case.merchant_id != doer.merchant_id:
        raise KeyError("id")
    text = str(wish["text"]).strip().encode()
    chargebacks.hand_in(session, case.id, "statement.txt", "text/plain", text, doer.now)
    return {"said": {"zh": "材料已提交。", "en": "Your evidence was handed in."}}


def _phone(session: Session, doer: Doer, wish: Wish) -> Shown:
    number = str(wish["number"]).replace(" ", "").replace("-", "")
    contacts.set_phone(session, session.get_one(Merchant, doer.merchant_id), number)
    return {"said": {"zh": "手机号已保存，今后通知会发短信。", "en": "The number is kept: notices come by SMS too."}}


def _webhook(session: Session, doer: Doer, wish: Wish) -> Shown:
    merchant = session.get_one(Merchant, doer.merchant_id)
    _, secret = contacts.set_webhook(session, merchant, str(wish["url"]).strip(), doer.vault, doer.entropy)
    said = {
        "zh": "回调地址已保存。签名密钥只显示这一次，请妥善保存。",
        "en": "Kept. The signing key is shown this once.",
    }
    return {"said": said, "secret": secret}


def _drop(session: Session, doer: Doer, wish: Wish) -> Shown:
    contacts.remove(session, session.get_one(Merchant, doer.merchant_id), str(wish["channel"]))
    return {"said": {"zh": "已删除。", "en": "Taken away."}}


DEEDS: dict[str, Callable[[Session, Doer, Wish], Shown]] = {
    "settle": _settle,
    "mode": _mode,
    "propose": _propose,
    "confirm": _confirm,
    "payout": _payout,
    "period": _period,
    "find": _find,
    "ask": _ask,
    "order": _order,
    "cancel": _cancel,
    "evidence": _evidence,
    "phone": _phone,
    "webhook": _webhook,
    "drop": _drop,
}
LOOKING = frozenset({"payout", "period", "find"})
"""Those that change nothing."""
