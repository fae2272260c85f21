"""The settlement slip: one payout, what it is for, and why it came when it came. PDF, A5."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.merchant.settlement_words import money
from host_sim.merchant.statements.typeset import typeset
from host_sim.merchant.statements.words import WORDS, grouped
from host_sim.settlement.balance import why
from host_sim.store.schema import Payment, Payout, PayoutItem, Terminal

LINES_MOST = 5_000
SLIP_WORDS = {
    "zh": {
        "instructed": "已提交银行",
        "accepted": "银行处理中",
        "paid": "已到账",
        "returned": "已退回",
        "why": "结算说明",
        "reason": "退回原因",
        "bank_reference": "银行流水号",
        "sums": "金额构成",
        "brought": "前期结转",
        "d0_fee": "提前到账费",
        "paid_out": "付款金额",
        "lines": "包含交易{count}笔",
        "at": "发起时间",
        "last_line": "最后一笔交易的结算日",
    },
    "en": {
        "instructed": "sent to the bank",
        "accepted": "at the bank",
        "paid": "paid",
        "returned": "returned",
        "why": "Why now",
        "reason": "Why it came back",
        "bank_reference": "Bank's reference",
        "sums": "How it adds up",
        "brought": "Brought forward",
        "d0_fee": "Fee for paying early",
        "paid_out": "Paid out",
        "lines": "Payments in it: {count}",
        "at": "Started",
        "last_line": "The last payment's date",
    },
}


def payout_lines(session: Session, payout: Payout) -> list[tuple[Payment, str, int]]:
    """(payment, terminal's number, net in fen) of what a payout lists, oldest first."""
    rows = session.execute(
        select(Payment, Terminal.number, PayoutItem.net_fen)
        .join(PayoutItem, PayoutItem.payment_id == Payment.id)
        .join(Terminal, Terminal.id == Payment.terminal_id)
        .where(PayoutItem.payout_id == payout.id)
        .order_by(Payment.id)
        .limit(LINES_MOST)
    )
    return [(payment, number, int(net_fen)) for payment, number, net_fen in rows]


def slip_pdf(session: Session, payout: Payout, language: str) -> bytes:
    """The slip of one payout. Raises StatementError where no Chinese font is there."""
    return typeset("slip.typ", laid_out(session, payout, language), language)


def laid_out(session: Session, payout: Payout, language: str) -> dict[str, Any]:
    """What the template shows, in its words."""
    words = WORDS[language] | SLIP_WORDS[language]
    merchant, zone = payout.merchant, ZoneInfo(payout.merchant.zone)
    account = payout.account
    rows = payout_lines(session, payout)
    head = [
        [words["number"], payout.reference],
        [words["at"], f"{payout.instructed_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"],
        [words["account"], f"{account.institution} {account.masked}" if account is not None else words["no_account"]],
        [words["why"], payout.explanation[language]],
    ]
    if rows:
        head.append([words["last_line"], why(merchant, rows[-1][0])[language]])
    if payout.bank_reference:
        head.append([words["bank_reference"], payout.bank_reference])
    if payout.return_reason is not None:
        head.append([words["reason"], payout.return_reason[language]])
    sums = [("gross", payout.gross_fen), ("fee", -payout.fee_fen), ("brought", payout.brought_fen)]
    sums += [("d0_fee", -payout.d0_fee_fen), ("paid_out", payout.amount_fen)]
    return {
        "title": words["slip"],
        "merchant": merchant.name if language == "zh" or not merchant.name_en else merchant.name_en,
        "amount": money(payout.amount_fen, language),
        "state": words[payout.state],
        "words": words,
        "head": head,
        "sums": [[words[name], grouped(fen)] for name, fen in sums if fen or name in ("gross", "fee", "paid_out")],
        "counted": words["lines"].format(count=len(rows)),
        "about": " · ".join(words[name] for name in ("voucher", "card", "terminal")),
        "lines": [_line(payment, terminal, net_fen, words, zone) for payment, terminal, net_fen in rows],
    }


def _line(payment: Payment, terminal: str, net_fen: int, words: dict[str, str], zone: ZoneInfo) -> list[str]:
    gross_fen = -payment.amount_fen if payment.kind == "refund" else payment.amount_fen
    about = " ".join(filter(None, (f"{payment.trace:06d}", payment.pan_masked, terminal)))
    at = f"{payment.at.astimezone(zone):%m-%d %H:%M}"
    return [at, about, words[payment.kind], grouped(gross_fen), grouped(net_fen - gross_fen), grouped(net_fen)]
