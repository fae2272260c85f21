"""What settlement does by itself, by the clock it is handed: each job when it is due, by one host at a time.

A due job is claimed by its row (SELECT ... FOR UPDATE SKIP LOCKED on PostgreSQL; SQLite has one writer) and done in
the same transaction, so that a host that dies leaves it due.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from host_sim.ledger.proofs import proofs
from host_sim.settlement.at_once import pay_at_once
from host_sim.settlement.calendar import business_day
from host_sim.settlement.chargebacks import expire
from host_sim.settlement.maturity import mature
from host_sim.settlement.modes import ensure_plans
from host_sim.settlement.payout_run import pay_due
from host_sim.settlement.reconciliation.till_only import note_till_items
from host_sim.store.schema import Alarm, Job

ERROR_MOST = 100


def prove(session: Session, now: datetime) -> int:
    """The daily proofs. One that does not hold is an alarm. Gives how many do not."""
    wrong = [proof for proof in proofs(session, business_day(now)) if not proof.ok]
    for proof in wrong:
        text = f"{proof.name}: expected {proof.expected}, found {proof.found} fen. {proof.where}"
        session.add(Alarm(at=now, kind="proof failed", text=text))
    return len(wrong)


# name: (how often, what). A job that did something is due again at once: it works in bounded runs.
JOBS: dict[str, tuple[timedelta, Callable[[Session, datetime], int]]] = {
    "plans": (timedelta(minutes=5), ensure_plans),
    "mature": (timedelta(minutes=1), mature),
    "pay due": (timedelta(minutes=1), pay_due),
    "pay at once": (timedelta(seconds=5), pay_at_once),
    "expire chargebacks": (timedelta(hours=1), expire),
    "note till items": (timedelta(hours=1), note_till_items),
    "prove": (timedelta(days=1), prove),
}
ONCE = frozenset({"prove"})
"""Their count is of something else than work done."""


def due_jobs(session: Session, now: datetime) -> bool:
    """Whether run_job() would find something to do."""
    waiting = set(session.scalars(select(Job.name).where(Job.next_at > now)))
    return not waiting.issuperset(JOBS)


def run_job(session: Session, now: datetime) -> str | None:
    """Do the job that is due longest, and say which; None where none is. A job that fails is undone, and tried again
    at its next time, with an alarm the first time."""
    _ensure(session, now)
    row = session.scalar(
        select(Job)
        .where(Job.next_at <= now, Job.name.in_(JOBS))
        .order_by(Job.next_at, Job.name)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    every, work = JOBS[row.name]
    failure = None
    savepoint = session.begin_nested()
    try:
        done = work(session, now)
        savepoint.commit()
    except Exception as error:  # whatever it was, the other jobs go on
        savepoint.rollback()
        done, failure = 0, f"{type(error).__name__}: {error}"[:ERROR_MOST]
        if row.last_error is None:
            session.add(Alarm(at=now, kind="job failed", text=f"{row.name}: {failure}. It is tried again."))
    row.last_at, row.last_error = now, failure
    row.next_at = now if done and row.name not in ONCE else now + every
    session.flush()
    return row.name


def _ensure(session: Session, now: datetime) -> None:
    known = set(session.scalars(select(Job.name)))
    missing = [{"name": name, "next_at": now} for name in JOBS if name not in known]
    if missing:
        # Another host may do the same at this moment: then its rows stay.
        connection = session.connection()
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(Job).on_conflict_do_nothing(index_elements=["name"]), missing)
