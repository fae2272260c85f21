"""What happens to a merchant's money, told through its gateways: a webhook's JSON, an SMS's text.

Written in the same transaction as what it tells about; sent by gateways.GatewaySender.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.merchant.settlement_words import money
from host_sim.store.schema import Contact, GatewayNotice, Merchant

SMS_MOST = 300
NOT_BY_WEBHOOK = ("sign_in.code",)  # for a person's eyes only
TEXTS = {
    "batch.closed": {
        "zh": "【picotill】{merchant}：终端{terminal}批次{batch}已结算，应结{amount}，{due}付款。",
        "en": "[picotill] {merchant}: terminal {terminal} settled batch {batch}, {amount} to be paid on {due}.",
    },
    "payout.paid": {
        "zh": "【picotill】{merchant}：结算款{amount}已付至{account}，编号{number}。",
        "en": "[picotill] {merchant}: {amount} was paid to {account}, number {number}.",
    },
    "payout.returned": {
        "zh": "【picotill】{merchant}：结算款{amount}被退回：{reason} 款项已回到可结算余额。",
        "en": "[picotill] {merchant}: {amount} was returned: {reason} It is in your balance again.",
    },
    "question.answered": {
        "zh": "【picotill】{merchant}：您的第{number}号问题已有答复，请在商户页查看。",
        "en": "[picotill] {merchant}: your question {number} was answered: see the merchant page.",
    },
    "paper.posted": {
        "zh": "【picotill】{merchant}：{period}的纸质账单已寄出，运单号{number}。",
        "en": "[picotill] {merchant}: the paper statement of {period} was posted, tracking number {number}.",
    },
    "sign_in.code": {
        "zh": "【picotill】登录验证码{code}，5分钟内有效。请勿告诉任何人。",
        "en": "[picotill] Sign-in code {code}, good for 5 minutes. Tell it to nobody.",
    },
}


def announce(
    session: Session, merchant: Merchant, event: str, name: str, facts: dict[str, Any], now: datetime
) -> list[GatewayNotice]:
    """Write one notice a contact. event: a key of TEXTS; name: this happening's own, the same for ever.

    facts: what TEXTS wants beside the merchant; amount_fen is written as money too. Told before, it is not told again.
    """
    made = []
    for contact in session.scalars(
        select(Contact).where(Contact.merchant_id == merchant.id, Contact.address != "").order_by(Contact.id)
    ):
        if contact.channel == "webhook" and event in NOT_BY_WEBHOOK:
            continue
        notice_id = f"{event}.{name}"
        told = select(GatewayNotice.id).where(
            GatewayNotice.channel == contact.channel, GatewayNotice.notice_id == notice_id
        )
        if session.scalar(told) is not None:
            continue
        body = (
            _json(merchant, event, notice_id, facts, now)
            if contact.channel == "webhook"
            else _sms(merchant, event, facts)
        )
        notice = GatewayNotice(
            contact_id=contact.id, channel=contact.channel, notice_id=notice_id, body=body, next_at=now
        )
        session.add(notice)
        made.append(notice)
    session.flush()
    return made


def _json(merchant: Merchant, event: str, notice_id: str, facts: dict[str, Any], now: datetime) -> str:
    told = {"id": notice_id, "type": event, "created": now.isoformat(), "merchant": merchant.number, "data": facts}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _sms(merchant: Merchant, event: str, facts: dict[str, Any]) -> str:
    language = merchant.language
    name = merchant.name if language == "zh" or not merchant.name_en else merchant.name_en
    words = {key: value[language] if isinstance(value, dict) else value for key, value in facts.items()}
    if "amount_fen" in facts:
        words["amount"] = money(facts["amount_fen"], language)
    text = TEXTS[event][language].format(merchant=name, **words)
    return " ".join(text.split())[:SMS_MOST]
