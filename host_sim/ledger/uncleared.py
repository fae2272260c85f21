"""What channels have not cleared to us yet, item by item."""

from collections import Counter as Tally
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from host_sim.ledger.accounts import Key
from host_sim.store.schema import Payment


def uncleared_by_day(session: Session, day: date) -> dict[str, int]:
    """Uncleared items of business days up to `day`, in fen: account name of channel and day -> sum.

    A sale counts less the channel's cost; a refund and a void take off, a void on its sale's day. A
    payment undone after it was cleared is owed back.
    """
    original = aliased(Payment)
    rows = session.execute(
        select(Payment, original)
        .outerjoin(original, original.id == Payment.original_id)
        .where(
            (Payment.state.in_(("approved", "voided")) & Payment.cleared_at.is_(None))
            | ((Payment.state == "reversed") & Payment.cleared_at.is_not(None))
        )
    )
    items: Tally[str] = Tally()
    for payment, its_original in rows:
        if payment.kind in ("sale", "offline"):
            of, amount_fen = payment, payment.amount_fen - payment.cost_fen
        elif payment.kind == "void":
            of, amount_fen = its_original, -(payment.amount_fen - its_original.cost_fen)
        else:
            of, amount_fen = payment, -payment.amount_fen
        if of.business_date <= day:
            key = Key("channel_receivable", of.channel, of.business_date)
            items[key.name] += -amount_fen if payment.state == "reversed" else amount_fen
    return dict(items)
