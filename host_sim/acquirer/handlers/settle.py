"""0500/0510: the terminal's totals against the host's. From here on the batch takes no payment.

Idempotent by terminal and batch: the totals of a batch are compared once, and a repeat, even after the batch
is closed, gets the flags of that comparison. Other totals for the same batch get 94 and an alarm.
"""

from sqlalchemy.orm import Session

from host_sim.acquirer.batches import batch_totals, find_batch
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import alarm
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.totals import ERROR, Totals, TotalsError, read_totals, write_totals


async def settle(request: Request, desk: Desk) -> Reply:
    """Compare, keep both sides' totals, answer with the host's and a flag for each scheme."""
    if request.text(49) != desk.profile.currency:
        return Reply("12")
    try:
        till_totals = read_totals(request.text(48))
    except TotalsError:
        return Reply("30")
    return await desk.store.write(lambda session: _settle(session, request, till_totals))


def _settle(session: Session, request: Request, till_totals: Totals) -> Reply:
    batch = find_batch(session, request.till.id, request.batch)
    if batch is None:
        return Reply("77", {48: write_totals(till_totals, ERROR * 2)})
    if batch.state == "OPEN":
        host_totals = batch_totals(session, batch)
        batch.state, batch.totals_at = "TOTALS", request.at
        batch.till_totals, batch.host_totals = till_totals.stored(), host_totals.stored()
        batch.flags = host_totals.flags(till_totals)
    elif batch.till_totals != till_totals.stored():
        alarm(session, request, "content differs", "0500: other totals for a batch that was compared already")
        return Reply("94", {48: write_totals(till_totals, ERROR * 2)})
    assert batch.host_totals is not None and batch.flags is not None
    return Reply(APPROVED, {48: write_totals(Totals.restored(batch.host_totals), batch.flags)})
