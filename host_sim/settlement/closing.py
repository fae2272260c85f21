"""A batch closed: what it comes to, when that is paid and why, and the notice, all in one transaction."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.merchant.announce import announce
from host_sim.merchant.mail import Mail
from host_sim.merchant.queued_mail import queue_mail
from host_sim.merchant.settlement_mail import settlement_notice
from host_sim.settlement.calendar import china, settlement_date
from host_sim.settlement.dates import commit_day, product_of
from host_sim.settlement.explain import date_words, explain
from host_sim.settlement.figures import Figures, figures, filed_payments
from host_sim.settlement.position import position_fen
from host_sim.store.schema import Batch, BatchItem, BatchSettlement, Merchant, Payment, Terminal

OPEN_FINDINGS = ("unknown", "amount_differs", "not_uploaded")


def close_batch(session: Session, batch: Batch, now: datetime) -> BatchSettlement:
    """Close a batch, work out what it comes to and write the merchant's notice. Repeated, it changes nothing.

    now: aware. The money is paid out as it matures, by the merchant's plan.
    """
    session.flush()
    existing = session.scalar(select(BatchSettlement).where(BatchSettlement.batch_id == batch.id))
    if existing is not None:
        return existing
    terminal = session.get_one(Terminal, batch.terminal_id)
    merchant = session.get_one(Merchant, terminal.merchant_id)
    payments = [*filed_payments(session, batch)]
    for payment in payments:
        if payment.settlement_date is None:
            payment.settlement_date = settlement_date(payment.business_date, product_of(payment.card_class))
    batch.state, batch.closed_at = "CLOSED", batch.closed_at or now
    batch.business_date = closed_on = commit_day(session, merchant, now)
    total = figures(payments)
    due_date, why = _due(merchant, payments, closed_on, now)
    brought_fen = min(0, position_fen(session, merchant.id) - total.net_fen)
    settlement = BatchSettlement(
        merchant_id=merchant.id,
        batch_id=batch.id,
        gross_fen=total.gross_fen,
        fee_fen=total.fee_fen,
        net_fen=total.net_fen,
        brought_fen=brought_fen,
        amount_fen=max(0, total.net_fen + brought_fen),
        due_date=due_date,
        explanation=why,
    )
    session.add(settlement)
    session.flush()
    where = f"terminal {terminal.number} batch {batch.number}"
    queue_mail(session, merchant, lambda: _mail(session, merchant, terminal, batch, settlement, total, now), now, where)
    due_words = {language: date_words(due_date, language) for language in ("zh", "en")}
    facts = {"terminal": terminal.number, "batch": f"{batch.number:06d}", "amount_fen": settlement.amount_fen}
    name = f"{terminal.number}.{batch.number:06d}"
    announce(session, merchant, "batch.closed", name, {**facts, "due": due_words, "day": due_date.isoformat()}, now)
    return settlement


def _due(merchant: Merchant, payments: list[Payment], closed_on: date, now: datetime) -> tuple[date, dict[str, str]]:
    """The day of the payout and why, in both languages: the latest settlement date of the batch's payments.

    A batch that is closed after that day is paid on the day it is closed, or the next working day.
    """
    latest = max(payments, key=lambda payment: (payment.settlement_date or date.min, payment.at), default=None)
    instant, product = (now, "T+1") if latest is None else (latest.at, product_of(latest.card_class))
    due = settlement_date(closed_on) if latest is None else (latest.settlement_date or closed_on)
    why = {language: explain(instant, language, product, merchant.cutoff, merchant.zone) for language in ("zh", "en")}
    if latest is not None:
        why = {"zh": "最后一笔交易：" + why["zh"], "en": "Last payment: " + why["en"]}
    if due < closed_on:
        due = closed_on if china().is_working(closed_on) else settlement_date(closed_on)
        why["zh"] += f"批次在此之后才结算（{date_words(closed_on, 'zh')}营业日），因此于{date_words(due, 'zh')}付款。"
        why["en"] += (
            f" The batch was settled only later (business day {date_words(closed_on, 'en')}),"
            f" so it is paid {date_words(due, 'en')}."
        )
    return due, why


def _mail(
    session: Session,
    merchant: Merchant,
    terminal: Terminal,
    batch: Batch,
    settlement: BatchSettlement,
    total: Figures,
    now: datetime,
) -> Mail:
    findings = session.scalars(select(BatchItem.finding).where(BatchItem.batch_id == batch.id)).all()
    return settlement_notice(
        merchant,
        terminal_number=terminal.number,
        batch_number=batch.number,
        closed_at=now,
        rows=[(row.kind, row.count, row.amount_fen) for row in total.rows],
        settlement=settlement,
        due_words=date_words(settlement.due_date, merchant.language),
        repaired=sum(finding == "repaired" for finding in findings),
        differing=sum(finding in OPEN_FINDINGS for finding in findings),
    )
