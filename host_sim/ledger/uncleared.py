"""What channels have not cleared to us yet, item by item."""

from collections import Counter as Tally
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from host_sim.ledger.accounts import Key
from host_sim.store.schema import Chargeback, Difference, Payment


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
    for name, amount_fen in (*_contested(session, day), *_differing(session, day)):
        items[name] += amount_fen
    return dict(items)


def _contested(session: Session, day: date) -> list[tuple[str, int]]:
    """Chargebacks that the channel keeps and has not taken off what it pays yet."""
    rows = session.execute(
        select(Chargeback.channel, Chargeback.day, Chargeback.amount_fen).where(
            Chargeback.state != "won", Chargeback.cleared_at.is_(None), Chargeback.day <= day
        )
    )
    return [(Key("channel_receivable", channel, of).name, -amount_fen) for channel, of, amount_fen in rows]


def _differing(session: Session, day: date) -> list[tuple[str, int]]:
    """What differences have moved: a long one is owed to us until it is paid, a short one is not; one that is cleared
    to the channel is as if it had not been."""
    found = []
    for one in session.scalars(select(Difference).where(Difference.day <= day, Difference.kind != "till")):
        moved_fen = 0 if one.cleared_to == "channel" else one.amount_fen
        if one.paid_at is not None:
            moved_fen -= one.amount_fen
        found.append((Key("channel_receivable", one.channel, one.day).name, _sign(one) * moved_fen))
    return found


def _sign(one: Difference) -> int:
    return 1 if one.side == "long" else -1
