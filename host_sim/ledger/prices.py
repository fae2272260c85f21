"""That no rate has changed silently: each plan in use is what it was when it was locked."""

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.ledger.proof import Proof
from host_sim.store.schema import FeePlan, FeePlanLock


def plan_digest(plan: FeePlan) -> str:
    """SHA-256 over everything of a plan that decides a fee, in hex; the order of its lines does not matter."""
    lines = sorted(
        [
            line.card_class,
            line.channel,
            line.from_fen,
            line.first_day.isoformat(),
            line.last_day.isoformat(),
            line.basis_points,
            -1 if line.cap_fen is None else line.cap_fen,
            line.floor_fen,
        ]
        for line in plan.lines
    )
    return hashlib.sha256(json.dumps([plan.name, plan.version, plan.refund_fee, lines]).encode()).hexdigest()


def fee_plans_unchanged(session: Session) -> Proof:
    """Every locked plan against the digest of when it was locked. expected, found: how many plans."""
    rows = session.execute(select(FeePlan, FeePlanLock.digest).join(FeePlanLock).order_by(FeePlan.id)).all()
    wrong = [plan for plan, digest in rows if plan_digest(plan) != digest]
    where = f"plan {wrong[0].name} version {wrong[0].version} is not what was agreed" if wrong else ""
    return Proof("fee_plans", len(rows), len(rows) - len(wrong), not wrong, where)
