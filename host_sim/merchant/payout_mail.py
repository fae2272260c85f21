"""Notices about a payout, and about a change of the account it goes to."""

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from host_sim.merchant.announce import announce
from host_sim.merchant.mail import compose
from host_sim.merchant.payout_words import WORDS
from host_sim.merchant.queued_mail import queue_mail
from host_sim.merchant.settlement_words import money
from host_sim.store.schema import Merchant, Notice, Payout, SettlementAccount

Pairs = list[tuple[str, str]]


def payout_notice(session: Session, payout: Payout, now: datetime) -> Notice | None:
    """Tell the merchant that a payout was paid or has come back, in its language. None where it has no address."""
    merchant, language = payout.merchant, payout.merchant.language
    said = {"number": payout.reference, "amount_fen": payout.amount_fen, "account": _masked(payout.account)}
    if payout.return_reason is not None:
        said["reason"] = payout.return_reason
    announce(session, merchant, f"payout.{payout.state}", payout.reference, said, now)
    words = WORDS[language]
    amount = money(payout.amount_fen, language)
    facts = [(words["number"], payout.reference), (words["gross"], money(payout.gross_fen, language))]
    for name, fen in (
        ("fee", -payout.fee_fen),
        ("brought", payout.brought_fen),
        ("d0_fee", -payout.d0_fee_fen),
    ):
        if fen:
            facts.append((words[name], money(fen, language)))
    facts += [(words["amount"], amount), (words["account"], _spelled(payout.account))]
    facts.append((words["why"], payout.explanation[language]))
    if payout.return_reason is not None:
        facts.append((words["reason"], payout.return_reason[language]))
    subject = words[f"subject_{payout.state}"].format(amount=amount, merchant=_name(merchant))
    return _write(session, merchant, subject, f"payout.{payout.reference}.{payout.state}", facts, now)


def account_code_notice(session: Session, account: SettlementAccount, code: str, now: datetime) -> Notice | None:
    """Send the code that confirms a new settlement account, to the address the merchant had before."""
    merchant = session.get_one(Merchant, account.merchant_id)
    words = WORDS[merchant.language]
    until = f"{account.expires_at.astimezone(ZoneInfo(merchant.zone)):%Y-%m-%d %H:%M}"
    facts = [(words["new_account"], _spelled(account)), (words["code"], code), (words["until"], until)]
    facts.append((words["warning_head"], words["warning"]))
    subject = words["subject_code"].format(merchant=_name(merchant))
    return _write(session, merchant, subject, f"account.{account.id}", facts, now)


def account_changed_notice(session: Session, account: SettlementAccount, now: datetime) -> Notice | None:
    """Tell the merchant that it is paid to another account now, and from when."""
    merchant = session.get_one(Merchant, account.merchant_id)
    words = WORDS[merchant.language]
    facts = [(words["new_account"], _spelled(account))]
    if account.held_until is not None:
        facts.append((words["held"], f"{account.held_until.astimezone(ZoneInfo(merchant.zone)):%Y-%m-%d %H:%M}"))
    facts.append((words["warning_head"], words["warning"]))
    subject = words["subject_changed"].format(merchant=_name(merchant))
    return _write(session, merchant, subject, f"account.{account.id}.active", facts, now)


def _write(session: Session, merchant: Merchant, subject: str, name: str, facts: Pairs, now: datetime) -> Notice | None:
    if not merchant.email:
        return None
    words = WORDS[merchant.language]
    colon = "：" if merchant.language == "zh" else ": "
    greeting = words["greeting"].format(merchant=_name(merchant))
    plain = "\n".join([greeting, "", *(f"{label}{colon}{value}" for label, value in facts), "", words["foot"], ""])
    cell = 'style="padding:4px 12px;text-align:left;border-bottom:1px solid #ddd"'
    rows = "".join(
        f'<tr><th scope="row" {cell}>{escape(label)}</th><td {cell}>{escape(value)}</td></tr>\n'
        for label, value in facts
    )
    html = (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if merchant.language == "zh" else "en"}">\n'
        f'<head><meta charset="utf-8"><title>{escape(subject)}</title></head>\n'
        '<body style="font-family:sans-serif;font-size:15px;color:#222;max-width:640px">\n'
        f'<p>{escape(greeting)}</p>\n<table style="border-collapse:collapse">\n{rows}</table>\n'
        f'<p style="font-size:12px;color:#666">{escape(words["foot"])}</p>\n</body>\n</html>\n'
    )
    to, language = merchant.email, merchant.language
    return queue_mail(
        session,
        merchant,
        lambda: compose(to=to, subject=subject, name=name, at=now, language=language, plain=plain, html=html),
        now,
    )


def _name(merchant: Merchant) -> str:
    return merchant.name if merchant.language == "zh" or not merchant.name_en else merchant.name_en


def _masked(account: SettlementAccount | None) -> str:
    return "" if account is None else f"{account.institution} {account.masked}"


def _spelled(account: SettlementAccount | None) -> str:
    if account is None:
        return ""
    return " ".join(part for part in (account.institution, account.branch, account.holder, account.masked) if part)
