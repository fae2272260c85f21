"""The daily proofs: each balance against the things it stands for, counted one by one elsewhere."""

from collections import Counter as Tally
from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.ledger.contested import bank_fen, contested, held_back, work_list
from host_sim.ledger.prices import fee_plans_unchanged
from host_sim.ledger.proof import Proof
from host_sim.ledger.statement import closing_balances
from host_sim.ledger.uncleared import uncleared_by_day
from host_sim.store.schema import Account, Batch, JournalEntry, Line, Payment, Payout, PayoutItem, Undo


def proofs(session: Session, day: date) -> list[Proof]:
    """The proofs of money.md over the book as it stands, with everything of business days up to `day`.

    Run it before anything of a later day is committed, or for today. Balances of liabilities and
    income are given as positive amounts.
    """
    return [
        _balanced(session),
        _same("channel_receivable", uncleared_by_day(session, day), _balances(session, "channel_receivable", day)),
        _same("bank", {"bank": bank_fen(session)}, _balances(session, "bank") or {"bank": 0}),
        _same("dispute", _sum("dispute", contested(session)), _balances(session, "dispute")),
        _same("merchant_held", held_back(session), _balances(session, "merchant_held", sign=-1)),
        _same("merchant_pending", _unmatured(session, day), _balances(session, "merchant_pending", day, -1)),
        _same("merchant_available", closing_balances(session), _merchant_side(session)),
        _same("payout_transit", _open_payouts(session), _balances(session, "payout_transit", sign=-1)),
        _same("fee_income", _fees(session), _balances(session, "fee_income", sign=-1)),
        _same("d0_income", _d0_fees(session), _balances(session, "d0_income", sign=-1)),
        _same("suspense", work_list(session), _suspense(session)),
        _same("authorising", {}, _unended(session, day)),
        _same("network_undo", {}, _not_undone(session, day)),
        _same("payouts", _instructed(session), _listed(session)),
        fee_plans_unchanged(session),
    ]


def _same(name: str, expected: Mapping[str, int], found: Mapping[str, int]) -> Proof:
    differing = [key for key in sorted({*expected, *found}) if expected.get(key, 0) != found.get(key, 0)]
    where = ""
    if differing:
        key = differing[0]
        where = f"{key}: expected {expected.get(key, 0)} fen, the book has {found.get(key, 0)}"
    return Proof(name, sum(expected.values()), sum(found.values()), not differing, where)


def _balanced(session: Session) -> Proof:
    """Every entry sums to 0, one by one."""
    total = func.sum(Line.amount_fen)
    uneven = session.execute(
        select(JournalEntry.event, JournalEntry.reference, total)
        .join(Line)
        .group_by(JournalEntry.id, JournalEntry.event, JournalEntry.reference)
        .having(total != 0)
        .order_by(JournalEntry.id)
        .limit(1)
    ).first()
    found = int(session.scalar(select(func.coalesce(func.sum(Line.amount_fen), 0))) or 0)
    where = "" if uneven is None else f"{uneven[0]} of {uneven[1]}: its lines sum to {uneven[2]} fen"
    return Proof("balanced", 0, found, uneven is None and found == 0, where)


def _balances(session: Session, title: str, day: date | None = None, sign: int = 1) -> dict[str, int]:
    statement = (
        select(Account.name, func.sum(Line.amount_fen)).join(Line).where(Account.title == title).group_by(Account.name)
    )
    if day is not None:
        statement = statement.where(Account.day <= day)
    return {name: sign * int(total) for name, total in session.execute(statement)}


def _merchant_side(session: Session) -> dict[str, int]:
    """What is available to each merchant, less what it owes."""
    sides: Tally[str] = Tally()
    for title in ("merchant_available", "merchant_receivable"):
        for name, total in _balances(session, title, sign=-1).items():
            sides["merchant_available/" + name.partition("/")[2]] += total
    return dict(sides)


def _unmatured(session: Session, day: date) -> dict[str, int]:
    rows = session.execute(
        select(
            Payment.merchant_id, Payment.business_date, Payment.amount_fen - func.coalesce(Payment.fee_fen, 0)
        ).where(
            Payment.kind.in_(("sale", "offline")),
            Payment.state == "approved",
            Payment.matured_at.is_(None),
            Payment.business_date <= day,
        )
    )
    pending: Tally[str] = Tally()
    for merchant_id, business_date, net_fen in rows:
        pending[Key("merchant_pending", merchant_id, business_date).name] += net_fen
    return dict(pending)


def _unended(session: Session, day: date) -> dict[str, int]:
    """Payments without a result in a closed batch, or of a business day that is over: none."""
    rows = session.execute(
        select(Payment.id, Payment.amount_fen)
        .outerjoin(Batch, (Batch.terminal_id == Payment.terminal_id) & (Batch.number == Payment.filed_batch))
        .where(
            Payment.state == "authorising",
            (Payment.business_date < day) | ((Payment.business_date == day) & (Batch.state == "CLOSED")),
        )
    )
    return {f"payment/{id_}": amount_fen for id_, amount_fen in rows}


def _not_undone(session: Session, day: date) -> dict[str, int]:
    """Payments that do not stand and that a network has not taken back yet: none."""
    rows = session.execute(
        select(Payment.id, Payment.amount_fen)
        .join(Undo, Undo.payment_id == Payment.id)
        .where(Undo.done_at.is_(None), Payment.business_date <= day)
    )
    return {f"payment/{id_}": amount_fen for id_, amount_fen in rows}


def _open_payouts(session: Session) -> dict[str, int]:
    rows = session.execute(select(Payout.id, Payout.amount_fen).where(Payout.state.in_(("instructed", "accepted"))))
    return {Key("payout_transit", id_).name: amount_fen for id_, amount_fen in rows}


def _d0_fees(session: Session) -> dict[str, int]:
    total = session.scalar(select(func.coalesce(func.sum(Payout.d0_fee_fen), 0)).where(Payout.state != "returned"))
    return _sum("d0_income", int(total or 0))


def _sum(name: str, total_fen: int) -> dict[str, int]:
    return {name: total_fen} if total_fen else {}


def _suspense(session: Session) -> dict[str, int]:
    return _balances(session, "suspense_short") | _balances(session, "suspense_long", sign=-1)


def _instructed(session: Session) -> dict[str, int]:
    """What each payout lists, by its own figures."""
    rows = session.execute(select(Payout.id, Payout.gross_fen - Payout.fee_fen))
    return {f"payout/{id_}": net_fen for id_, net_fen in rows if net_fen}


def _listed(session: Session) -> dict[str, int]:
    """What each payout lists, payment by payment."""
    rows = session.execute(select(PayoutItem.payout_id, func.sum(PayoutItem.net_fen)).group_by(PayoutItem.payout_id))
    return {f"payout/{id_}": int(net_fen) for id_, net_fen in rows if net_fen}


def _fees(session: Session) -> dict[str, int]:
    total = session.scalar(
        select(func.coalesce(func.sum(Payment.fee_fen), 0)).where(
            Payment.state == "approved", Payment.kind.in_(("sale", "offline", "refund"))
        )
    )
    return {"fee_income": int(total or 0)}
