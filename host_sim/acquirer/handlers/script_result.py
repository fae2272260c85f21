"""0620/0630: what became of the issuer's scripts on the card, told to the issuer. One for each payment that had any.

Its key is that of the payment: batch and trace of F61. The issuer is told first, which may happen twice and does no
harm; then the answer is on disk.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.desk import Desk
from host_sim.acquirer.exactly_once import Key
from host_sim.acquirer.original import read_original
from host_sim.acquirer.payments import Unanswered
from host_sim.acquirer.profiles import ProfileError
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.networks.issuer.de55 import De55Error, read_de55
from host_sim.store.schema import Payment

RESULTS, RESULT_BYTES = 0xDF31, 5
UNKNOWN = "25"


async def script_result(request: Request, desk: Desk) -> Reply:
    """Hand F55's DF31 on to the card's issuer, exactly once answered."""
    try:
        made = read_original(request, desk.profile)
        results = read_de55(request.data(55) or b"").get(RESULTS, b"")
    except (ProfileError, De55Error):
        return Reply("30")
    if not results or len(results) % RESULT_BYTES:
        return Reply("30")
    key = Key(request.till.id, made.batch, made.trace, request.mti)
    digest = desk.vault.digest(request.mti, request.fields)

    def look(session: Session) -> tuple[Reply | None, bool]:
        message = exactly_once.find(session, key)
        if message is not None:
            return exactly_once.repeated(session, message, request, digest), False
        return None, _ours(session, request, desk, key)

    known, found = await desk.store.write(look)
    if known is not None:
        return known
    route = desk.switch.route(request.pan)
    if found and route is not None:
        reference = request.text(37)
        try:
            await desk.switch.call(route.network, lambda: route.network.script_results(reference, results))
        except Exception as error:  # whatever a network does: the resend asks it again
            raise Unanswered(f"the issuer could not be told: {type(error).__name__}") from None
    reply = Reply(APPROVED if found else UNKNOWN)

    def keep(session: Session) -> Reply:
        message = exactly_once.find(session, key)  # its twin may have been quicker
        if message is not None:
            return exactly_once.repeated(session, message, request, digest) or reply
        exactly_once.take(session, key, digest, request.at, reply)
        return reply

    return await desk.store.write(keep)


def _ours(session: Session, request: Request, desk: Desk, key: Key) -> bool:
    """Whether this terminal made the payment with F61's batch and trace, F37's reference, and this card."""
    payment = session.scalar(
        select(Payment).where(
            Payment.rrn == request.text(37),
            Payment.terminal_id == key.terminal_id,
            Payment.batch_number == key.batch_number,
            Payment.trace == key.trace,
        )
    )
    return payment is not None and payment.pan_token == desk.vault.token(request.pan)
