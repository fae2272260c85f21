"""A payment contested by its cardholder: taken from the merchant and held, answered with evidence, decided.

A merchant that lets the deadline pass has lost: the deadline is the end of its local day evidence_due.
"""

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.ledger import dispute_postings
from host_sim.settlement.calendar import DAY
from host_sim.settlement.dates import commit_day
from host_sim.settlement.stopping import Words
from host_sim.store.schema import Chargeback, Evidence, Merchant, Payment

EVIDENCE_DAYS = 10
DOCUMENTS_MOST = 20
DOCUMENT_BYTES_MOST = 5_000_000
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "text/plain")
SALES = ("sale", "offline")
CHARGEBACKS_PER_RUN = 500


class ChargebackError(Exception):
    """A step that cannot be taken. args: case, reason in English; words: {"zh", "en"}."""

    def __init__(self, case: str, words: Words):
        super().__init__(case, words["en"])
        self.words = words


def open_chargeback(
    session: Session,
    payment_id: int,
    case_number: str,
    reason: str,
    amount_fen: int,
    now: datetime,
    *,
    days: int = EVIDENCE_DAYS,
) -> Chargeback:
    """The channel says that amount_fen of a payment is contested. The same case again is the same chargeback.

    reason: the channel's code. days: how many calendar days the merchant has. Raises ChargebackError.
    """
    known = session.scalar(select(Chargeback).where(Chargeback.case_number == case_number))
    if known is not None:
        if (known.payment_id, known.amount_fen) != (payment_id, amount_fen):
            raise _error(case_number, "与已登记的争议不一致。", "differs from what came before: ask the channel")
        return known
    payment = session.get_one(Payment, payment_id, with_for_update=True)
    if payment.kind not in SALES or payment.state != "approved":
        raise _error(case_number, "该笔交易不是有效的消费。", "is about no standing sale: ask the channel")
    if not 0 < amount_fen <= payment.amount_fen - _taken_fen(session, payment):
        raise _error(case_number, "金额超过该笔交易的余额。", "is for more than is left of the sale: ask the channel")
    merchant = session.get_one(Merchant, payment.merchant_id, with_for_update=True)
    day = commit_day(session, merchant, now)
    one = Chargeback(
        payment_id=payment_id,
        merchant_id=merchant.id,
        case_number=case_number,
        reason=reason,
        amount_fen=amount_fen,
        state="open",
        channel=payment.channel,
        day=day,
        opened_at=now,
        evidence_due=now.astimezone(ZoneInfo(merchant.zone)).date() + days * DAY,
    )
    session.add(one)
    session.flush()
    dispute_postings.chargeback_opened(session, one, now, business_date=day)
    return one


def hand_in(
    session: Session, chargeback_id: int, name: str, media_type: str, content: bytes, now: datetime
) -> Evidence:
    """A document of the merchant's against a chargeback. The same content again is the same document.

    Raises ChargebackError with words for the merchant.
    """
    one = session.get_one(Chargeback, chargeback_id, with_for_update=True)
    case = one.case_number
    if one.state not in ("open", "contested"):
        raise _error(case, "该争议已有结果，不能再提交材料。", "is decided: nothing more can be handed in")
    if _today(one, now) > one.evidence_due:
        raise _error(case, f"已过举证期限{one.evidence_due}。", f"could be answered until {one.evidence_due} only")
    if media_type not in MEDIA_TYPES or not 0 < len(content) <= DOCUMENT_BYTES_MOST:
        raise _error(
            case,
            "材料须为PDF、JPEG、PNG或文本，且不超过5MB。",
            "takes PDF, JPEG, PNG or plain text of at most 5 MB: convert or shorten the document",
        )
    digest = hashlib.sha256(content).hexdigest()
    documents = session.scalars(select(Evidence).where(Evidence.chargeback_id == one.id)).all()
    for document in documents:
        if document.digest == digest:
            return document
    if len(documents) >= DOCUMENTS_MOST:
        raise _error(case, f"最多提交{DOCUMENTS_MOST}份材料。", f"takes {DOCUMENTS_MOST} documents: put some together")
    document = Evidence(
        chargeback_id=one.id, name=name[:120], media_type=media_type, content=content, digest=digest, at=now
    )
    session.add(document)
    one.state, one.contested_at = "contested", one.contested_at or now
    session.flush()
    return document


def decide(session: Session, chargeback_id: int, won: bool, now: datetime) -> Chargeback:
    """The channel has decided, for the merchant or against it. The same decision again changes nothing."""
    one = session.get_one(Chargeback, chargeback_id, with_for_update=True)
    state = "won" if won else "lost"
    if one.state == state:
        return one
    if one.state not in ("open", "contested"):
        raise _error(one.case_number, "该争议已有相反的结果。", f"was {one.state} before: ask the channel")
    if won:
        words = {"zh": "争议已胜诉，款项退回可结算余额。", "en": "The case was won: the money is available again."}
    else:
        words = {"zh": "争议败诉，款项归持卡人。", "en": "The case was lost: the cardholder keeps the money."}
    return _decide(session, one, state, words, now)


def expire(session: Session, now: datetime) -> int:
    """Chargebacks that no evidence came for in time are lost. Gives how many; at most CHARGEBACKS_PER_RUN a run."""
    due = session.scalars(
        select(Chargeback)
        .where(Chargeback.state == "open", Chargeback.evidence_due < now.date() + DAY)
        .order_by(Chargeback.id)
        .limit(CHARGEBACKS_PER_RUN)
        .with_for_update(skip_locked=True)
    ).all()
    late = [one for one in due if _today(one, now) > one.evidence_due]
    for one in late:
        words = {
            "zh": f"{one.evidence_due}之前未提交材料，争议败诉。",
            "en": f"No evidence came until {one.evidence_due}: the case is lost.",
        }
        _decide(session, one, "lost", words, now)
    return len(late)


def clear_chargeback(session: Session, chargeback_id: int, now: datetime) -> None:
    """The channel's clearing has taken a lost chargeback off. Repeated, it changes nothing."""
    one = session.get_one(Chargeback, chargeback_id, with_for_update=True)
    if one.cleared_at is not None:
        return
    if one.state != "lost":
        raise _error(one.case_number, "该争议尚未败诉，不能清算。", f"is {one.state}: only a lost one is taken off")
    dispute_postings.chargeback_cleared(session, one, now, business_date=commit_day(session, one.merchant, now))
    one.cleared_at = now
    session.flush()


def _decide(session: Session, one: Chargeback, state: str, words: Words, now: datetime) -> Chargeback:
    merchant = session.get_one(Merchant, one.merchant_id, with_for_update=True)
    posting = dispute_postings.chargeback_won if state == "won" else dispute_postings.chargeback_lost
    posting(session, one, now, business_date=commit_day(session, merchant, now))
    one.state, one.decided_at, one.explanation = state, now, words
    session.flush()
    return one


def _taken_fen(session: Session, payment: Payment) -> int:
    """What refunds and other chargebacks have taken of a payment already."""
    refunds = select(func.sum(Payment.amount_fen)).where(
        Payment.original_id == payment.id, Payment.kind == "refund", Payment.state.in_(("approved", "authorising"))
    )
    others = select(func.sum(Chargeback.amount_fen)).where(
        Chargeback.payment_id == payment.id, Chargeback.state != "won"
    )
    return int(session.scalar(refunds) or 0) + int(session.scalar(others) or 0)


def _today(one: Chargeback, now: datetime) -> date:
    return now.astimezone(ZoneInfo(one.merchant.zone)).date()


def _error(case_number: str, zh: str, en: str) -> ChargebackError:
    return ChargebackError(f"case {case_number}", {"zh": zh, "en": en})
