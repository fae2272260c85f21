"""What the desk shows of reconciliation: the work list with its ages, what tills left to people, files, alarms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.acquirer.till_left import left
from host_sim.settlement.differences import open_differences
from host_sim.settlement.reconciliation.remedies import WAIT
from host_sim.settlement.reconciliation.repair import repair
from host_sim.store.schema import Alarm, ClearingFile, Difference

OPEN_MOST, ENDED_MOST, FILES_MOST, ALARMS_MOST = 200, 30, 14, 30


def work_list(session: Session, now: datetime) -> dict[str, Any]:
    """open: every difference that is not cleared, oldest first; ended: those cleared last; ageing: how many stand for
    0, 1-3, 4-7 and more days."""
    found = open_differences(session, OPEN_MOST)
    ended = session.scalars(
        select(Difference)
        .where(Difference.cleared_at.is_not(None))
        .order_by(Difference.cleared_at.desc(), Difference.id.desc())
        .limit(ENDED_MOST)
    ).all()
    count = session.scalar(select(func.count()).select_from(Difference).where(Difference.cleared_at.is_(None)))
    return {
        "count": int(count or 0),
        "ageing": _ageing(found, now),
        "open": [_row(one, now) for one in found],
        "ended": [_row(one, now) for one in ended],
        "files": [
            {"channel": one.channel, "day": one.day.isoformat(), "items": one.items, "matched": one.matched,
             "fen": one.amount_fen - one.fee_fen}
            for one in session.scalars(select(ClearingFile).order_by(ClearingFile.id.desc()).limit(FILES_MOST))
        ],
        **left(session),
        "alarms": [
            {"id": one.id, "at": one.at.isoformat(timespec="seconds"), "kind": one.kind, "text": one.text}
            for one in session.scalars(select(Alarm).order_by(Alarm.id.desc()).limit(ALARMS_MOST))
        ],
    }  # fmt: skip


def mend(session: Session, now: datetime) -> list[str]:
    """The one command: repair what has waited long enough. Gives what was done, in Chinese and in English."""
    done = repair(session, now)
    count, waiting = sum(done.cleared.values()), done.waiting
    return [
        f"已处理{count}项" + (f"，{waiting}项等待渠道补清算。" if waiting else "。"),
        f"Cleared {count}" + (f"; {waiting} wait for a later file." if waiting else "."),
    ]


def age_days(one: Difference, now: datetime) -> int:
    """How long it stands, or stood."""
    return max(0, ((one.cleared_at or now) - one.found_at).days)


def _row(one: Difference, now: datetime) -> dict[str, Any]:
    ready = one.found_at + WAIT[one.kind] if one.kind in WAIT and one.cleared_at is None else None
    return {
        "id": one.id,
        "kind": one.kind,
        "side": one.side,
        "channel": one.channel,
        "day": one.day.isoformat(),
        "reference": one.reference,
        "fen": one.amount_fen if one.side == "long" else -one.amount_fen,
        "age": age_days(one, now),
        "waits": ready.isoformat(timespec="minutes") if ready is not None and ready > now else "",
        "why": _pair(one.explanation),
        "resolution": _pair(one.resolution) if one.resolution else None,
    }


def _pair(words: dict[str, Any]) -> list[str]:
    return [words["zh"], words["en"]]


def _ageing(found: Sequence[Difference], now: datetime) -> list[int]:
    counts = [0, 0, 0, 0]
    for one in found:
        age = age_days(one, now)
        counts[0 if age == 0 else 1 if age <= 3 else 2 if age <= 7 else 3] += 1
    return counts
