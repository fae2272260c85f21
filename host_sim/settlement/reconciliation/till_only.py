"""What only a till has: a batch's detail showed it, and neither our book nor, so far, a channel's file knows it.

No money has moved, so nothing is posted. It stands on the work list until a channel's file brings it: then it is that
file's long difference, with money. Where none does, no card was charged, and the merchant is told so.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.settlement.calendar import business_day
from host_sim.settlement.reconciliation.words import Words, explanation, only_till, resolution
from host_sim.store.schema import Batch, BatchItem, Difference, Terminal

CHANNEL = "till"
"""Stands where other differences name their channel."""
LOOKED_BACK = timedelta(days=12)
"""Batches closed longer ago have been looked at: this runs every hour."""


def note_till_items(session: Session, now: datetime) -> int:
    """Put what only tills have on the work list, each once. Gives how many are new."""
    known = set(session.scalars(select(Difference.reference).where(Difference.kind == "till")))
    rows = session.execute(
        select(BatchItem, Batch.business_date, Terminal.number, Terminal.merchant_id)
        .join(Batch, Batch.id == BatchItem.batch_id)
        .join(Terminal, Terminal.id == Batch.terminal_id)
        .where(BatchItem.finding == "unknown", Batch.state == "CLOSED", Batch.closed_at >= now - LOOKED_BACK)
        .order_by(BatchItem.id)
    ).all()
    new = 0
    for item, day, terminal, merchant_id in rows:
        reference = _reference(terminal, item.batch_number, item.trace)
        if reference not in known:
            known.add(reference)
            _note(session, item, day or business_day(now), terminal, merchant_id, now)
            new += 1
    session.flush()
    return new


def _note(session: Session, item: BatchItem, day: date, terminal: str, merchant_id: int, now: datetime) -> None:
    amount_fen = item.amount_fen or 0
    one = Difference(
        channel=CHANNEL,
        day=day,
        reference=_reference(terminal, item.batch_number, item.trace),
        kind="till",
        side="long",
        amount_fen=amount_fen,
        merchant_id=merchant_id,
        found_at=now,
        explanation=only_till(terminal, item.batch_number, item.trace, amount_fen),
    )
    session.add(one)
    long = _charged(session, terminal, item.trace, amount_fen)
    if long is not None:
        row = {**long.explanation, "reference": long.reference, "difference_fen": long.amount_fen}
        row |= {"finding": "long", "till_says": "only_till", "channel_terminal": terminal, "channel_trace": item.trace}
        long.explanation = explanation(row, long.channel, long.day, "merchant")
        long.merchant_id = merchant_id
        end(one, resolution("found", long.channel, long.day), now)


def end_by_channel(session: Session, long: Difference, now: datetime) -> None:
    """A channel's file has brought what only a till had: from now on it is that file's long difference."""
    terminal, trace = long.explanation["terminal"], long.explanation["trace"]
    waiting = session.scalars(
        select(Difference).where(
            Difference.kind == "till",
            Difference.cleared_at.is_(None),
            Difference.reference.startswith(f"{terminal}/", autoescape=True),
            Difference.reference.endswith(f"/{trace:06d}", autoescape=True),
        )
    )
    for one in waiting:
        end(one, resolution("found", long.channel, long.day), now)


def end(one: Difference, words: Words, now: datetime) -> None:
    """Cleared to the till, without a posting: there is no money in it."""
    one.cleared_to, one.cleared_at, one.resolution = "till", now, dict(words)


def _charged(session: Session, terminal: str, trace: int, amount_fen: int) -> Difference | None:
    """The open long difference of a file that came before the batch was closed: till and channel have it."""
    for one in session.scalars(select(Difference).where(Difference.kind == "long", Difference.cleared_at.is_(None))):
        told = one.explanation
        if (told.get("terminal"), told.get("trace"), told["channel_fen"]) == (terminal, trace, amount_fen):
            return one
    return None


def _reference(terminal: str, batch: int, trace: int) -> str:
    return f"{terminal}/{batch:06d}/{trace:06d}"
