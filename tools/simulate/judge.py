"""The judge of a quiet town: what issuer and cards have on record against what people hold on paper; then the books.

lost: paper or a screen promised money that the issuer never moved. duplicated: the issuer moved money that no paper
knows of, or more often than a card has signed. unbalanced: the host, its ledger or its batches say something else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.acquirer.batches import COUNTED
from host_sim.ledger.proofs import proofs
from host_sim.settlement.calendar import business_day
from host_sim.store.schema import Account, Alarm, Batch, JournalEntry, Line, Payment, Terminal
from tools.demo.slips import Slip
from tools.simulate.clerk import Clerk
from tools.simulate.paper import CANCELLED, REFUSED, vouchers
from tools.simulate.schedule import POOR
from tools.simulate.town import Town

LOST, DUPLICATED, UNBALANCED, STUCK = KINDS = ("lost", "duplicated", "unbalanced", "stuck")
GIVES = ("void", "refund")
MATCHED = "11"
OPENING = "opening"


class Verdict(NamedTuple):
    """kind: one of KINDS. till: its number, -1 for the town."""

    kind: str
    till: int
    what: str


class HostRow(NamedTuple):
    """One payment that counts: signed fen, as the ledger has it, the batch that it counts in."""

    fen: int
    ledger_fen: int
    filed_batch: int


async def judge(town: Town, clerks: Sequence[Clerk]) -> list[Verdict]:
    """Everything that does not agree, with all tills settled and idle."""
    for _ in range(3):
        if not await town.host.recover():
            break
    found: list[Verdict] = []
    moved = _moved(town)
    for clerk in clerks:
        rows, batches = await town.host.store.read(lambda session, clerk=clerk: _host(session, clerk.till.terminal))
        found += _till(clerk, moved, rows)
        found += _against_host(clerk, rows)
        found += _batches(clerk, rows, batches)
    return found + await _town(town)


def standing(clerk: Clerk) -> dict[int, Slip]:
    """Slips of payments that stand, by voucher number."""
    lists = vouchers(slip.text() for slip in clerk.counter.printer.slips)
    excused = lists[CANCELLED] & clerk.voided | lists[REFUSED] & _poor(clerk)
    return {slip.trace: slip for slip in clerk.slips() if slip.trace not in excused}


def _poor(clerk: Clerk) -> set[int]:
    last4 = clerk.till.cards[POOR].last4
    return {slip.trace for slip in clerk.slips() if slip.card[:19].endswith(last4)}


def unresolved(clerk: Clerk) -> set[int]:
    """Voucher numbers whose reversal settlement slips give up: the business day was over. The host resolves them."""
    return vouchers(slip.text() for slip in clerk.counter.printer.slips)["unresolved"]


def _till(clerk: Clerk, moved: dict[str, Counter[int]], rows: dict[int, HostRow]) -> Iterator[Verdict]:
    number = clerk.till.number
    given_up = Counter(rows[trace].fen for trace in unresolved(clerk) if trace in rows)
    printed = Counter((slip.batch, slip.trace) for slip in clerk.slips())
    if printed.total() - len(printed) > clerk.reprints:  # who asks for the last slip may get it as if it were the first
        for (_, trace), times in [pair for pair in printed.items() if pair[1] > 1]:
            yield Verdict(DUPLICATED, number, f"voucher {trace:06d} was printed {times} times as an original")
    stand = standing(clerk)
    for trace, fen in clerk.seen_approved.items():
        if trace not in {slip.trace for slip in clerk.slips()}:
            yield Verdict(LOST, number, f"voucher {trace:06d} of {fen} fen was shown as done and has no slip")
    for at, card in enumerate(clerk.till.cards):
        last4 = card.last4
        on_paper = Counter(slip.amount_fen for slip in stand.values() if slip.card[:19].endswith(last4))
        at_issuer = moved[last4]
        for fen, times in (on_paper - at_issuer).items():
            yield Verdict(LOST, number, f"{fen} fen on paper, {times} more than the issuer moved for card {at}")
        over = at_issuer - on_paper
        for fen in over:
            told = min(over[fen], given_up[fen])
            over[fen], given_up[fen] = over[fen] - told, given_up[fen] - told
        for fen, times in (+over).items():
            yield Verdict(DUPLICATED, number, f"{fen} fen moved, {times} more than there is paper for, card {at}")
        if card.signed is None:
            continue
        signed = Counter(card.signed.values())
        for fen, times in (Counter({fen: n for fen, n in at_issuer.items() if fen > 0}) - signed).items():
            yield Verdict(DUPLICATED, number, f"{fen} fen moved, {times} more than card {at} has signed")
    output = clerk.counter.supply.output if clerk.counter.supply else b""
    if b"fault " in output:
        yield Verdict(STUCK, number, f"the till met a fault: {output[-200:].decode(errors='replace')}")


def _moved(town: Town) -> dict[str, Counter[int]]:
    """What the issuer moved and did not take back: signed fen as the merchant sees it, by the card's last digits."""
    sums: Counter[tuple[str, str]] = Counter()
    for movement in town.host.issuer.movements():
        if movement.kind != OPENING:
            sums[movement.pan_masked[-4:], movement.reference] -= movement.amount_fen
    moved: dict[str, Counter[int]] = defaultdict(Counter)
    for (last4, _), fen in sums.items():
        if fen:
            moved[last4][fen] += 1
    return moved


def _host(session: Session, terminal: str) -> tuple[dict[int, HostRow], list[tuple[int, str, str, dict, dict]]]:
    owner = session.scalars(select(Terminal).where(Terminal.number == terminal)).one()
    counted = select(Payment).where(Payment.terminal_id == owner.id, Payment.state.in_(COUNTED))
    entries = dict(
        session.execute(
            select(JournalEntry.reference, func.sum(Line.amount_fen))
            .join(Line, Line.journal_id == JournalEntry.id)
            .join(Account)
            .where(Account.title == "channel_receivable")
            .group_by(JournalEntry.reference)
        ).all()
    )
    rows = {
        one.trace: HostRow(
            -one.amount_fen if one.kind in GIVES else one.amount_fen,
            int(entries.get(f"payment/{one.id}", 0)),
            one.filed_batch or 0,
        )
        for one in session.scalars(counted)
    }
    batches = [
        (one.number, one.state, one.flags or "", one.till_totals or {}, one.host_totals or {})
        for one in session.scalars(select(Batch).where(Batch.terminal_id == owner.id).order_by(Batch.id))
    ]
    return rows, batches


def _against_host(clerk: Clerk, rows: dict[int, HostRow]) -> Iterator[Verdict]:
    number = clerk.till.number
    stand = standing(clerk)
    for trace in sorted({*stand, *rows} - unresolved(clerk)):
        paper = stand[trace].amount_fen if trace in stand else None
        host = rows[trace].fen if trace in rows else None
        ledger = rows[trace].ledger_fen if trace in rows else None
        if not paper == host == ledger:
            yield Verdict(UNBALANCED, number, f"voucher {trace:06d}: slip {paper}, host {host}, ledger {ledger} fen")


def _batches(clerk: Clerk, rows: dict[int, HostRow], batches: list) -> Iterator[Verdict]:
    number = clerk.till.number
    for batch, state, flags, till_totals, host_totals in batches[:-1]:
        filed = {trace: row.fen for trace, row in rows.items() if row.filed_batch == batch}
        home = _totals(filed.values())
        ours = _totals(fen for trace, fen in filed.items() if trace not in unresolved(clerk))
        if state != "CLOSED" or (flags == MATCHED) != (home == ours):
            yield Verdict(UNBALANCED, number, f"batch {batch:06d} is {state} with flags {flags}")
        elif host_totals.get("domestic") != home or till_totals.get("domestic") != ours:
            yield Verdict(
                UNBALANCED, number, f"batch {batch:06d}: till {till_totals}, host {host_totals}, payments {home}"
            )
    if batches and batches[-1][1] != "OPEN":
        yield Verdict(UNBALANCED, number, f"the last batch is {batches[-1][1]}")


def _totals(signed_fen: Iterable[int]) -> dict[str, int]:
    """As a batch has them."""
    fens = list(signed_fen)
    debit, credit = [fen for fen in fens if fen > 0], [-fen for fen in fens if fen < 0]
    return {
        "debit_fen": sum(debit), "debit_count": len(debit), "credit_fen": sum(credit), "credit_count": len(credit),
    }  # fmt: skip


async def _town(town: Town) -> list[Verdict]:
    day = business_day(town.clock.now())

    def look(session: Session) -> list[str]:
        total = session.scalar(select(func.coalesce(func.sum(Line.amount_fen), 0)))
        told = [f"the ledger sums to {total} fen"] if total else []
        told += [f"proof {proof.name}: {proof.where}" for proof in proofs(session, day) if not proof.ok]
        return told + [f"alarm: {one.text}" for one in session.scalars(select(Alarm))]

    told = await town.host.store.read(look)
    told += [f"issuer: an account holds {has}, its movements say {said}" for _, has, said in
             town.host.issuer.unbalanced()]  # fmt: skip
    return [Verdict(UNBALANCED, -1, what) for what in told]
