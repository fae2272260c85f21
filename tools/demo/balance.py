"""The proof of the day: five who counted without asking each other must agree, payment by payment and in total.

slip: what the printer put on paper. batch: what the till told the host in 0500. host: the host's payments. ledger: the
channel's side of the double-entry book, with its daily proofs. issuer: movements of the customers' accounts.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.acquirer.batches import COUNTED, DEBITS
from host_sim.acquirer.totals import SchemeTotals, Totals
from host_sim.ledger.proofs import Proof, proofs
from host_sim.networks.issuer.messages import MovementView
from host_sim.rig.stage import Stage
from host_sim.store.schema import Account, JournalEntry, Line, Payment
from tools.demo.slips import Slip
from tools.errors import ToolError

PLACES = ("slip", "batch", "host", "ledger", "issuer")
GIVES = ("void", "refund")


@dataclass
class Books:
    """Signed amounts in fen by trace, of each who counts payment by payment; the batch has only its totals."""

    slip: dict[int, int]
    host: dict[int, int]
    ledger: dict[int, int]
    issuer: dict[int, int]
    batch: SchemeTotals
    debits: dict[int, bool]
    proofs: Sequence[Proof] = ()
    unbalanced: Sequence[tuple[str, int, int]] = ()
    doubled: Sequence[int] = ()
    findings: list[str] = field(default_factory=list)

    def net_fen(self) -> int:
        return sum(self.host.values())


async def gather(stage: Stage, slips: Sequence[Slip], totals: Totals | None, batch: int, day: date) -> Books:
    """Reads every source once. slips: merchant's copies of the day. totals: of 0500 as heard on the line."""
    if totals is None:
        raise ToolError("no 0500 was heard on the line", "settle the batch before the books are compared")
    home, abroad = totals.domestic, totals.foreign
    both = SchemeTotals(
        home.debit_fen + abroad.debit_fen,
        home.debit_count + abroad.debit_count,
        home.credit_fen + abroad.credit_fen,
        home.credit_count + abroad.credit_count,
    )
    printed = [slip for slip in slips if slip.batch == batch]
    rows, entries, proved = await stage.host.store.read(lambda session: _read(session, batch, day))
    signed = {trace: -fen if kind in GIVES else fen for trace, kind, fen, _, _ in rows}
    traces = {reference: trace for trace, _, _, _, reference in rows}
    return Books(
        slip={slip.trace: slip.amount_fen for slip in printed},
        host=signed,
        ledger={trace: entries.get(f"payment/{identity}", 0) for trace, _, _, identity, _ in rows},
        issuer=_issuer(stage.host.issuer.movements(), traces),
        batch=both,
        debits={trace: kind in DEBITS for trace, kind, _, _, _ in rows},
        proofs=proved,
        unbalanced=stage.host.issuer.unbalanced(),
        doubled=[trace for trace, count in Counter(slip.trace for slip in printed).items() if count > 1],
    )


def _read(session: Session, batch: int, day: date) -> tuple[list[tuple[int, str, int, int, str]], dict[str, int], list]:
    counted = select(Payment).where(Payment.filed_batch == batch, Payment.state.in_(COUNTED)).order_by(Payment.trace)
    rows = [(p.trace, p.kind, p.amount_fen, p.id, p.rrn or "") for p in session.scalars(counted)]
    sums = (
        select(JournalEntry.reference, func.sum(Line.amount_fen))
        .join(Line, Line.journal_id == JournalEntry.id)
        .join(Account)
        .where(Account.title == "channel_receivable")
        .group_by(JournalEntry.reference)
    )
    entries = {reference: int(total) for reference, total in session.execute(sums)}
    return rows, entries, proofs(session, day)


def _issuer(movements: Sequence[MovementView], traces: Mapping[str, int]) -> dict[int, int]:
    """The accounts' movements of payments that stand, seen from the merchant: the customer's minus is its plus. A
    movement of no payment, that was not taken back either, is kept under trace 0."""
    sums: Counter[int] = Counter()
    for movement in movements:
        sums[traces.get(movement.reference, 0)] -= movement.amount_fen
    return {trace: fen for trace, fen in sums.items() if trace or fen}


def compare(books: Books) -> list[str]:
    """What differs, one line each, the place first; empty when all agree."""
    findings = _items(books)
    debit = [fen for trace, fen in books.slip.items() if books.debits.get(trace, fen > 0)]
    credit = [-fen for trace, fen in books.slip.items() if not books.debits.get(trace, fen > 0)]
    on_paper = SchemeTotals(sum(debit), len(debit), sum(credit), len(credit))
    if not findings and on_paper != books.batch:
        findings.append(f"batch: 0500 says {_words(books.batch)}, the slips come to {_words(on_paper)}")
    findings += [f"slip: trace {trace:06d} was printed more than once as an original" for trace in books.doubled]
    if not any(finding.startswith("host:") for finding in findings):
        findings += [f"ledger: proof {proof.name}: {proof.where}" for proof in books.proofs if not proof.ok]
    findings += [
        f"issuer: account {masked} holds {yuan(balance)}, its movements come to {yuan(moved)}"
        for masked, balance, moved in books.unbalanced
    ]
    return findings


def _items(books: Books) -> list[str]:
    sides = {"slip": books.slip, "host": books.host, "ledger": books.ledger, "issuer": books.issuer}
    findings = []
    for trace in sorted(set().union(*sides.values())):
        said = {name: side.get(trace) for name, side in sides.items()}
        agreed, votes = Counter(said.values()).most_common(1)[0]
        for name, fen in said.items():
            if fen != agreed:
                others = " and ".join(other for other, value in said.items() if value == agreed)
                findings.append(f"{name}: trace {trace:06d} is {yuan(fen)}, {others} say {yuan(agreed)} ({votes} of 4)")
    return findings


def yuan(fen: int | None) -> str:
    return "not there" if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _words(totals: SchemeTotals) -> str:
    return (
        f"debit {yuan(totals.debit_fen)} in {totals.debit_count}, "
        f"credit {yuan(totals.credit_fen)} in {totals.credit_count}"
    )


def plant(place: str, folder: Path, slips: list[Slip], totals: Totals | None) -> tuple[list[Slip], Totals | None]:
    """Puts one fen where it does not belong, so that the proof can be seen to find it. Databases: through a
    connection of its own, past every rule of the host."""
    if place == "slip":
        slips = [replace(slips[0], amount_fen=slips[0].amount_fen + 1), *slips[1:]]
    elif place == "batch" and totals is not None:
        totals = replace(totals, domestic=replace(totals.domestic, debit_fen=totals.domestic.debit_fen + 1))
    elif place == "host":
        _execute(folder / "host.sqlite", "UPDATE payment SET amount_fen = amount_fen + 1 WHERE id = 1")
    elif place == "ledger":
        _execute(folder / "host.sqlite", "UPDATE journal_line SET amount_fen = amount_fen + 1 WHERE id = 1")
    elif place == "issuer":
        _execute(
            folder / "issuer.sqlite",
            "UPDATE movement SET amount_fen = amount_fen + 1"
            " WHERE id = (SELECT min(id) FROM movement WHERE kind = 'sale')",
        )
    return slips, totals


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    try:
        changed = connection.execute(statement).rowcount
        connection.commit()
    finally:
        connection.close()
    if changed != 1:
        raise ToolError(f"nothing to break in {path.name}", "play the whole day first")
