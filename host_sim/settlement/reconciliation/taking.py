"""A channel's clearing file taken in: compared, what agrees cleared in the book, what differs put on the work list.

The file is read and compared first; then all that follows from it is written in the caller's one unit of work. The same
file again changes nothing.
"""

import hashlib
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.ledger.many import Entry, post_many
from host_sim.networks.clearing.files import reading
from host_sim.networks.clearing.item import ClearingItem, FileHead, FileSums
from host_sim.settlement.calendar import business_day
from host_sim.settlement.chargebacks import clear_chargeback
from host_sim.settlement.differences import clear_difference, open_difference, pay_difference
from host_sim.settlement.reconciliation.engine import Engine
from host_sim.settlement.reconciliation.match import compare
from host_sim.settlement.reconciliation.relations import CHANNEL, OURS, TILL, TOTALS
from host_sim.settlement.reconciliation.remedies import remedy_of
from host_sim.settlement.reconciliation.sides import our_rows, till_rows, total_rows
from host_sim.settlement.reconciliation.till_only import end_by_channel
from host_sim.settlement.reconciliation.words import explanation, resolution
from host_sim.store.schema import Base, ClearingFile, Difference, Payment, Terminal

AGREEING = ("matched", "amount", "late")
"""Findings whose payment the file has cleared, whatever else is open about it."""
DAY_CHUNK = 5_000


class ReconciliationError(Exception):
    """A file that cannot be taken in. args: file, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


@dataclass
class Taken:
    """What became of a file. known: it was taken in before, and nothing was done. found: items by finding. opened: ids
    of the differences that are new on the work list; settled: of those that a late line has settled."""

    channel: str
    day: date
    known: bool = False
    sums: FileSums = field(default_factory=FileSums)
    found: Tally[str] = field(default_factory=Tally)
    opened: list[int] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)


def take_file(session: Session, engine: Engine, path: Path, now: datetime) -> Taken:
    """Take in a clearing file. Raises ClearingError, ReconciliationError; then nothing of it may stay."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with reading(path) as (head, items):
        known = session.scalar(select(ClearingFile).where(ClearingFile.channel == head.channel, _of(head)))
        if known is not None:
            if known.digest != digest:
                raise ReconciliationError(path.name, f"another file of {head.channel} for {head.day} is in: ask which")
            return Taken(head.channel, head.day, known=True)
        taken = Taken(head.channel, head.day)
        try:
            rows = _compared(session, engine, head, items, taken)
            _write(session, taken, rows, now)
        finally:
            engine.clear()
    session.add(
        ClearingFile(
            channel=head.channel, day=head.day, name=path.name, digest=digest, items=taken.sums.count,
            matched=taken.found["matched"], amount_fen=taken.sums.amount_fen, fee_fen=taken.sums.fee_fen, taken_at=now,
        )
    )  # fmt: skip
    session.flush()
    return taken


def _of(head: FileHead) -> Any:
    return ClearingFile.day == head.day


def _compared(
    session: Session, engine: Engine, head: FileHead, items: Iterator[ClearingItem], taken: Taken
) -> Iterator[dict[str, Any]]:
    def lines() -> Iterator[tuple[Any, ...]]:
        for line, item in enumerate(items, 1):
            taken.sums = taken.sums.with_item(item)
            yield line, item.reference, item.kind, item.amount_fen, item.fee_fen, item.terminal, item.trace

    channel = engine.load("channel", CHANNEL, lines())
    ours = engine.load("ours", OURS, our_rows(session, head.channel, head.day))
    till = engine.load("till", TILL, till_rows(session, head.day))
    totals = engine.load("totals", TOTALS, total_rows(session, head.day))
    return engine.stream(compare, ours, till, totals, channel)


def _write(session: Session, taken: Taken, rows: Iterator[dict[str, Any]], now: datetime) -> None:
    cleared: list[dict[str, Any]] = []
    differing: list[dict[str, Any]] = []
    bank_fen = 0
    for row in rows:
        taken.found[row["finding"]] += 1
        if row["finding"] in AGREEING:
            cleared.append(row)
        if row["finding"] != "matched":
            differing.append(row)
        if row["line"] is not None:
            bank_fen += row["channel_fen"] - row["fee_fen"]
    assert bank_fen == taken.sums.net_fen, "every line of the file is one row of the comparison"
    today = business_day(now)
    # What was missed and has come after all is due again before it is cleared.
    for row in differing:
        if row["finding"] == "late":
            taken.settled.append(_late(session, row, taken, now, today))
    _clear(session, cleared, now, today)
    for row in differing:
        if row["difference_fen"]:
            taken.opened.append(_open(session, row, taken, now, today))


def _clear(session: Session, rows: list[dict[str, Any]], now: datetime, today: date) -> None:
    """Payments whose line has come: paid to us less the channel's fee, with our amount."""
    payments = [row for row in rows if row["kind"] not in ("chargeback", "reversal")]
    for row in rows:
        if row["kind"] == "chargeback":
            clear_chargeback(session, row["payment_id"], now)
    channels = _accounts(session, rows)
    post_many(session, (one for row in rows for one in _entries(row, channels)), now, business_date=today)
    for at, rows_of, state in ((now, payments, None), (None, [r for r in rows if r["kind"] == "reversal"], "reversed")):
        if rows_of:
            values = [{"payment_id": r["payment_id"], "new_at": at, "new_cost": r["fee_fen"]} for r in rows_of]
            done = session.connection().execute(_CLEARED if state is None else _UNCLEARED, values)
            if done.rowcount not in (-1, len(values)):
                raise ReconciliationError("clearing", "payments were changed while it ran: take the file in again")
    session.expire_all()


_PAYMENT = Base.metadata.tables[Payment.__tablename__]
_CLEARED = (
    update(_PAYMENT)
    .where(_PAYMENT.c.id == bindparam("payment_id"), _PAYMENT.c.cleared_at.is_(None))
    .values(cleared_at=bindparam("new_at"), cost_fen=bindparam("new_cost"))
)
_UNCLEARED = (
    update(_PAYMENT)
    .where(_PAYMENT.c.id == bindparam("payment_id"), _PAYMENT.c.cleared_at.is_not(None))
    .values(cleared_at=bindparam("new_at"), cost_fen=_PAYMENT.c.cost_fen + bindparam("new_cost"))
)


def _accounts(session: Session, rows: list[dict[str, Any]]) -> dict[int, tuple[Key, int]]:
    """Whose channel_receivable carries each payment (its own day's, a void its sale's), and what was booked as the
    channel's cost of it; a void's is its sale's, taken back."""
    ids = [row["payment_id"] for row in rows if row["kind"] != "chargeback"]
    found: dict[int, tuple[Key, int]] = {}
    original = Base.metadata.tables[Payment.__tablename__].alias()
    for first in range(0, len(ids), DAY_CHUNK):
        own, sale = _PAYMENT.c, original.c
        statement = (
            select(own.id, own.kind, own.channel, own.business_date, own.cost_fen, sale.business_date, sale.cost_fen)
            .outerjoin(original, original.c.id == _PAYMENT.c.original_id)
            .where(_PAYMENT.c.id.in_(ids[first : first + DAY_CHUNK]))
        )
        rows_of = session.connection().execute(statement)
        for payment_id, kind, channel, day, cost_fen, sale_day, sale_cost_fen in rows_of:
            if kind == "void":
                day, cost_fen = sale_day, -sale_cost_fen
            found[payment_id] = Key("channel_receivable", channel, day), cost_fen
    return found


def _entries(row: dict[str, Any], channels: dict[int, tuple[Key, int]]) -> Iterator[Entry]:
    if row["kind"] == "chargeback":
        return
    receivable, booked_fen = channels[row["payment_id"]]
    reference, net_fen = f"payment/{row['payment_id']}", row["our_fen"] - row["fee_fen"]
    paid = [(Key("bank"), net_fen), (receivable, -net_fen)]
    if row["kind"] == "reversal":  # its cost was taken back with it
        yield "reversal_clearing", reference, paid
        return
    more_fen = row["fee_fen"] - booked_fen
    yield "clearing_cost", reference, [(Key("channel_cost"), more_fen), (receivable, -more_fen)]
    yield "clearing", reference, paid


def _late(session: Session, row: dict[str, Any], taken: Taken, now: datetime, today: date) -> int:
    one = session.scalars(
        select(Difference).where(
            Difference.payment_id == row["payment_id"], Difference.kind == "short", Difference.cleared_at.is_(None)
        )
    ).one()
    words = resolution("late", taken.channel, taken.day)
    one.kind = "late"
    clear_difference(session, one.id, "channel", words, now, today)
    return one.id


def _open(session: Session, row: dict[str, Any], taken: Taken, now: datetime, today: date) -> int:
    """On the work list; with the channel's money for it, where its line has come."""
    kind = "amount" if row["finding"] == "late" else row["finding"]
    remedy = remedy_of(kind, row["difference_fen"], row["till_says"])
    one = open_difference(
        session,
        channel=taken.channel,
        day=taken.day,
        reference=row["reference"],
        kind=kind,
        side="long" if row["difference_fen"] > 0 else "short",
        amount_fen=abs(row["difference_fen"]),
        explanation=explanation(row, taken.channel, taken.day, remedy),
        now=now,
        business_date=today,
        payment_id=None if row["kind"] == "chargeback" else row["payment_id"],
    )
    if row["till_says"] == "only_till":
        if one.merchant_id is None:
            number = Terminal.number == row["channel_terminal"]
            one.merchant_id = session.scalar(select(Terminal.merchant_id).where(number))
        end_by_channel(session, one, now)
    if row["line"] is not None:
        pay_difference(session, one.id, now, today)
    return one.id
