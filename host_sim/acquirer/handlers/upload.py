"""0320/0330: the batch item by item where totals differ, and the end of settlement.

Each item is idempotent by (terminal, batch, trace) and the batch in which it was made, the end by (terminal, batch).
F60.3 says which: 205 an item, 207 the end after a match, 202 the end after a mismatch. F61 of an item says in which
batch it was made, where that is another: an offline payment that waited may have the trace of one of today.
"""

from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.batches import find_batch, next_batch
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.original import read_original
from host_sim.acquirer.profiles import ProfileError
from host_sim.acquirer.reconcile import reconcile_item, record_missing
from host_sim.acquirer.recovery import end_unresolved
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.totals import MISMATCH
from host_sim.acquirer.undoing import undo_now
from host_sim.settlement.closing import close_batch
from host_sim.store.schema import Batch


async def upload_item(request: Request, desk: Desk) -> Reply:
    """One item of the terminal's batch: found, filed where it belongs, or kept as a difference."""
    digest = desk.vault.digest(request.mti, request.fields)
    return await desk.store.write(lambda session: _item(session, request, desk, digest))


async def upload_end(request: Request, desk: Desk) -> Reply:
    """Close the batch: payout, notice, and the terminal's next batch, once."""
    reply, given_up = await desk.store.write(lambda session: _end(session, request, desk))
    if reply.response == APPROVED:
        desk.notices_due()
    for payment_id in given_up:
        await undo_now(desk, payment_id)
    return reply


def _item(session: Session, request: Request, desk: Desk, digest: str) -> Reply:
    try:
        made = read_original(request, desk.profile) if 61 in request.fields else None
    except ProfileError:
        return Reply("30")
    if made is not None and made.trace != request.trace:
        return Reply("30")
    kind = f"{request.mti}/{request.subfields['network']}"  # a trace is one payment's, by card or by code
    key = key_of(request, kind=f"{kind}/{made.batch:06d}" if made and made.batch != request.batch else kind)
    message = exactly_once.find(session, key)
    if message is not None:
        reply = exactly_once.repeated(session, message, request, digest)
        assert reply is not None, "an item is taken and answered in one unit"
        return reply
    batch = find_batch(session, request.till.id, request.batch)
    fault = _fault(batch)
    if fault or batch is None:
        return Reply(fault or "77")
    batch.state = "UPLOADING"
    reconcile_item(session, request, desk, batch, made)
    reply = Reply(APPROVED)
    exactly_once.take(session, key, digest, request.at, reply)
    return reply


def _end(session: Session, request: Request, desk: Desk) -> tuple[Reply, list[int]]:
    """The reply, and the payments that the network must take back."""
    batch = find_batch(session, request.till.id, request.batch)
    if batch is not None and batch.state == "CLOSED":
        return Reply(APPROVED), []
    fault = _fault(batch)
    if fault or batch is None:
        return Reply(fault or "77"), []
    differs = MISMATCH in (batch.flags or "")
    if differs and request.subfields["network"] == desk.profile.upload_end_matched:
        return Reply("95"), []
    if differs:
        record_missing(session, request, batch)
    given_up = end_unresolved(session, request, desk, batch)
    now = desk.clock.now()
    close_batch(session, batch, now)
    next_batch(session, request.till, now)
    return Reply(APPROVED), given_up


def _fault(batch: Batch | None) -> str | None:
    """77 no such batch, 12 not in settlement."""
    if batch is None:
        return "77"
    return None if batch.state in ("TOTALS", "UPLOADING") else "12"
