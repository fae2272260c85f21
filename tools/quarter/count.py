"""The final count: the book, the payouts, and what was found against the answers."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.ledger.proofs import proofs
from host_sim.store.schema import Alarm, Difference, Line, Payment, PayoutItem

KINDS = ("long", "short", "amount", "duplicate", "late")


class Score(NamedTuple):
    """table: (kind injected, kind found) -> how many; kind found is "" for one that was not."""

    injected: int
    found: int
    false: int
    repaired: int
    table: Counter[tuple[str, str]]


class Money(NamedTuple):
    """ledger_fen: sum of all lines. wrong: proofs that do not hold. payments: that a merchant is paid for;
    listed: those of them that are in a payout. alarms: what a person would have to look at, by kind."""

    ledger_fen: int
    wrong: list[str]
    payments: int
    listed: int
    alarms: dict[str, int]


def score(session: Session, answers: Path) -> Score:
    """What was injected against the work list. Found is what stands there with its kind, reference, amount and file."""
    found: dict[tuple[str, str, int, str], Difference] = {}
    for one in session.scalars(select(Difference)):
        amount_fen = one.amount_fen if one.side == "long" else -one.amount_fen
        found[one.reference, one.channel, amount_fen, f"{one.day:%Y%m%d}"] = one
    table: Counter[tuple[str, str]] = Counter()
    repaired = 0
    injected = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    for answer in injected:
        channel, _, day = answer["file"].partition(".")[0].partition("-")
        one = found.pop((answer["reference"], channel, answer["amount_fen"], day), None)
        table[answer["kind"], one.kind if one is not None else ""] += 1
        repaired += one is not None and one.cleared_at is not None
    right = sum(table[kind, kind] for kind in KINDS)
    table.update(("", one.kind) for one in found.values())
    return Score(len(injected), right, len(found), repaired, table)


def money(session: Session, day: date) -> Money:
    """The book and the payouts as they stand."""
    stand = (Payment.state == "approved", Payment.kind.in_(("sale", "offline", "refund")))
    payments = session.scalar(select(func.count()).select_from(Payment).where(*stand)) or 0
    listed = select(func.count()).select_from(PayoutItem).join(Payment, Payment.id == PayoutItem.payment_id)
    alarms = session.execute(select(Alarm.kind, func.count()).group_by(Alarm.kind)).all()
    return Money(
        int(session.scalar(select(func.sum(Line.amount_fen))) or 0),
        [f"{proof.name}: {proof.where}" for proof in proofs(session, day) if not proof.ok],
        payments,
        session.scalar(listed.where(*stand)) or 0,
        {kind: count for kind, count in alarms},  # noqa: C416
    )


def table_lines(table: Counter[tuple[str, str]]) -> Iterable[str]:
    """Kind injected, down, by kind found, across."""
    kinds = ("", *KINDS)
    yield f"{'injected / found':18}" + "".join(f"{kind or 'not found':>11}" for kind in (*KINDS, ""))
    for row in (*KINDS, ""):
        yield f"{row or 'nothing':18}" + "".join(f"{table[row, column]:>11}" for column in (*KINDS, ""))
    assert set(table) <= {(one, other) for one in kinds for other in kinds}
